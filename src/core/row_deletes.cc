// SPDX-License-Identifier: Apache-2.0
#include "core/row_deletes.h"

#include "base/names.h"
#include "core/partitioning.h"
#include "core/relation.h"
#include "iceberg/bounds.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using base::quote_string;

struct Group {
  int spec_id = 0;
  iceberg::PartitionTuple partition;
  std::vector<std::string> locations;
};

std::string group_key(const iceberg::DataFile& file) {
  return std::to_string(file.spec_id) + ':' + iceberg::partition_key(file.partition);
}

// The smallest and largest value of a column over some files, where all of them tell.
std::optional<std::pair<iceberg::Value, iceberg::Value>> bounds_of(const std::vector<iceberg::DataFile>& files,
                                                                   const iceberg::Field& field) {
  std::optional<std::pair<iceberg::Value, iceberg::Value>> range;
  for (const iceberg::DataFile& file : files) {
    const iceberg::ColumnStats* stats = file.stats(field.id);
    if (stats == nullptr || !stats->lower_bound || !stats->upper_bound) return std::nullopt;
    auto lower = iceberg::from_single_value(field.type, *stats->lower_bound);
    auto upper = iceberg::from_single_value(field.type, *stats->upper_bound);
    if (!lower || !upper) return std::nullopt;
    if (!range) {
      range.emplace(*lower, *upper);
    } else {
      if (iceberg::compare(*lower, range->first) < 0) range->first = *lower;
      if (iceberg::compare(*upper, range->second) > 0) range->second = *upper;
    }
  }
  return range;
}

iceberg::Predicate within_bounds(const KeyedRows& rows) {
  iceberg::Predicate predicate;
  for (const std::string& name : rows.key) {
    const iceberg::Field* field = rows.schema.find_any_case(name);
    if (field == nullptr) continue;
    auto range = bounds_of(rows.added, *field);
    if (!range) continue;
    predicate.push_back(
        {.field_id = field->id, .op = iceberg::Condition::Op::greater_equal, .literals = {range->first}});
    predicate.push_back({.field_id = field->id, .op = iceberg::Condition::Op::less_equal, .literals = {range->second}});
  }
  return predicate;
}

// True when deleting `rows` more leaves nothing of the file, and its earlier deletes can go with it: a delete file that
// also concerns other files stays, and the file with it, so that rows are always records less deletes.
bool is_emptied(const iceberg::ScanFile& file, std::int64_t rows) {
  for (const iceberg::EntryPtr& deletes : file.deletes) {
    if (iceberg::only_deleted_from(deletes->file) != file.data->file.path) return false;
    rows += deletes->file.record_count;
  }
  return rows == file.data->file.record_count;
}

std::string location_list(const std::vector<std::string>& locations) {
  std::vector<std::string> quoted;
  quoted.reserve(locations.size());
  for (const std::string& location : locations) quoted.push_back(quote_string(location));
  return fmt::format("({})", fmt::join(quoted, ", "));
}

}  // namespace

RowDeletes write_row_deletes(const Parts& parts, engine::Lease& lease, const TableState& table,
                             const iceberg::Scan& scan, std::string_view positions,
                             const std::filesystem::path& folder) {
  auto listed = lease.execute({
      fmt::format("CREATE OR REPLACE TEMP TABLE deleted AS SELECT concat('file://', _file) AS file_path, _pos AS pos "
                  "FROM ({})",
                  positions),
      "SELECT file_path, count(*) FROM deleted GROUP BY file_path",
  });
  std::map<std::string, const iceberg::ScanFile*> by_location;
  for (const iceberg::ScanFile& file : scan.files) by_location.emplace(file.data->file.path, &file);

  RowDeletes deletes;
  std::map<std::string, Group> groups;
  for (const boost::json::value& row : listed.back().rows) {
    const iceberg::ScanFile& scanned = *by_location.at(std::string(row.at(0).as_string()));
    const iceberg::DataFile& file = scanned.data->file;
    auto rows = row.at(1).to_number<std::int64_t>();
    if (is_emptied(scanned, rows)) {
      deletes.emptied.push_back(file.path);
      deletes.rows += rows;
      continue;
    }
    Group& group = groups[group_key(file)];
    group.spec_id = file.spec_id;
    group.partition = file.partition;
    group.locations.push_back(file.path);
    deletes.touched.push_back(file.path);
  }
  for (auto& [key, group] : groups) {
    std::sort(group.locations.begin(), group.locations.end());
    auto path = folder / (base::uuid_v4() + ".parquet");
    auto results = lease.execute(
        {copy_statement(fmt::format("SELECT file_path, pos FROM deleted WHERE file_path IN {} ORDER BY file_path, pos",
                                    location_list(group.locations)),
                        path, position_delete_columns())});
    for (WrittenFile& written : files_from_copy(results.back(), position_delete_columns())) {
      iceberg::DataFile& file = written.file;
      file.content = iceberg::FileContent::position_deletes;
      file.spec_id = group.spec_id;
      file.partition = group.partition;
      iceberg::set_deleted_from(file, group.locations.front(), group.locations.back());
      const iceberg::PartitionSpec& spec = table.metadata->spec_by_id(group.spec_id);
      file.path = fmt::format(
          "{}/data/{}{}-deletes.parquet", table.row.location,
          partition_folder(spec, iceberg::schema_with_sources(*table.metadata, table.schema(), spec), group.partition),
          base::uuid_v4());
      parts.store().adopt(written.path, file.path, store::Durability::later);
      deletes.rows += file.record_count;
      deletes.files.push_back(std::move(file));
    }
  }
  return deletes;
}

RowDeletes delete_replaced_rows(const Parts& parts, engine::Lease& lease, const TableState& table,
                                const KeyedRows& rows, const std::filesystem::path& folder) {
  auto scan = iceberg::plan_scan(parts.cache, table.metadata, table.head(), within_bounds(rows));
  if (scan.files.empty()) return {};
  std::vector<std::string> added;
  for (const iceberg::DataFile& file : rows.added) added.push_back(path_for_engine(parts.store(), file.path));

  std::vector<iceberg::Field> key;
  std::vector<std::string> names;
  for (const std::string& name : rows.key) {
    key.push_back(*rows.schema.find_any_case(name));
    names.push_back(quote_identifier(key.back().name));
  }
  // The new files are read by name: they were written just now, with the schema's own names.
  std::string keys = fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false)", fmt::join(names, ", "),
                                 file_list(added));
  const iceberg::Schema columns(0, std::move(key));
  const KeyIndexFiles indexes =
      rows.indexes.of(lease, parts.store(), scan, columns, parts.layout.staging_of(table.row.workspace));
  std::string positions = places_sql(parts.store(), scan, {.columns = columns, .keys = keys, .indexes = indexes});
  return write_row_deletes(parts, lease, table, scan, positions, folder);
}

}  // namespace boathouse::core
