// SPDX-License-Identifier: Apache-2.0
#include "auth/limits.h"

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::ErrorKind;
using base::kMinute;
using base::kSecond;

const base::WorkspaceId kOne("one");
const base::WorkspaceId kOther("other");

TEST(LimitsTest, AreReadAndWrittenAsJson) {
  WorkspaceLimits limits = parse_limits(R"({"tables":5,"rows_per_minute":0,"bytes":null})");
  EXPECT_EQ(limits.tables, 5);
  EXPECT_EQ(limits.rows_per_minute, 0);
  EXPECT_FALSE(limits.bytes || limits.running_queries);
  EXPECT_EQ(to_json(limits), R"({"tables":5,"rows_per_minute":0})");
  for (const char* bad : {"", "[]", "{\"cpu\":1}", "{\"tables\":-1}", "{\"tables\":1.5}", "{\"tables\":\"1\"}"}) {
    EXPECT_EQ(error_of([&] { parse_limits(bad); }), ErrorKind::invalid_argument) << bad;
  }
}

TEST(LimitsTest, BytesAndTablesAreCheckedAgainstUse) {
  WorkspaceLimits limits{.bytes = 100, .tables = 2};
  EXPECT_NO_THROW(check_bytes(limits, {.bytes = 60}, 40));
  EXPECT_EQ(error_of([&] { check_bytes(limits, {.bytes = 60}, 41); }), ErrorKind::storage_full);
  EXPECT_NO_THROW(check_bytes(limits, {.bytes = 600}, 0));
  EXPECT_EQ(error_of([&] { check_bytes(limits, {.bytes = 600}, 1); }), ErrorKind::storage_full);
  EXPECT_NO_THROW(check_tables(limits, {.tables = 1}, 1));
  EXPECT_NO_THROW(check_tables({}, {.tables = 1000}, 1));
  try {
    check_tables(limits, {.tables = 2}, 1);
    FAIL() << "passed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), "workspace-limit");
    EXPECT_EQ(error.detail().at("limit").as_string(), "tables");
    EXPECT_EQ(error.detail().at("value").as_int64(), 2);
  }
}

TEST(LimitsTest, RowsAreCountedOverAMinutePerWorkspace) {
  WorkspaceCounters counters;
  WorkspaceLimits limits{.rows_per_minute = 100};
  auto take = [&](const base::WorkspaceId& workspace, std::int64_t rows, base::Micros now) {
    return error_of([&] { counters.take_rows(workspace, limits, rows, now); });
  };
  EXPECT_EQ(take(kOne, 101, 0), ErrorKind::too_many_requests);
  EXPECT_EQ(take(kOne, 60, 0), std::nullopt);
  EXPECT_EQ(take(kOne, 40, 10 * kSecond), std::nullopt);
  EXPECT_EQ(take(kOne, 1, 20 * kSecond), ErrorKind::too_many_requests);
  EXPECT_EQ(take(kOther, 100, 20 * kSecond), std::nullopt);
  EXPECT_EQ(take(kOne, 1, kMinute - 1), ErrorKind::too_many_requests);
  EXPECT_EQ(take(kOne, 60, kMinute), std::nullopt);
  EXPECT_EQ(take(kOne, 1, kMinute), ErrorKind::too_many_requests);
  EXPECT_EQ(take(kOne, 40, kMinute + 10 * kSecond), std::nullopt);
  limits.rows_per_minute.reset();
  EXPECT_EQ(take(kOne, 1'000'000, kMinute + 10 * kSecond), std::nullopt);
}

TEST(LimitsTest, RunningQueriesAreCountedWhileTheyRun) {
  WorkspaceCounters counters;
  WorkspaceLimits limits{.running_queries = 2};
  auto first = counters.begin_query(kOne, limits);
  {
    auto second = counters.begin_query(kOne, limits);
    EXPECT_EQ(error_of([&] { counters.begin_query(kOne, limits); }), ErrorKind::too_many_requests);
    EXPECT_NO_THROW(counters.begin_query(kOther, limits));
  }
  auto moved = std::move(first);
  auto third = counters.begin_query(kOne, limits);
  EXPECT_EQ(error_of([&] { counters.begin_query(kOne, limits); }), ErrorKind::too_many_requests);
}

}  // namespace
}  // namespace boathouse::auth
