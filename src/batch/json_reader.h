// SPDX-License-Identifier: Apache-2.0
// Reads the members of JSON objects that lie in memory into cells. One thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "batch/json_text.h"
#include "batch/record_reader.h"

namespace boathouse::batch {

class JsonObjectReader {
 public:
  // One cell for each key.
  explicit JsonObjectReader(std::vector<std::string> keys);

  // Appends the object that begins at text[pos] as a record and moves `pos` past it. False with the fault, and the
  // batch as it was, when there is no whole valid object. Of a key that appears twice the last value counts.
  bool read(std::string_view text, std::size_t& pos, RecordBatch& batch, JsonFault& fault);

 private:
  static constexpr std::size_t kUnknown = ~std::size_t{0};

  std::size_t find(std::string_view name_token);

  std::vector<std::string> keys_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::size_t expected_ = 0;  // objects tend to have their members in one order
  std::string buffer_;
};

}  // namespace boathouse::batch
