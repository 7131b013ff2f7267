// SPDX-License-Identifier: Apache-2.0
#include "core/judged_statements.h"

#include <gtest/gtest.h>

namespace boathouse::core {
namespace {

GuardResult reads(const std::string& table) { return {.tables = {{"", table, 14}}, .show = {}, .show_schema = {}}; }

TEST(JudgedStatementsTest, TheSameTextGetsTheSameJudgement) {
  JudgedStatements judged;
  EXPECT_FALSE(judged.find("SELECT * FROM a"));
  judged.keep("SELECT * FROM a", reads("a"));
  judged.keep("SELECT * FROM b", reads("b"));
  EXPECT_EQ(judged.find("SELECT * FROM a")->tables, reads("a").tables);
  EXPECT_EQ(judged.find("SELECT * FROM b")->tables, reads("b").tables);
  EXPECT_FALSE(judged.find("SELECT * FROM A"));
}

TEST(JudgedStatementsTest, TheLeastRecentlyUsedMakesRoom) {
  JudgedStatements judged(2);
  judged.keep("a", reads("a"));
  judged.keep("b", reads("b"));
  judged.find("a");
  judged.keep("c", reads("c"));
  EXPECT_TRUE(judged.find("a"));
  EXPECT_FALSE(judged.find("b"));
  EXPECT_TRUE(judged.find("c"));
}

TEST(JudgedStatementsTest, OnlyShortTextIsKept) {
  JudgedStatements judged(2, 8);
  judged.keep("12345678", reads("a"));
  judged.keep("123456789", reads("a"));
  EXPECT_TRUE(judged.find("12345678"));
  EXPECT_FALSE(judged.find("123456789"));
}

}  // namespace
}  // namespace boathouse::core
