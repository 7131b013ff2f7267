// SPDX-License-Identifier: Apache-2.0
// Reading: lists and descriptions. What changes a table is in tables_change.cc.
#include "core/tables.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "core/column_types.h"
#include "core/table_settings.h"
#include "core/table_state.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

json::value version_text(base::SnapshotId id) {
  return id == 0 ? json::value(nullptr) : json::value(std::to_string(id));
}

json::object row_of(const meta::TableRow& table) {
  json::object row{{"name", table.name},
                   {"rows", table.figures.rows},
                   {"bytes", table.figures.bytes},
                   {"files", table.figures.files},
                   {"version", version_text(table.figures.version)},
                   {"updated_at", base::to_rfc3339(table.updated_at)}};
  TableSettings settings = parse_settings(table.settings);
  if (settings.description) row["description"] = *settings.description;
  return row;
}

json::array columns_of(const TableState& state) {
  json::array columns;
  for (const iceberg::Field& field : state.schema().fields()) {
    const ContractColumn* rules = state.contract ? state.contract->find(field.name) : nullptr;
    columns.push_back({{"id", field.id},
                       {"name", field.name},
                       {"type", rules != nullptr ? rules->type.to_text() : from_iceberg(field.type).to_text()},
                       {"required", rules != nullptr && rules->required}});
  }
  return columns;
}

json::array texts(const std::vector<std::string>& items) {
  json::array array;
  for (const std::string& item : items) array.emplace_back(item);
  return array;
}

}  // namespace

std::optional<std::int64_t> number_of(const Page& page) {
  if (page.token.empty()) return std::nullopt;
  auto number = base::parse_number<std::int64_t>(page.token);
  if (!number || *number < 0) {
    throw Error(ErrorKind::invalid_argument, "page_token is not one that this list gave");
  }
  return number;
}

std::size_t rows_to_skip(const Page& page) { return static_cast<std::size_t>(number_of(page).value_or(0)); }

json::object Tables::list(const meta::WorkspaceRow& workspace, std::string_view prefix, const Page& page) const {
  meta::TableListing listing{.prefix = std::string(prefix), .after = {}, .limit = page.limit + 1};
  if (!page.token.empty()) {
    auto after = base::from_base64url(page.token);
    if (!after) throw Error(ErrorKind::invalid_argument, "page_token is not one that this list gave");
    listing.after = *after;
  }
  auto rows = parts_.meta.catalog().list_tables(workspace.id, listing);
  bool more = rows.size() > page.limit;
  if (more) rows.resize(page.limit);
  json::array tables;
  for (const meta::TableRow& row : rows) tables.push_back(row_of(row));
  json::object answer{{"tables", std::move(tables)}};
  if (more) answer["next_page_token"] = base::to_base64url(rows.back().name);
  return answer;
}

json::object Tables::describe(const meta::WorkspaceRow& workspace, std::string_view table) const {
  TableState state = require_state(parts_, workspace.id, table);
  json::object answer = row_of(state.row);
  answer["columns"] = columns_of(state);
  json::array partition;
  for (const iceberg::PartitionField& field : state.metadata->spec().fields) {
    partition.emplace_back(iceberg::contract_spelling(field, state.schema()));
  }
  answer["partition"] = std::move(partition);
  answer["key"] = state.contract ? texts(state.contract->key) : json::array();
  answer["location"] = state.row.location;
  answer["metadata_location"] = state.row.metadata_location;
  TableSettings settings = effective_settings(state);
  if (settings.keep_versions) answer["keep_versions"] = *settings.keep_versions;
  if (settings.keep_for) answer["keep_for"] = duration_text(*settings.keep_for);
  if (settings.description) answer["description"] = *settings.description;
  if (state.contract) answer["contract"] = to_json(*state.contract);
  return answer;
}

Contract Tables::contract(const meta::WorkspaceRow& workspace, std::string_view table) const {
  TableState state = require_state(parts_, workspace.id, table);
  if (!state.contract) {
    throw Error(ErrorKind::not_found, fmt::format("table \"{}\" has no contract", state.row.name));
  }
  return *state.contract;
}

json::object Tables::versions(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page) const {
  TableState state = require_state(parts_, workspace.id, table);
  std::vector<VersionInfo> all = list_versions(*state.metadata);
  // A page goes on below the last version of the one before, so that commits and expiry in between move nothing.
  std::size_t begin = 0;
  if (auto before = number_of(page)) {
    while (begin < all.size() && all[begin].sequence >= *before) ++begin;
  }
  std::size_t end = std::min(begin + page.limit, all.size());
  json::array list;
  for (std::size_t i = begin; i < end; ++i) {
    const VersionInfo& version = all[i];
    json::object item{{"version", std::to_string(version.id)},
                      {"at", base::to_rfc3339(version.at)},
                      {"operation", version.operation},
                      {"rows", version.rows},
                      {"added", version.added},
                      {"deleted", version.deleted},
                      {"by", version.by},
                      {"request_id", version.request ? json::value(*version.request) : json::value(nullptr)}};
    if (version.parent) item["parent"] = std::to_string(*version.parent);
    if (version.branch) item["branch"] = *version.branch;
    list.push_back(std::move(item));
  }
  json::object answer{{"versions", std::move(list)}};
  if (end < all.size()) answer["next_page_token"] = std::to_string(all[end - 1].sequence);
  return answer;
}

std::optional<std::string> Tables::table_for_file(const meta::WorkspaceRow& workspace,
                                                  std::string_view file_name) const {
  auto row = parts_.meta.catalog().find_longest_prefix(workspace.id, file_name);
  return row ? std::optional(row->name) : std::nullopt;
}

}  // namespace boathouse::core
