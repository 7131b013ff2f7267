// SPDX-License-Identifier: Apache-2.0
// One JSON object a line on standard error: {"at":..,"level":..,"event":..,<fields>}. Never a secret, never a request's
// body. Any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace boathouse::base {

enum class LogLevel { debug, info, warning, error, off };

// At start only, before other threads run.
void set_log_level(LogLevel level);

void log(LogLevel level, std::string_view event, boost::json::object fields = {});
inline void log_info(std::string_view event, boost::json::object fields = {}) {
  log(LogLevel::info, event, std::move(fields));
}
inline void log_warning(std::string_view event, boost::json::object fields = {}) {
  log(LogLevel::warning, event, std::move(fields));
}
inline void log_error(std::string_view event, boost::json::object fields = {}) {
  log(LogLevel::error, event, std::move(fields));
}

}  // namespace boathouse::base
