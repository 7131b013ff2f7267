// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite_file.h"

#include "base/file.h"
#include "meta/sqlite/connection.h"
#include "meta/sqlite/migrations.h"

namespace boathouse::meta {
namespace {

using sqlite::Connection;
using sqlite::Query;

constexpr const char* kCatalogTables = "name IN ('iceberg_tables', 'iceberg_namespace_properties') AND type = 'table'";

std::vector<std::string> texts(Connection& connection, const std::string& sql) {
  Query query(connection, sql);
  return sqlite::all(query, [](Query& row) { return row.text(); });
}

void fill_copy(Connection& connection) {
  connection.execute("BEGIN");
  const std::string tables = std::string("main.sqlite_master WHERE ") + kCatalogTables;
  for (const std::string& name : texts(connection, "SELECT name FROM " + tables)) {
    const std::string made = texts(connection, "SELECT sql FROM " + tables + " AND name = '" + name + "'").at(0);
    connection.execute(("CREATE TABLE copy." + made.substr(made.find(name))).c_str());
    connection.execute(("INSERT INTO copy." + name + " SELECT * FROM main." + name).c_str());
  }
  connection.execute("COMMIT");
}

}  // namespace

SqliteHealth check_sqlite_file(const std::filesystem::path& file) {
  Connection connection(file, Connection::Use::read, "");
  SqliteHealth health{.damage = texts(connection, "PRAGMA integrity_check(100)"),
                      .newest_schema = sqlite::newest_schema()};
  if (health.damage == std::vector<std::string>{"ok"}) health.damage.clear();
  for (const std::string& table : texts(connection, "PRAGMA foreign_key_check")) {
    health.damage.push_back("a row of " + table + " belongs to one that is not there");
  }
  Query query(connection, "SELECT coalesce(max(version), 0) FROM schema_migrations");
  if (query.next()) health.schema = static_cast<int>(query.integer());
  return health;
}

void copy_iceberg_catalog(const std::filesystem::path& file, const std::filesystem::path& to) {
  if (std::filesystem::exists(std::filesystem::symlink_status(to))) {
    throw base::Error(base::ErrorKind::already_exists,
                      to.string() + " is there already: name a file that is not, or take it away");
  }
  base::create_file(to);
  try {
    Connection connection(file, Connection::Use::write, "");
    sqlite::run(connection, "ATTACH DATABASE ? AS copy", to.string());
    fill_copy(connection);
    connection.execute("DETACH DATABASE copy");
  } catch (...) {
    base::remove_quietly(to);
    throw;
  }
  base::sync_directory(std::filesystem::absolute(to).parent_path());
}

}  // namespace boathouse::meta
