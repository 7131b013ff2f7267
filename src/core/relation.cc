// SPDX-License-Identifier: Apache-2.0
#include "core/relation.h"

#include "base/error.h"
#include "base/names.h"
#include "core/column_types.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using base::quote_string;

// Past so many files with deletes one join over all of them is cheaper than a join for each.
constexpr std::size_t kMaxSeparateJoins = 32;

std::string escape_glob(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      out += std::string("[") + c + "]";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// Inside the readers a column is called by its id, so that no name of a user's column can meet one of the engine's own.
std::string inner_name(const iceberg::Field& field) { return "c" + std::to_string(field.id); }

// The engine does not count rows before it plans, and would take a large table for the small side of a join: it is told.
std::string reader(store::ObjectStore& store, const std::vector<const iceberg::ScanFile*>& files,
                   const RowsSql& wanted) {
  std::vector<std::string> paths;
  std::int64_t rows = 0;
  for (const iceberg::ScanFile* file : files) {
    paths.push_back(path_for_engine(store, file->data->file.path));
    rows += file->data->file.record_count;
  }
  std::string options = fmt::format("hive_partitioning = false, explicit_cardinality = {}", rows);
  if (wanted.by == ColumnsBy::name) return fmt::format("read_parquet({}, {})", file_list(paths), options);
  std::string map;
  for (const iceberg::Field& field : wanted.schema.fields()) {
    if (!map.empty()) map += ", ";
    map += fmt::format("{}: {{name: '{}', type: '{}', default_value: NULL}}", field.id, inner_name(field),
                       engine_type(field.type));
  }
  return fmt::format("read_parquet({}, schema = MAP {{{}}}, {})", file_list(paths), map, options);
}

std::string columns(const RowsSql& wanted) {
  std::string list;
  for (const iceberg::Field& field : wanted.schema.fields()) {
    if (!list.empty()) list += ", ";
    std::string name = quote_identifier(field.name);
    list += "t." + (wanted.by == ColumnsBy::name ? name : inner_name(field)) + " AS " + name;
  }
  if (wanted.positions == Positions::with) list += ", t.filename AS _file, t.file_row_number AS _pos";
  return list;
}

// A file that lacks a column (a Parquet body that became a data file as it came) has no statistics of it either. Such a
// file is read by id, which gives NULL; by name it would be an error.
bool has_every_column(const iceberg::ScanFile& file, const iceberg::Schema& schema) {
  return std::ranges::all_of(schema.fields(),
                             [&](const iceberg::Field& field) { return file.data->file.stats(field.id) != nullptr; });
}

RowsSql as_files_are(const RowsSql& wanted, const std::vector<const iceberg::ScanFile*>& files) {
  RowsSql possible = wanted;
  for (const iceberg::ScanFile* file : files) {
    if (possible.by == ColumnsBy::name && !has_every_column(*file, wanted.schema)) possible.by = ColumnsBy::id;
  }
  return possible;
}

std::string no_rows(const RowsSql& wanted) {
  std::string list;
  for (const iceberg::Field& field : wanted.schema.fields()) {
    if (!list.empty()) list += ", ";
    list += "CAST(NULL AS " + engine_type(field.type) + ") AS " + quote_identifier(field.name);
  }
  if (wanted.positions == Positions::with) list += ", CAST(NULL AS VARCHAR) AS _file, CAST(NULL AS BIGINT) AS _pos";
  return "SELECT " + list + " WHERE false";
}

// SELECT of (file_path, pos) out of all delete files of these data files.
std::string places_deleted_from(store::ObjectStore& store, const std::vector<const iceberg::ScanFile*>& files) {
  std::vector<std::string> paths;
  for (const iceberg::ScanFile* file : files) {
    for (const iceberg::EntryPtr& entry : file->deletes) paths.push_back(path_for_engine(store, entry->file.path));
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return fmt::format("SELECT file_path, pos FROM read_parquet({}, hive_partitioning = false)", file_list(paths));
}

// One file's live rows as they lie in it: a join would mix them up, looking each up among bits does not.
std::string live_rows(store::ObjectStore& store, const iceberg::ScanFile& file, const RowsSql& wanted) {
  const std::int64_t rows = file.data->file.record_count;
  return fmt::format(
      "SELECT {} FROM {} t WHERE coalesce(get_bit((SELECT bitstring_agg(pos, 0, {}) FROM ({}) WHERE file_path = {} AND "
      "pos < {}), CAST(t.file_row_number AS INTEGER)), 0) = 0",
      columns(wanted), reader(store, {&file}, wanted), rows - 1, places_deleted_from(store, {&file}),
      quote_string(file.data->file.path), rows);
}

std::string rows_in_order(store::ObjectStore& store, const iceberg::Scan& scan, const RowsSql& wanted) {
  std::vector<std::string> branches;
  std::vector<const iceberg::ScanFile*> whole;
  auto read_whole = [&] {
    if (!whole.empty()) {
      branches.push_back(fmt::format("SELECT {} FROM {} t", columns(wanted), reader(store, whole, wanted)));
    }
    whole.clear();
  };
  for (const iceberg::ScanFile& file : scan.files) {
    if (file.deletes.empty()) {
      whole.push_back(&file);
    } else {
      read_whole();
      branches.push_back(live_rows(store, file, wanted));
    }
  }
  read_whole();
  return fmt::format("{}", fmt::join(branches, " UNION ALL "));
}

std::vector<const iceberg::ScanFile*> files_where(const iceberg::Scan& scan, bool deletes) {
  std::vector<const iceberg::ScanFile*> files;
  for (const iceberg::ScanFile& file : scan.files) {
    if (file.deletes.empty() != deletes) files.push_back(&file);
  }
  return files;
}

}  // namespace

std::string file_list(const std::vector<std::string>& paths) {
  std::string list = "[";
  for (const std::string& path : paths) {
    if (list.size() > 1) list += ", ";
    list += quote_string(escape_glob(path));
  }
  return list + "]";
}

std::string path_for_engine(store::ObjectStore& store, const std::string& location) {
  auto path = store.local_path(location);
  if (!path) throw base::Error(base::ErrorKind::internal, "a data file is not on this machine");
  return path->string();
}

ColumnsBy columns_by(const iceberg::TableMetadata& metadata, const iceberg::Schema& schema) {
  if (metadata.schemas.size() != 1 || !schema.same_columns(metadata.schema())) return ColumnsBy::id;
  // A column of such a name would hide what the engine tells of a row's place.
  for (std::string_view name : {"filename", "file_row_number", "file_index"}) {
    if (schema.find_any_case(name) != nullptr) return ColumnsBy::id;
  }
  return ColumnsBy::name;
}

std::string rows_sql(store::ObjectStore& store, const iceberg::Scan& scan, const RowsSql& asked) {
  const auto whole = files_where(scan, false);
  const auto touched = files_where(scan, true);
  if (whole.empty() && touched.empty()) return no_rows(asked);

  const RowsSql wanted = as_files_are(as_files_are(asked, whole), touched);
  if (wanted.in_order) return rows_in_order(store, scan, wanted);
  const std::string list = columns(wanted);
  std::vector<std::string> branches;
  if (!whole.empty()) branches.push_back("SELECT " + list + " FROM " + reader(store, whole, wanted) + " t");
  if (touched.size() <= kMaxSeparateJoins) {
    for (const iceberg::ScanFile* file : touched) {
      branches.push_back(
          fmt::format("SELECT {} FROM {} t ANTI JOIN (SELECT pos FROM ({}) WHERE file_path = {}) d "
                      "ON t.file_row_number = d.pos",
                      list, reader(store, {file}, wanted), places_deleted_from(store, {file}),
                      quote_string(file->data->file.path)));
    }
  } else {
    branches.push_back(fmt::format(
        "SELECT {} FROM {} t ANTI JOIN ({}) d ON t.file_row_number = d.pos AND concat('file://', t.filename) = "
        "d.file_path",
        list, reader(store, touched, wanted), places_deleted_from(store, touched)));
  }
  return fmt::format("{}", fmt::join(branches, " UNION ALL "));
}

std::string all_rows_sql(store::ObjectStore& store, const std::vector<const iceberg::ScanFile*>& files,
                         const RowsSql& asked) {
  if (files.empty()) return no_rows(asked);
  const RowsSql wanted = as_files_are(asked, files);
  return fmt::format("SELECT {} FROM {} t", columns(wanted), reader(store, files, wanted));
}

std::string key_entry(const iceberg::Schema& columns, std::string_view position) {
  std::vector<std::string> names;
  for (const iceberg::Field& field : columns.fields()) {
    names.push_back(fmt::format("CAST({} AS {})", quote_identifier(field.name), engine_type(field.type)));
  }
  // The second hash is of other bytes: one over the same values would say the same again.
  return fmt::format(
      "((hash({0})::UHUGEINT << 64) | (((hash(concat_ws('/', 'key', {0})) & 4294967295) << 32) | "
      "{1}::UBIGINT)::UHUGEINT)",
      fmt::join(names, ", "), position);
}

std::string places_sql(store::ObjectStore& store, const iceberg::Scan& scan, const PlacesSql& wanted) {
  std::vector<const iceberg::ScanFile*> scanned;
  std::vector<std::string> found;
  for (const iceberg::ScanFile& file : scan.files) {
    auto index = wanted.indexes.find(file.data->file.path);
    if (index == wanted.indexes.end()) {
      scanned.push_back(&file);
    } else {
      found.push_back(fmt::format("SELECT {} AS _file, unnest(key_index_rows({}, {})) AS _pos FROM ({}) k",
                                  quote_string(path_for_engine(store, file.data->file.path)),
                                  quote_string(index->second->path.string()), key_entry(wanted.columns, "0"),
                                  wanted.keys));
    }
  }
  if (!scanned.empty() || found.empty()) {
    std::vector<std::string> equal;
    for (const iceberg::Field& field : wanted.columns.fields()) {
      equal.push_back(fmt::format("t.{0} = k.{0}", quote_identifier(field.name)));
    }
    found.push_back(fmt::format("SELECT t._file, t._pos FROM ({}) t SEMI JOIN ({}) k ON {}",
                                all_rows_sql(store, scanned, {.schema = wanted.columns, .positions = Positions::with}),
                                wanted.keys, fmt::join(equal, " AND ")));
  }
  std::string places = fmt::format("{}", fmt::join(found, " UNION ALL "));
  const auto touched = files_where(scan, true);
  if (touched.empty()) return places;
  return fmt::format(
      "SELECT f._file, f._pos FROM ({}) f ANTI JOIN ({}) d ON f._pos = d.pos AND concat('file://', f._file) = "
      "d.file_path",
      places, places_deleted_from(store, touched));
}

}  // namespace boathouse::core
