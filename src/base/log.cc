// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <boost/json/serialize.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/log_format.h"

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

LogFormat the_format = LogFormat::json;

// As JSON writes it where it would not stand alone as one word.
std::string word_of(const boost::json::value& value) {
  if (!value.is_string()) return boost::json::serialize(value);
  const boost::json::string& text = value.as_string();
  bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
  });
  return plain ? std::string(text) : boost::json::serialize(text);
}

std::string_view name_of(LogLevel level) {
  return level == LogLevel::debug     ? "debug"
         : level == LogLevel::info    ? "info"
         : level == LogLevel::warning ? "warning"
                                      : "error";
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(to_spdlog(level)); }
void set_log_format(LogFormat format) { the_format = format; }

std::string log_line(LogFormat format, LogLevel level, Micros at, std::string_view event, boost::json::object fields) {
  if (format == LogFormat::text) {
    std::string line = fmt::format("{} {} {}", to_rfc3339(at), name_of(level), event);
    for (const auto& field : fields) {
      line.append(" ").append(field.key()).append("=").append(word_of(field.value()));
    }
    return line;
  }
  boost::json::object line{{"at", to_rfc3339(at)}, {"level", name_of(level)}, {"event", event}};
  for (auto& field : fields) line[field.key()] = std::move(field.value());
  return boost::json::serialize(line);
}

void log(LogLevel level, std::string_view event, boost::json::object fields) {
  if (!logger().should_log(to_spdlog(level))) return;
  logger().log(to_spdlog(level), log_line(the_format, level, now_micros(), event, std::move(fields)));
}

}  // namespace boathouse::base
