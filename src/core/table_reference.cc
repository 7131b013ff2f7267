// SPDX-License-Identifier: Apache-2.0
#include "core/table_reference.h"

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "core/quarantine_schema.h"
#include "core/relation.h"
#include "core/table_state.h"
#include "core/versions.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_string;

constexpr std::string_view kForceBranch = "branch:";

[[noreturn]] void throw_unknown(std::string_view what, std::string_view name) {
  throw Error(ErrorKind::invalid_argument, fmt::format("there is no {} \"{}\"", what, name));
}

std::string rows_of(const Parts& parts, const iceberg::MetadataPtr& metadata, const iceberg::SnapshotPtr& snapshot) {
  iceberg::Scan scan = iceberg::plan_scan(parts.cache, metadata, snapshot);
  return rows_sql(parts.store(), scan, {.schema = scan.schema, .by = columns_by(*metadata, scan.schema)});
}

// A branch shows its current columns, also where its last version was written before they changed.
std::string current_rows_of(const Parts& parts, const TableState& state) {
  iceberg::Scan scan = iceberg::plan_scan(parts.cache, state.metadata, state.head());
  const iceberg::Schema& schema = state.schema();
  return rows_sql(parts.store(), scan, {.schema = schema, .by = columns_by(*state.metadata, schema)});
}

std::string quarantine_of(const Parts& parts, const TableState& state) {
  auto row = parts.meta.catalog().find_quarantine(state.row.id);
  if (row) return current_rows_of(parts, state_of(parts, std::move(*row)));
  return rows_sql(parts.store(), {}, {.schema = quarantine_schema()});
}

std::string or_null(const std::optional<std::string>& text) { return text ? quote_string(*text) : "NULL"; }

// SELECT over literal rows; `columns` as "name TYPE".
std::string literal_rows(const std::vector<std::pair<std::string, std::string>>& columns,
                         const std::vector<std::string>& rows) {
  std::vector<std::string> casts;
  std::vector<std::string> names;
  for (const auto& [name, type] : columns) {
    casts.push_back(fmt::format("CAST(v.\"{0}\" AS {1}) AS \"{0}\"", name, type));
    names.push_back('"' + name + '"');
  }
  std::string none = "(NULL";
  for (std::size_t i = 1; i < columns.size(); ++i) none += ", NULL";
  std::string values = rows.empty() ? none + ")" : fmt::format("{}", fmt::join(rows, ", "));
  return fmt::format("SELECT {} FROM (VALUES {}) v({}){}", fmt::join(casts, ", "), values, fmt::join(names, ", "),
                     rows.empty() ? " WHERE false" : "");
}

std::string versions_of(const TableState& state) {
  std::vector<std::string> rows;
  for (const VersionInfo& version : list_versions(*state.metadata)) {
    rows.push_back(fmt::format("('{}', {}, make_timestamptz({}), '{}', {}, {}, {}, {}, {}, {})", version.id,
                               version.parent ? fmt::format("'{}'", *version.parent) : "NULL", version.at,
                               version.operation, version.rows, version.added, version.deleted, or_null(version.by),
                               or_null(version.request), or_null(version.branch)));
  }
  return literal_rows({{"version", "VARCHAR"},
                       {"parent", "VARCHAR"},
                       {"at", "TIMESTAMPTZ"},
                       {"operation", "VARCHAR"},
                       {"rows", "BIGINT"},
                       {"added", "BIGINT"},
                       {"deleted", "BIGINT"},
                       {"by", "VARCHAR"},
                       {"request_id", "VARCHAR"},
                       {"branch", "VARCHAR"}},
                      rows);
}

std::string files_of(const Parts& parts, const TableState& state) {
  iceberg::Scan scan = iceberg::plan_scan(parts.cache, state.metadata, state.head());
  std::map<std::string, std::pair<const iceberg::DataFile*, const char*>> files;
  for (const iceberg::ScanFile& file : scan.files) {
    files.emplace(file.data->file.path, std::pair(&file.data->file, "data"));
    for (const auto& deletes : file.deletes) {
      files.emplace(deletes->file.path, std::pair(&deletes->file, "position_deletes"));
    }
  }
  std::vector<std::string> rows;
  rows.reserve(files.size());
  for (const auto& [path, file] : files) {
    rows.push_back(fmt::format("({}, '{}', {}, {})", quote_string(path), file.second, file.first->record_count,
                               file.first->file_size));
  }
  return literal_rows({{"path", "VARCHAR"}, {"content", "VARCHAR"}, {"rows", "BIGINT"}, {"bytes", "BIGINT"}}, rows);
}

iceberg::SnapshotPtr by_version(const iceberg::TableMetadata& metadata, std::string_view text) {
  auto id = base::parse_number<base::SnapshotId>(text);
  return id ? metadata.snapshot(*id) : nullptr;
}

iceberg::SnapshotPtr by_time(const iceberg::TableMetadata& metadata, std::string_view text) {
  auto at = base::parse_rfc3339(text);
  return at ? iceberg::snapshot_at(metadata, *at) : nullptr;
}

iceberg::SnapshotPtr select_version(const iceberg::TableMetadata& metadata, std::string_view selector) {
  auto forced = [&](std::string_view prefix) {
    if (!selector.starts_with(prefix)) return false;
    selector.remove_prefix(prefix.size());
    return true;
  };
  iceberg::SnapshotPtr found;
  std::string_view all = selector;
  if (forced(kForceBranch)) {
    found = metadata.ref_snapshot(selector);
  } else if (forced("time:")) {
    found = by_time(metadata, selector);
  } else if (forced("version:")) {
    found = by_version(metadata, selector);
  } else {
    found = metadata.ref_snapshot(selector);
    if (!found) found = by_time(metadata, selector);
    if (!found) found = by_version(metadata, selector);
  }
  if (!found) throw_unknown("branch, tag, time or version", all);
  return found;
}

std::string version_rows_of(const Parts& parts, const TableState& state, std::string_view selector) {
  std::string_view branch = selector;
  if (branch.starts_with(kForceBranch)) branch.remove_prefix(kForceBranch.size());
  if (has_branch(*state.metadata, branch)) return current_rows_of(parts, on_branch(state, branch));
  return rows_of(parts, state.metadata, select_version(*state.metadata, selector));
}

}  // namespace

std::string relation_for(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view reference) {
  std::size_t mark = reference.find_first_of("@$");
  std::string_view name = reference.substr(0, mark);
  auto state = find_state(parts, workspace.id, name);
  if (!state) throw_unknown("table", name);
  if (mark == std::string_view::npos) return current_rows_of(parts, *state);
  std::string_view rest = reference.substr(mark + 1);
  if (reference[mark] == '@') return version_rows_of(parts, *state, rest);
  if (rest == "quarantine") return quarantine_of(parts, *state);
  if (rest == "versions") return versions_of(*state);
  if (rest == "files") return files_of(parts, *state);
  throw_unknown("list ($quarantine, $versions or $files)", rest);
}

std::string_view newest_rows_of(std::string_view reference) {
  std::size_t mark = reference.find_first_of("@$");
  std::string_view name = reference.substr(0, mark);
  if (mark != std::string_view::npos && reference[mark] == '@') {
    std::string_view rest = reference.substr(mark + 1);
    if (rest.starts_with(kForceBranch)) rest.remove_prefix(kForceBranch.size());
    return rest == iceberg::kMainBranch ? name : std::string_view();
  }
  if (name.ends_with(base::kQuarantineSuffix)) name.remove_suffix(base::kQuarantineSuffix.size());
  return name;
}

}  // namespace boathouse::core
