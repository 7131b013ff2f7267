// SPDX-License-Identifier: Apache-2.0
#include "core/table_settings.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace boathouse::core {
namespace json = boost::json;

TableSettings parse_settings(std::string_view text) {
  TableSettings settings;
  json::object stored = json::parse(text).as_object();
  if (const json::value* value = stored.if_contains("keep_versions")) settings.keep_versions = value->as_int64();
  if (const json::value* value = stored.if_contains("keep_for")) {
    settings.keep_for = base::parse_duration(std::string_view(value->as_string()));
  }
  if (const json::value* value = stored.if_contains("description")) {
    settings.description = std::string(value->as_string());
  }
  return settings;
}

std::string to_json_text(const TableSettings& settings) {
  json::object stored;
  if (settings.keep_versions) stored["keep_versions"] = *settings.keep_versions;
  if (settings.keep_for) stored["keep_for"] = duration_text(*settings.keep_for);
  if (settings.description) stored["description"] = *settings.description;
  return json::serialize(stored);
}

TableSettings effective_settings(const TableState& state) {
  TableSettings settings = parse_settings(state.row.settings);
  if (!state.contract) return settings;
  if (!settings.keep_versions) settings.keep_versions = state.contract->keep_versions;
  if (!settings.keep_for) settings.keep_for = state.contract->keep_for;
  if (!settings.description && !state.contract->description.empty()) settings.description = state.contract->description;
  return settings;
}

std::string duration_text(const base::Duration& duration) {
  if (duration.forever) return "forever";
  if (duration.micros == 0) return "0s";
  struct Unit {
    base::Micros size;
    const char* name;
  };
  for (Unit unit : {Unit{base::kDay, "d"}, Unit{base::kHour, "h"}, Unit{base::kMinute, "m"}, Unit{base::kSecond, "s"},
                    Unit{base::kMillisecond, "ms"}}) {
    if (duration.micros % unit.size == 0) return fmt::format("{}{}", duration.micros / unit.size, unit.name);
  }
  return fmt::format("{}us", duration.micros);
}

}  // namespace boathouse::core
