// SPDX-License-Identifier: Apache-2.0
// A statement on the command line, as /v1/sql and /v1/queries take it.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "app/commands/command.h"

namespace boathouse::app {

class Statement {
 public:
  // The statement (- reads it from the input), --workspace and --limit.
  void add_options(CLI::App& command);
  boost::json::object body() const;

 private:
  std::string text_;
  std::string workspace_;
  std::optional<std::int64_t> limit_;
};

}  // namespace boathouse::app
