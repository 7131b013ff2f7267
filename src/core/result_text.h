// SPDX-License-Identifier: Apache-2.0
// The rows of a kept result, which are JSON arrays, as NDJSON or CSV, byte for byte as the engine would have written them.
// A value; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/query_results.h"

namespace boathouse::core {

class ResultText {
 public:
  // `format` is ndjson or csv.
  ResultText(const ResultAbout& about, engine::ResultFormat format);

  // What comes before the rows.
  const std::string& head() const { return head_; }
  // `row` without its line feed.
  void append_row(std::string& out, std::string_view row) const;

 private:
  void append_object(std::string& out, std::string_view row) const;

  std::vector<std::string> keys_;  // of ndjson: `"name":`
  std::string head_;
};

}  // namespace boathouse::core
