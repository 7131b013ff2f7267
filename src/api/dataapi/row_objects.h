// SPDX-License-Identifier: Apache-2.0
// A query's rows as a JSON array of objects with lower-case keys (a second column of one name is `x_1`), made from the engine's JSON rows as they stream: values
// are passed on to the letter, numbers unchanged.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/query.h"

namespace boathouse::api::dataapi {

class RowObjects : public engine::ResultConsumer {
 public:
  // Takes the text in pieces; may throw.
  using Output = std::function<void(std::string_view)>;
  explicit RowObjects(Output output) : output_(std::move(output)) {}

  void on_columns(const std::vector<engine::Column>& columns) override;
  // Any stretch of `[1,"a"],[2,null]`.
  void on_bytes(std::string_view bytes) override;
  // Once, last.
  void finish();

 private:
  void take(char c);

  Output output_;
  std::vector<std::string> keys_;  // `"name":`
  std::string out_;
  std::size_t column_ = 0;
  int depth_ = 0;  // of brackets; 1 in a row
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace boathouse::api::dataapi
