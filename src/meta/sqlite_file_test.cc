// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "meta/sqlite/connection.h"
#include "meta/sqlite_store.h"

namespace boathouse::meta {
namespace {

class SqliteFile : public ::testing::Test {
 protected:
  std::int64_t rows(const std::filesystem::path& path, const std::string& sql) {
    sqlite::Connection connection(path, sqlite::Connection::Use::read, "");
    sqlite::Query query(connection, sql);
    query.next();
    return query.integer();
  }

  base::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
  std::filesystem::path file_ = folder_.path() / "boathouse.db";
  std::filesystem::path copy_ = folder_.path() / "catalog.db";
};

TEST_F(SqliteFile, AFreshFileIsSoundAndOfTheNewestSchema) {
  auto store = open_sqlite_store(file_);
  SqliteHealth health = check_sqlite_file(file_);
  EXPECT_TRUE(health.damage.empty());
  EXPECT_EQ(health.schema, health.newest_schema);
}

TEST_F(SqliteFile, DamageIsTold) {
  { auto store = open_sqlite_store(file_); }
  std::filesystem::resize_file(file_, base::file_size(file_) / 2);
  try {
    EXPECT_FALSE(check_sqlite_file(file_).damage.empty());
  } catch (const base::Error&) {
    SUCCEED();  // so damaged that it cannot be opened
  }
}

TEST_F(SqliteFile, ARowWithoutItsOwnerIsTold) {
  auto store = open_sqlite_store(file_);
  sqlite::Connection connection(file_, sqlite::Connection::Use::write, "");
  connection.execute("PRAGMA foreign_keys = OFF");
  connection.execute("INSERT INTO members VALUES ('nowhere', 'nobody', 'owner')");
  EXPECT_FALSE(check_sqlite_file(file_).damage.empty());
}

TEST_F(SqliteFile, ACopyOfTheCatalogHasItsTwoTablesOnly) {
  auto store = open_sqlite_store(file_);
  sqlite::Connection connection(file_, sqlite::Connection::Use::write, "");
  connection.execute("INSERT INTO iceberg_tables VALUES ('boathouse', 'main', 't', 'file:///m', NULL, 'TABLE')");
  copy_iceberg_catalog(file_, copy_);
  EXPECT_EQ(rows(copy_, "SELECT count(*) FROM sqlite_master WHERE type = 'table'"), 2);
  EXPECT_EQ(rows(copy_, "SELECT count(*) FROM iceberg_tables WHERE metadata_location = 'file:///m'"), 1);
  struct stat status {};
  ASSERT_EQ(::stat(copy_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(SqliteFile, ACopyNeverReplacesAFile) {
  auto store = open_sqlite_store(file_);
  std::ofstream(copy_) << "mine";
  EXPECT_THROW(copy_iceberg_catalog(file_, copy_), base::Error);
  EXPECT_EQ(base::read_file(copy_), "mine");
}

}  // namespace
}  // namespace boathouse::meta
