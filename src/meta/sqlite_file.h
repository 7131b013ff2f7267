// SPDX-License-Identifier: Apache-2.0
// The metadata file itself, looked at from outside while a server may be running: whether it is sound, and its Iceberg
// catalog alone for other engines. Blocking; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace boathouse::meta {

struct SqliteHealth {
  std::vector<std::string> damage;  // in SQLite's words, 100 at most
  int schema = 0;
  int newest_schema = 0;  // that this binary knows
};
// Changes nothing. Throws as open_sqlite_store() does for a file that is no database.
SqliteHealth check_sqlite_file(const std::filesystem::path& file);

// Makes `to` (mode 0600) with `iceberg_tables` and `iceberg_namespace_properties` as they are at one moment, and nothing
// else. Error{already_exists} when `to` is there.
void copy_iceberg_catalog(const std::filesystem::path& file, const std::filesystem::path& to);

}  // namespace boathouse::meta
