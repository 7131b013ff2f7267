// SPDX-License-Identifier: Apache-2.0
#include "app/commands/statement.h"

#include <iostream>
#include <iterator>

namespace boathouse::app {

void Statement::add_options(CLI::App& command) {
  command.add_option("statement", text_, "The statement; - reads it from the input")->required();
  command.add_option("--workspace", workspace_, "What unqualified table names mean; main unless given");
  command.add_option("--limit", limit_, "At most so many rows");
}

boost::json::object Statement::body() const {
  const bool from_input = text_ == "-";
  boost::json::object body{{"sql", from_input ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : text_}};
  if (!workspace_.empty()) body["workspace"] = workspace_;
  if (limit_) body["limit"] = *limit_;
  return body;
}

}  // namespace boathouse::app
