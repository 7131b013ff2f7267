// SPDX-License-Identifier: Apache-2.0
#include "core/flow_targets.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "core/flows.h"
#include "core/quarantine_rows.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kMostRows = 100;
constexpr std::size_t kMostText = 1000;

Error wrong(const char* field, const std::string& why) {
  return Error(ErrorKind::invalid_argument, why).with("field", field);
}

std::string text_of(const json::value& value, const char* field) {
  if (!value.is_string()) throw wrong("target", fmt::format("The target's {} is a text", field));
  std::string text(value.get_string());
  check_flow_text("target", text, kMostText);
  return text;
}

TableState table_of(const Parts& parts, const base::WorkspaceId& workspace, const std::string& name) {
  auto state = find_state(parts, workspace, name);
  if (!state || !state->row.quarantine_of.empty()) {
    throw wrong("target", fmt::format("The flow's workspace has no table \"{}\"", name));
  }
  return *std::move(state);
}

base::SnapshotId version_of(const TableState& table, const std::string& text, const char* field) {
  const auto version = base::parse_number<base::SnapshotId>(text);
  if (version && table.metadata->snapshot(*version)) return *version;
  throw wrong(field, fmt::format("The table \"{}\" has no version {}", table.row.name, text));
}

json::array rows_of(const Parts& parts, const TableState& table, const json::value& value) {
  if (!value.is_array() || value.get_array().empty() || value.get_array().size() > kMostRows) {
    throw wrong("target", fmt::format("The target's quarantine is a list of 1 to {} ids of rows", kMostRows));
  }
  std::vector<std::string> ids;
  for (const json::value& id : value.get_array()) ids.push_back(text_of(id, "quarantine"));
  parts.settle(table.row.workspace, table.row.name);
  const FileUses::Use use = parts.uses.begin(table.row.workspace);
  const auto quarantine = parts.meta.catalog().find_quarantine(table.row.id);
  const std::vector<std::string> missing = quarantine ? missing_ids(parts, state_of(parts, *quarantine), ids) : ids;
  if (!missing.empty()) {
    throw wrong("target", fmt::format("No row of the table \"{}\" that is in quarantine has the id \"{}\"",
                                      table.row.name, missing.front()));
  }
  json::array kept;
  for (const std::string& id : ids) kept.emplace_back(id);
  return kept;
}

}  // namespace

std::string checked_target(const Parts& parts, const base::WorkspaceId& workspace, const json::value& target) {
  if (target.is_null()) return "null";
  if (!target.is_object() || !target.get_object().contains("table")) {
    throw wrong("target", "The target is an object: {table, version?, quarantine?, finding?}");
  }
  const TableState table = table_of(parts, workspace, text_of(target.at("table"), "table"));
  json::object kept{{"table", table.row.name}};
  for (const auto& [name, value] : target.get_object()) {
    if (name == "table" || value.is_null()) continue;
    if (name == "version") {
      kept["version"] = std::to_string(version_of(table, text_of(value, "version"), "target"));
    } else if (name == "quarantine") {
      kept["quarantine"] = rows_of(parts, table, value);
    } else if (name == "finding") {
      kept["finding"] = text_of(value, "finding");
    } else {
      throw wrong("target", fmt::format("A target has no \"{}\"", std::string_view(name)));
    }
  }
  return json::serialize(kept);
}

base::SnapshotId mending_version(const Parts& parts, const base::WorkspaceId& workspace, const std::string& target,
                                 const std::string& said) {
  const json::value about = json::parse(target);
  if (about.is_null()) {
    if (said.empty()) return 0;
    throw wrong("mended_version", "A task without a target has no version that mends it");
  }
  const std::string name(about.at("table").as_string());
  if (!said.empty()) return version_of(table_of(parts, workspace, name), said, "mended_version");
  // The table may have been dropped since: that mends too.
  const auto table = find_state(parts, workspace, name);
  return table ? table->version() : 0;
}

}  // namespace boathouse::core
