// SPDX-License-Identifier: Apache-2.0
#include "core/change_table.h"
#include "core/table_settings.h"
#include "core/upkeep.h"
#include "iceberg/retention.h"

namespace boathouse::core {
namespace {

TableSettings settings_for(const Parts& parts, const meta::TableRow& table) {
  meta::TableRow row = table;
  if (!row.quarantine_of.empty()) {
    if (auto owner = parts.meta.catalog().find_table(row.quarantine_of)) row = std::move(*owner);
  }
  return effective_settings(state_of(parts, std::move(row)));
}

}  // namespace

std::int64_t expire_versions(const Parts& parts, const meta::TableRow& table, Progress& progress) {
  TableSettings settings = settings_for(parts, table);
  base::Duration keep_for = settings.keep_for.value_or(kKeepFor);
  if (keep_for.forever) return 0;
  iceberg::Retention retention;
  retention.keep_versions = settings.keep_versions.value_or(kKeepVersions);
  retention.older_than_ms = (base::now_micros() - keep_for.micros) / base::kMillisecond;

  std::int64_t expired = 0;
  auto make = [&](const TableState& now) -> std::optional<TableChange> {
    TableChange change;
    change.change.expired = iceberg::expirable(*now.metadata, retention);
    if (change.change.expired.empty()) return std::nullopt;
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
