// SPDX-License-Identifier: Apache-2.0
#include "core/data_files.h"

#include <gtest/gtest.h>

namespace boathouse::core {
namespace {

std::string copy_of(CopySize size) {
  const Columns columns{
      {.id = 1, .name = "a", .type = iceberg::Type(iceberg::TypeKind::string), .required = false, .doc = {}}};
  return copy_statement("SELECT 1 AS a", "/tmp/a.parquet", columns, size);
}

TEST(DataFilesTest, RowGroupsHoldSoManyBytesAtMost) {
  EXPECT_NE(copy_of({.rows = 500'000, .row_bytes = 1024}).find("ROW_GROUP_SIZE 16384"), std::string::npos);
  EXPECT_NE(copy_of({.rows = 10, .row_bytes = 1 << 20}).find("ROW_GROUP_SIZE 2048"), std::string::npos);
  EXPECT_EQ(copy_of({.rows = 500'000, .row_bytes = 100}).find("ROW_GROUP_SIZE"), std::string::npos);
  EXPECT_EQ(copy_of({.rows = 500'000, .row_bytes = 0}).find("ROW_GROUP_SIZE"), std::string::npos);
}

TEST(DataFilesTest, FullRowGroupsGetSmallDictionaries) {
  EXPECT_NE(copy_of({.rows = 122'880, .row_bytes = 100}).find("DICTIONARY_SIZE_LIMIT 8192"), std::string::npos);
  EXPECT_EQ(copy_of({.rows = 122'879, .row_bytes = 100}).find("DICTIONARY_SIZE_LIMIT"), std::string::npos);
  EXPECT_NE(copy_of({.rows = 16'384, .row_bytes = 1024}).find("DICTIONARY_SIZE_LIMIT 1092"), std::string::npos);
  EXPECT_EQ(copy_of({.rows = 16'383, .row_bytes = 1024}).find("DICTIONARY_SIZE_LIMIT"), std::string::npos);
}

}  // namespace
}  // namespace boathouse::core
