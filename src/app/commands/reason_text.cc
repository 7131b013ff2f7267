// SPDX-License-Identifier: Apache-2.0
#include "app/commands/reason_text.h"

namespace boathouse::app {

std::string reason_text(const boost::json::value& reason) {
  std::string message(reason.at("message").as_string());
  const boost::json::value& column = reason.at("column");
  return column.is_null() ? message : std::string(column.as_string()) + ": " + message;
}

}  // namespace boathouse::app
