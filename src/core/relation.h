// SPDX-License-Identifier: Apache-2.0
// A version of a table as SQL for the engine: which Parquet files, read by field id, less their position deletes. Pure
// but for the metadata that plan_scan reads through the cache. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "iceberg/scan.h"

namespace boathouse::core {

// Where a row lies: two columns beside the table's own, `_file` (the path as the engine opened it) and `_pos` (from 0).
enum class Positions { without, with };

// How columns are found in the files. By field id is right for every table; by name is right where no column was ever
// added, dropped, renamed or changed.
enum class ColumnsBy { id, name };
ColumnsBy columns_by(const iceberg::TableMetadata& metadata, const iceberg::Schema& schema);

// A SELECT that gives the scan's live rows with the columns of `schema`, in its order and by its names; columns that a
// file does not have are NULL. A scan without files gives no rows of the right types.
struct RowsSql {
  const iceberg::Schema& schema;
  ColumnsBy by = ColumnsBy::id;
  Positions positions = Positions::without;
  bool in_order = false;  // of the scan's files, and of the rows in each
};
std::string rows_sql(store::ObjectStore& store, const iceberg::Scan& scan, const RowsSql& wanted);

// The same with deleted rows too.
std::string all_rows_sql(store::ObjectStore& store, const std::vector<const iceberg::ScanFile*>& files,
                         const RowsSql& wanted);

// The index of a data file by a key (core/key_indexes.h); the file goes with it.
struct KeyIndexFile {
  explicit KeyIndexFile(std::filesystem::path place) : path(std::move(place)) {}
  ~KeyIndexFile() { base::remove_quietly(path); }
  KeyIndexFile(const KeyIndexFile&) = delete;
  KeyIndexFile& operator=(const KeyIndexFile&) = delete;
  const std::filesystem::path path;
};
using KeyIndexFiles = std::map<std::string, std::shared_ptr<const KeyIndexFile>>;  // by the data file's location

// What such an index holds for a row, as SQL over the key's columns: 96 bits of two hashes, then the position, which is
// at most 32 bits (engine/worker/key_index.h).
std::string key_entry(const iceberg::Schema& columns, std::string_view position);

// A SELECT of (_file, _pos): where the scan's live rows lie that have the `columns` of a row of `keys`, the SQL of a
// relation with columns of the same names. Rows are looked up first and only what is found is compared with the deletes.
// Files with an index are not read.
struct PlacesSql {
  const iceberg::Schema& columns;
  std::string_view keys;
  const KeyIndexFiles& indexes;
};
std::string places_sql(store::ObjectStore& store, const iceberg::Scan& scan, const PlacesSql& wanted);

// A list of files for the engine's readers, as an SQL list literal; characters that a glob would take to mean something
// are taken literally.
std::string file_list(const std::vector<std::string>& paths);

// The path behind a location. Error{internal} when the store keeps it elsewhere.
std::string path_for_engine(store::ObjectStore& store, const std::string& location);

}  // namespace boathouse::core
