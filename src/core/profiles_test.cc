// SPDX-License-Identifier: Apache-2.0
#include "core/profiles.h"

#include <boost/json/parse.hpp>

#include "core/core_fixture.h"
#include "core/profile_job.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

class ProfilesTest : public CoreTest {
 protected:
  // A table of the numbers from 0 on, and of a text for each.
  std::string numbers(int count, WriteMode mode = WriteMode::append, int first = 0) {
    std::string csv = "n,t\n";
    for (int i = first; i < first + count; ++i) csv += fmt::format("{},text {}\n", i, i % 7);
    load("t", csv, mode);
    return csv;
  }
  // 300 numbers of five in a row.
  static std::string same_rows(int first) {
    std::string csv = "n\n";
    for (int i = 0; i < 300; ++i) csv += fmt::format("{}\n", first + i % 5);
    return csv;
  }
  json::object profile(const Profiles& profiles) {
    return json::parse(std::get<std::string>(profiles.get(workspace_, "t", std::nullopt))).as_object();
  }
  static const json::object& column(const json::object& profile, std::size_t i) {
    return profile.at("columns").at(i).as_object();
  }
  json::object run_job(const Profiles& profiles) {
    NoProgress nobody;
    return profiles.run(profile_job(*meta_->catalog().find_table(workspace_.id, "t")), nobody);
  }
};

TEST_F(ProfilesTest, FiguresAreExactUpToABoundAndEstimatesPastIt) {
  const Profiles profiles(parts_, {.bounds = {.exact_rows = 1000}});
  numbers(1000);
  json::object exact = profile(profiles);
  EXPECT_TRUE(exact.at("exact").as_bool());
  EXPECT_EQ(column(exact, 0).at("distinct"), 1000);
  EXPECT_TRUE(column(exact, 0).at("quantiles_exact").as_bool());
  EXPECT_TRUE(column(exact, 0).at("unique").as_bool());

  numbers(1, WriteMode::append, 1000);
  json::object estimated = profile(profiles);
  EXPECT_FALSE(estimated.at("exact").as_bool());
  const json::object& n = column(estimated, 0);
  for (const char* figure : {"distinct_exact", "quantiles_exact", "top_exact"}) EXPECT_FALSE(n.at(figure).as_bool());
  EXPECT_FALSE(n.contains("unique"));
  EXPECT_NEAR(n.at("distinct").to_number<double>(), 1001, 150);
  EXPECT_NEAR(n.at("quantiles").at("50%").to_number<double>(), 500, 10);
  EXPECT_EQ(n.at("max"), 1000);
  std::int64_t in_bins = 0;
  for (const json::value& count : n.at("histogram").at("counts").as_array()) in_bins += count.as_int64();
  EXPECT_EQ(in_bins, 1001);
  const json::object& t = column(estimated, 1);
  ASSERT_EQ(t.at("top").as_array().size(), 7u);
  EXPECT_EQ(t.at("top").at(0).at("rows"), 143);
}

TEST_F(ProfilesTest, DistinctValuesAreCountedUpToABound) {
  const Profiles profiles(parts_, {.bounds = {.exact_distinct = 500}});
  numbers(1000);
  const json::object told = profile(profiles);
  EXPECT_TRUE(told.at("exact").as_bool());
  const json::object& many = column(told, 0);
  EXPECT_NEAR(many.at("distinct").to_number<double>(), 1000, 150);
  for (const char* figure : {"distinct_exact", "top_exact"}) EXPECT_FALSE(many.at(figure).as_bool());
  EXPECT_FALSE(many.contains("unique"));
  EXPECT_TRUE(many.at("quantiles_exact").as_bool());
  const json::object& few = column(told, 1);
  EXPECT_EQ(few.at("distinct"), 7);
  EXPECT_TRUE(few.at("distinct_exact").as_bool());
}

TEST_F(ProfilesTest, QuantilesAreTheSameHoweverManyAreAskedAtOnce) {
  numbers(1000);
  auto quantiles_of = [&](std::int64_t held) {
    const Profiles profiles(parts_, {.bounds = {.kept_cells = 0, .held_values = held}});
    const base::TableId table = meta_->catalog().find_table(workspace_.id, "t")->id;
    meta_->profiles().delete_profiles(table, meta_->profiles().profiled_versions(table));
    return column(profile(profiles), 0).at("quantiles").as_object();
  };
  EXPECT_EQ(quantiles_of(1000), quantiles_of(1'000'000)) << "in pairs";
  EXPECT_EQ(quantiles_of(1), quantiles_of(1'000'000)) << "one by one";
}

TEST_F(ProfilesTest, PatternsOfManyTextsAreThoseOfSome) {
  const Profiles profiles(parts_, {.bounds = {.seen_patterns = 100}});
  std::string csv = "t\n";
  for (int i = 0; i < 1000; ++i) csv += fmt::format("AB-{:04}\n", i);
  load("t", csv);
  const json::object told = profile(profiles);
  EXPECT_FALSE(column(told, 0).at("patterns_exact").as_bool());
  EXPECT_EQ(column(told, 0).at("patterns").at(0).at("pattern"), "AA-9999");
  const auto seen = column(told, 0).at("patterns_rows").as_int64();
  EXPECT_GT(seen, 20);
  EXPECT_LT(seen, 400);
}

TEST_F(ProfilesTest, WhatTakesLongIsMadeByAJob) {
  const Profiles profiles(parts_, {.awaited_cells = 200});
  numbers(100);
  EXPECT_EQ(profile(profiles).at("rows"), 100);
  numbers(1, WriteMode::append, 100);
  const auto job = std::get<meta::JobRow>(profiles.get(workspace_, "t", std::nullopt));
  EXPECT_EQ(job.kind, "profile");
  // Whoever asks again hears of the same one.
  EXPECT_EQ(std::get<meta::JobRow>(profiles.get(workspace_, "t", std::nullopt)).id, job.id);
  NoProgress nobody;
  EXPECT_EQ(profiles.run(job, nobody).at("rows"), 101);
  EXPECT_EQ(profile(profiles).at("rows"), 101);
}

TEST_F(ProfilesTest, OneThatIsKeptIsNotMadeAgainUntilTheContractChanges) {
  const Profiles profiles(parts_);
  numbers(10);
  const json::object first = profile(profiles);
  EXPECT_EQ(profile(profiles), first);
  put_contract("t", R"({"columns":[{"name":"n","type":"BIGINT","max":5},{"name":"t","type":"STRING"}]})");
  const json::object second = profile(profiles);
  const json::array& findings = second.at("findings").as_array();
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.at(0).at("kind"), "max");
  EXPECT_EQ(findings.at(0).at("rows"), 4);
}

// 19 digits, of which a DOUBLE has 16; microseconds; decimals of the most digits.
TEST_F(ProfilesTest, NumbersFarFromZeroKeepTheirDeviation) {
  put_contract("t", R"json({"columns":[{"name":"id","type":"BIGINT"},{"name":"us","type":"BIGINT"},
                       {"name":"d","type":"DECIMAL(37,2)"},{"name":"x","type":"DOUBLE"},{"name":"ends","type":"BIGINT"}]})json");
  std::string csv = "id,us,d,x,ends\n";
  for (int i = 0; i < 1000; ++i) {
    csv += fmt::format("{},{},10000000000000000000000000000000{:03}.00,{:.3f},{}\n", 1'000'000'000'000'000'000 + i,
                       1'700'000'000'000'000 + i * 7919 % 1'000'000, i, 1e9 + i / 1000.0,
                       i % 2 == 0 ? "-9223372036854775808" : "9223372036854775807");
  }
  load("t", csv);
  const json::object told = profile(Profiles(parts_));
  auto std_of = [&](std::size_t i) { return column(told, i).at("std").to_number<double>(); };
  EXPECT_NEAR(std_of(0), 288.8194360957494, 1e-7);
  EXPECT_NEAR(std_of(1), 286550.1517059321, 1e-4);
  EXPECT_NEAR(std_of(2), 288.8194360957494, 1e-7);
  EXPECT_NEAR(std_of(3), 0.2888194360957494, 1e-7);
  EXPECT_NEAR(std_of(4) / 9.2279869e18, 1, 1e-6);
  const json::array& matrix = told.at("correlations").at("matrix").as_array();
  EXPECT_NEAR(matrix.at(1).at(0).to_number<double>(), 0.09731075830908327, 1e-9);
  EXPECT_NEAR(matrix.at(2).at(0).to_number<double>(), 1, 1e-12);
  EXPECT_LE(matrix.at(2).at(0).to_number<double>(), 1);
}

TEST_F(ProfilesTest, TablesOfManyColumnsAreLeftToAJob) {
  const Profiles profiles(parts_, {.awaited_columns = 1});
  numbers(1);
  EXPECT_EQ(std::get<meta::JobRow>(profiles.get(workspace_, "t", std::nullopt)).kind, "profile");
}

// Two commits within the two seconds that a job waits, and a contract in between.
TEST_F(ProfilesTest, DriftIsToldWhereTheVersionBeforeHasNoSuchProfile) {
  const Profiles profiles(parts_);
  load("t", same_rows(1), WriteMode::replace);
  load("t", same_rows(100), WriteMode::replace);
  EXPECT_TRUE(run_job(profiles).at("drift").as_bool());
  put_contract("t", R"({"columns":[{"name":"n","type":"BIGINT","max":5000}]})");
  load("t", same_rows(200), WriteMode::replace);
  EXPECT_TRUE(run_job(profiles).at("drift").as_bool());
}

TEST_F(ProfilesTest, DriftIsTold) {
  Profiles profiles(parts_);
  std::vector<Drift> told;
  profiles.on_drift([&](const Drift& drift) { told.push_back(drift); });
  profiles.on_drift([](const Drift&) { throw base::Error(base::ErrorKind::unavailable, "not now"); });
  auto same = [&](int value) {
    load("t", same_rows(value), WriteMode::replace);
    return run_job(profiles);
  };
  EXPECT_FALSE(same(1).at("drift").as_bool());
  EXPECT_FALSE(same(1).at("drift").as_bool());
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(same(100).at("drift").as_bool());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].table, "t");
  EXPECT_EQ(told[0].workspace, workspace_.id);
  EXPECT_NE(told[0].from, told[0].to);
  ASSERT_EQ(told[0].findings.size(), 1u);
  EXPECT_EQ(told[0].findings.at(0).at("column"), "n");
}

TEST_F(ProfilesTest, PastABoundSamplesAreCompared) {
  const Profiles all(parts_, {.drift = {.cells = 8000}});
  const Profiles some(parts_, {.drift = {.cells = 7999}});
  numbers(2000);
  numbers(2000, WriteMode::replace);
  auto diff = [&](const Profiles& profiles) {
    return json::parse(std::get<std::string>(profiles.diff(workspace_, "t", std::nullopt, std::nullopt, std::nullopt)))
        .as_object();
  };
  EXPECT_TRUE(diff(all).at("exact").as_bool());
  const json::object sampled = diff(some);
  EXPECT_FALSE(sampled.at("exact").as_bool());
  EXPECT_LT(sampled.at("columns").at(0).at("ks").to_number<double>(), 0.1);
  EXPECT_FALSE(sampled.at("drift").as_bool());
}

TEST_F(ProfilesTest, OnlyANewVersionOfATableQueuesAProfile) {
  auto queued = [&] { return meta_->jobs().count_queued(workspace_.id, "profile"); };
  numbers(1);
  EXPECT_EQ(queued(), 0);
  parts_.profiling = true;
  numbers(1, WriteMode::append, 1);
  numbers(1, WriteMode::append, 2);
  EXPECT_EQ(queued(), 1);
  put_contract("t", R"({"columns":[{"name":"n","type":"BIGINT"}]})");
  EXPECT_EQ(queued(), 1);
  load("t2", "n\n1\n");
  EXPECT_EQ(queued(), 2);
}

TEST_F(ProfilesTest, ATableThatIsStillFedWaits) {
  numbers(1);
  const meta::TableRow table = *meta_->catalog().find_table(workspace_.id, "t");
  const meta::JobRow job = profile_job(table);
  const base::Micros now = base::now_micros();
  EXPECT_FALSE(put_off_profile(job, table, job.run_at - kProfileAfter)) << "the version that it was queued for";
  const auto later = put_off_profile(job, table, now + base::kSecond);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->run_at, now + base::kSecond + kProfileAfter);
  EXPECT_EQ(later->payload, job.payload) << "how long it has waited is not forgotten";
  meta::JobRow old = job;
  old.payload =
      json::serialize(json::object{{"table", table.id.value}, {"since", base::now_micros() - kProfileAtLeastEvery}});
  EXPECT_FALSE(put_off_profile(old, table, now + base::kSecond));
}

TEST_F(ProfilesTest, OfManyCellsNoneIsMadeUnasked) {
  const Profiles few(parts_, {.awaited_cells = 3});
  numbers(4);
  NoProgress nobody;
  const meta::JobRow job = profile_job(*meta_->catalog().find_table(workspace_.id, "t"));
  EXPECT_EQ(few.run(job, nobody).at("left_until"), "asked for");
  EXPECT_TRUE(std::holds_alternative<meta::JobRow>(few.get(workspace_, "t", std::nullopt)));
}

TEST_F(ProfilesTest, NothingIsLeftToDoWhereTheTableIsGone) {
  const Profiles profiles(parts_);
  numbers(1);
  const meta::JobRow job = profile_job(*meta_->catalog().find_table(workspace_.id, "t"));
  tables_.drop(workspace_, "t");
  NoProgress nobody;
  EXPECT_TRUE(profiles.run(job, nobody).empty());
  EXPECT_EQ(error_of([&] { profiles.get(workspace_, "t", std::nullopt); }).kind(), base::ErrorKind::not_found);
}

}  // namespace
}  // namespace boathouse::core
