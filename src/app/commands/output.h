// SPDX-License-Identifier: Apache-2.0
// How a client command tells its result: as a table for people, or as the JSON that the server sent, for scripts.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands/command.h"

namespace boathouse::app {

class Output {
 public:
  // --output table|json
  void add_option(CLI::App& command);
  bool is_json() const { return format_ == "json"; }

  // The answer as JSON, or `text` and a line end.
  void say(const boost::json::value& answer, const std::string& text) const;

  // One object: a line for each member, what is nested as JSON.
  void fields(const boost::json::value& answer) const;

  struct Column {
    std::string title;
    std::string field;  // of each object in the list; cells of what is absent stay empty
  };
  // The list under `name` of an answer.
  void list(const boost::json::value& answer, std::string_view name, const std::vector<Column>& columns) const;

 private:
  std::string format_ = "table";
};

}  // namespace boathouse::app
