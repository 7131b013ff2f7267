// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <boost/json/serialize.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/time.h"

namespace boathouse::base {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("boathouse", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

std::string_view name_of(LogLevel level) {
  return level == LogLevel::debug     ? "debug"
         : level == LogLevel::info    ? "info"
         : level == LogLevel::warning ? "warning"
                                      : "error";
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }

void log(LogLevel level, std::string_view event, boost::json::object fields) {
  if (!logger().should_log(to_spdlog(level))) return;
  boost::json::object line;
  line["at"] = to_rfc3339(now_micros());
  line["level"] = name_of(level);
  line["event"] = event;
  for (auto& field : fields) line[field.key()] = std::move(field.value());
  logger().log(to_spdlog(level), boost::json::serialize(line));
}

}  // namespace boathouse::base
