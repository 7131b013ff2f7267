// SPDX-License-Identifier: Apache-2.0
#include "batch/types.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::batch {
namespace {

TEST(ColumnType, EveryWordReadsBackAsItself) {
  for (const char* text :
       {"INTEGER", "BIGINT", "DOUBLE", "STRING", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "ISO_DATE",
        "UUID", "BINARY", "JSON", "DECIMAL(10,2)", "DECIMAL(38,38)", "DECIMAL(1,0)"}) {
    EXPECT_EQ(ColumnType::parse(text).to_text(), text);
  }
}

TEST(ColumnType, NamesWhatDuckdbStores) {
  const std::pair<const char*, const char*> cases[] = {
      {"INTEGER", "INTEGER"},     {"STRING", "VARCHAR"}, {"ISO_DATE", "TIMESTAMPTZ"}, {"BINARY", "BLOB"},
      {"JSON", "VARCHAR"},        {"UUID", "UUID"},      {"DOUBLE", "DOUBLE"},        {"DECIMAL(6,2)", "DECIMAL(6,2)"},
      {"TIMESTAMP", "TIMESTAMP"},
  };
  for (const auto& [text, name] : cases) EXPECT_EQ(ColumnType::parse(text).duckdb_name(), name);
}

TEST(ColumnType, BlanksInDecimalAreAllowed) {
  EXPECT_EQ(ColumnType::parse("DECIMAL(10, 2)"), ColumnType::decimal(10, 2));
  EXPECT_EQ(ColumnType::parse("DECIMAL( 10 ,2 )"), ColumnType::decimal(10, 2));
}

TEST(ColumnType, RefusesAllElse) {
  for (const char* text :
       {"", "integer", "INT", "INTEGER ", "VARCHAR", "DECIMAL", "DECIMAL(10)", "DECIMAL(39,2)", "DECIMAL(0,0)",
        "DECIMAL(2,3)", "DECIMAL(-1,0)", "DECIMAL(10,2", "DECIMAL(10,2)x", "DECIMAL(100,2)", "DECIMALS"}) {
    try {
      ColumnType::parse(text);
      ADD_FAILURE() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument) << text;
    }
  }
}

TEST(ColumnType, TheErrorNeverCutsACharacter) {
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "\xc3\xa5";
  try {
    ColumnType::parse("x" + wide);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_TRUE(base::is_utf8(error.message())) << error.message();
  }
}

TEST(ColumnType, TheErrorListsTheTypes) {
  try {
    ColumnType::parse("VARCHAR");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_NE(error.message().find("INTEGER, BIGINT, DOUBLE, DECIMAL(p,s), STRING"), std::string::npos)
        << error.message();
    EXPECT_NE(error.message().find("\"VARCHAR\""), std::string::npos);
  }
}

TEST(ColumnType, HasItsArticle) {
  EXPECT_EQ(with_article({TypeKind::integer}), "an INTEGER");
  EXPECT_EQ(with_article(ColumnType::decimal(6, 2)), "a DECIMAL(6,2)");
}

}  // namespace
}  // namespace boathouse::batch
