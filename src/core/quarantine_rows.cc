// SPDX-License-Identifier: Apache-2.0
#include "core/quarantine_rows.h"

#include <unordered_set>

#include "base/error.h"
#include "base/names.h"
#include "core/quarantine_schema.h"
#include "core/relation.h"

namespace boathouse::core {

TableState quarantine_state(const Parts& parts, const meta::TableRow& table) {
  auto row = parts.meta.catalog().find_quarantine(table.id);
  if (!row) {
    throw base::Error(base::ErrorKind::not_found, fmt::format("table \"{}\" has no row in quarantine", table.name));
  }
  return state_of(parts, *row);
}

std::vector<std::string> accepted_again(const std::vector<std::string>& ids, const std::vector<RejectedRow>& rejected) {
  std::unordered_set<std::int64_t> refused;
  for (const RejectedRow& row : rejected) refused.insert(row.row);
  std::vector<std::string> accepted;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!refused.contains(static_cast<std::int64_t>(i) + 1)) accepted.push_back(ids[i]);
  }
  return accepted;
}

std::string id_is_one_of(const std::vector<std::string>& ids) {
  std::string list;
  for (const std::string& id : ids) list += (list.empty() ? "" : ", ") + base::quote_string(id);
  return fmt::format("id IN ({})", list);
}

RowDeletes delete_quarantined(const Parts& parts, engine::Lease& lease, const TableState& quarantine,
                              const std::vector<std::string>& ids, const std::filesystem::path& folder) {
  auto scan = iceberg::plan_scan(parts.cache, quarantine.metadata, quarantine.head());
  std::string rows = rows_sql(parts.store(), scan, {.schema = quarantine_schema(), .positions = Positions::with});
  return write_row_deletes(parts, lease, quarantine, scan,
                           fmt::format("SELECT _file, _pos FROM ({}) WHERE {}", rows, id_is_one_of(ids)), folder);
}

}  // namespace boathouse::core
