// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>

#include "core/change_table.h"
#include "core/frame_shape.h"
#include "core/table_moment.h"
#include "core/table_settings.h"
#include "core/upkeep.h"
#include "iceberg/retention.h"

namespace boathouse::core {
namespace {

// `table` may have moved on long since, so what it is called is looked up again.
TableSettings settings_for(const Parts& parts, const meta::TableRow& table) {
  const base::TableId& id = table.quarantine_of.empty() ? table.id : table.quarantine_of;
  auto row = parts.meta.catalog().find_table(id);
  if (!row) return {};
  TableState state;
  state.row = std::move(*row);
  if (!state.row.contract.empty()) state.contract = parse_contract_json(boost::json::parse(state.row.contract));
  return effective_settings(state);
}

}  // namespace

base::Duration keep_for(const Parts& parts, const meta::TableRow& table) {
  return settings_for(parts, table).keep_for.value_or(kKeepFor);
}

std::int64_t expire_versions(const Parts& parts, const meta::TableRow& table, Progress& progress) {
  TableSettings settings = settings_for(parts, table);
  base::Duration age = settings.keep_for.value_or(kKeepFor);
  if (age.forever) return 0;
  iceberg::Retention retention;
  retention.keep_versions = settings.keep_versions.value_or(kKeepVersions);
  retention.older_than_ms = (base::now_micros() - age.micros) / base::kMillisecond;

  std::int64_t expired = 0;
  auto make = [&](const TableState& now) -> std::optional<TableChange> {
    TableChange change;
    change.change.expired = iceberg::expirable(*now.metadata, retention);
    if (change.change.expired.empty()) return std::nullopt;
    change.change.removed_properties = unused_frame_properties(*now.metadata, change.change.expired);
    const std::vector<std::string> moments = unused_moments(*now.metadata, change.change.expired);
    change.change.removed_properties.insert(change.change.removed_properties.end(), moments.begin(), moments.end());
    expired = static_cast<std::int64_t>(change.change.expired.size());
    change.base = now;
    change.row = now.row;
    change.change.at = base::now_micros();
    return change;
  };
  if (!change_table(parts, table.workspace, table.name, make)) return 0;
  progress.log(fmt::format("{} versions expired", expired));
  return expired;
}

}  // namespace boathouse::core
