// SPDX-License-Identifier: Apache-2.0
#include "core/quarantine_rows.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <unordered_set>

#include "base/error.h"
#include "base/names.h"
#include "core/quarantine_schema.h"
#include "core/relation.h"
#include "core/small_result.h"

namespace boathouse::core {

namespace json = boost::json;

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

std::vector<std::string> missing_ids(const Parts& parts, const TableState& quarantine,
                                     const std::vector<std::string>& ids) {
  const auto scan = iceberg::plan_scan(parts.cache, quarantine.metadata, quarantine.head());
  const std::string rows = rows_sql(parts.store(), scan, {.schema = quarantine_schema()});
  const std::string found = small_result(parts, quarantine.row.workspace,
                                         fmt::format("SELECT id FROM ({}) WHERE {}", rows, id_is_one_of(ids)),
                                         engine::ResultFormat::json_rows);
  std::unordered_set<std::string> there;
  const json::value rows_found = json::parse("[" + found + "]");
  for (const json::value& row : rows_found.as_array()) there.emplace(row.at(0).as_string());
  std::vector<std::string> missing;
  std::ranges::copy_if(ids, std::back_inserter(missing), [&](const std::string& id) { return !there.contains(id); });
  return missing;
}

RowDeletes delete_quarantined(const Parts& parts, engine::Lease& lease, const TableState& quarantine,
                              const std::vector<std::string>& ids, const std::filesystem::path& folder) {
  auto scan = iceberg::plan_scan(parts.cache, quarantine.metadata, quarantine.head());
  std::string rows = rows_sql(parts.store(), scan, {.schema = quarantine_schema(), .positions = Positions::with});
  return write_row_deletes(parts, lease, quarantine, scan,
                           fmt::format("SELECT _file, _pos FROM ({}) WHERE {}", rows, id_is_one_of(ids)), folder);
}

}  // namespace boathouse::core
