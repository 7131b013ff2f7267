// SPDX-License-Identifier: Apache-2.0
// The worker's functions that make a data file of a Parquet file, on files that the engine wrote.
#include <algorithm>

#include "base/names.h"
#include "batch/parquet_json.h"
#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {

constexpr std::int64_t kGroupRows = 2048;
constexpr std::int64_t kRows = 3 * kGroupRows + 100;

class ParquetAdoptionTest : public EngineTest {
 protected:
  ParquetAdoptionTest() : pool_(options()), lease_(take(pool_, ingest_on())) {}

  std::filesystem::path path(const std::string& name) const { return staging() / name; }
  std::string text(const std::filesystem::path& file) const { return base::quote_string(file.string()); }
  boost::json::array rows(const std::string& sql) { return lease_.execute({sql}).back().rows; }
  boost::json::value one(const std::string& sql) { return rows(sql).at(0).at(0); }
  boost::json::object told(const std::string& call) {
    return boost::json::parse(one("SELECT " + call).as_string()).as_object();
  }

  std::filesystem::path write(const std::string& options = "") {
    auto file = path("body.parquet");
    lease_.execute(
        {fmt::format("COPY (SELECT i AS id, 'name ' || i AS name, i / 2 AS half FROM range({}) r(i)) TO {} "
                     "(FORMAT parquet, ROW_GROUP_SIZE {}{})",
                     kRows, text(file), kGroupRows, options)});
    return file;
  }
  batch::ParquetFacts clear(const std::filesystem::path& file) {
    return batch::parquet_facts_from(told("clear_parquet_claims(" + text(file) + ")"));
  }
  boost::json::object adopt(const std::filesystem::path& file, const batch::ParquetAdoption& adoption) {
    return told(fmt::format("adopt_parquet({}, {})", text(file),
                            base::quote_string(boost::json::serialize(batch::to_json(adoption)))));
  }
  // Bounds of `id` that are no truth, to be seen again.
  static batch::ParquetAdoption adoption(std::size_t groups) {
    batch::ParquetAdoption adoption{.ids = {7, 8, 9}, .stats = {}, .parts = {}};
    for (std::size_t i = 0; i < groups; ++i) {
      batch::ParquetStats id{
          .nulls = 0, .lower = std::string(8, '\0'), .upper = std::string("\x10\x27", 2) + std::string(6, '\0')};
      batch::ParquetStats name{
          .nulls = 0, .lower = "name 0", .upper = "name :", .lower_exact = true, .upper_exact = false};
      adoption.stats.push_back({id, name, {.nulls = 5, .lower = std::nullopt, .upper = std::nullopt}});
    }
    return adoption;
  }
  std::string sums(const std::filesystem::path& file) {
    return boost::json::serialize(
        rows(fmt::format("SELECT count(*), CAST(sum(id) AS BIGINT), CAST(bit_xor(hash(id, name, half)) AS VARCHAR) "
                         "FROM read_parquet({})",
                         text(file))));
  }

  WorkerPool pool_;
  Lease lease_;
};

TEST_F(ParquetAdoptionTest, ClearedFilesHoldTheSameRowsAndNoStatistics) {
  const auto file = write();
  const std::string before = sums(file);
  const batch::ParquetFacts facts = clear(file);
  EXPECT_EQ(facts.rows, kRows);
  EXPECT_EQ(facts.columns, (std::vector<batch::ParquetColumn>{
                               {"id", "long", true}, {"name", "string", true}, {"half", "double", true}}));
  ASSERT_EQ(facts.groups.size(), 4U);
  EXPECT_EQ(facts.groups[3].rows, 100);
  EXPECT_EQ(sums(file), before);
  EXPECT_EQ(one("SELECT count(*) FROM parquet_metadata(" + text(file) +
                ") WHERE stats_min_value IS NOT NULL OR stats_min IS NOT NULL OR bloom_filter_offset IS NOT NULL"),
            0);
  const std::uint64_t size = std::filesystem::file_size(file);
  EXPECT_EQ(clear(file), facts);
  EXPECT_EQ(std::filesystem::file_size(file), size) << "again changes nothing";
}

TEST_F(ParquetAdoptionTest, AnAdoptedFileHasIdsAndStatistics) {
  const auto file = write();
  const batch::ParquetFacts facts = clear(file);
  const std::string before = sums(file);
  const auto told = adopt(file, adoption(4));
  EXPECT_EQ(told.at("sizes").at(0), std::filesystem::file_size(file));
  EXPECT_EQ(sums(file), before);
  EXPECT_EQ(boost::json::serialize(rows("SELECT name, field_id FROM parquet_schema(" + text(file) + ") OFFSET 1")),
            R"([["id",7],["name",8],["half",9]])");
  EXPECT_EQ(boost::json::serialize(rows("SELECT stats_min_value, stats_max_value, stats_null_count, max_is_exact FROM "
                                        "parquet_metadata(" +
                                        text(file) + ") WHERE row_group_id = 2")),
            R"([["0","10000",0,true],["name 0","name :",0,false],[null,null,5,null]])");
  EXPECT_EQ(clear(file), facts) << "and becomes again what it was";
}

TEST_F(ParquetAdoptionTest, APartIsAFileOfItsOwn) {
  for (const std::string codec : {"uncompressed", "snappy", "gzip", "zstd"}) {
    const auto file = write(", COMPRESSION " + codec);
    const std::string before = sums(file);
    clear(file);
    batch::ParquetAdoption parts = adoption(4);
    parts.parts = {{path(codec + "-a"), 0, 1}, {path(codec + "-b"), 1, 3}, {path(codec + "-c"), 3, 4}};
    const auto told = adopt(file, parts);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(told.at("sizes").at(i), std::filesystem::file_size(parts.parts[i].path));
    }
    EXPECT_EQ(one("SELECT count(*) FROM read_parquet(" + text(path(codec + "-b")) + ") WHERE id BETWEEN 2048 AND 6143"),
              2 * kGroupRows);
    EXPECT_EQ(boost::json::serialize(rows(fmt::format(
                  "SELECT count(*), CAST(sum(id) AS BIGINT), CAST(bit_xor(hash(id, name, half)) AS VARCHAR) FROM "
                  "read_parquet([{}, {}, {}])",
                  text(parts.parts[0].path), text(parts.parts[1].path), text(parts.parts[2].path)))),
              before);
    EXPECT_EQ(sums(file), before) << "the body stays";
    std::filesystem::remove(file);
  }
}

TEST_F(ParquetAdoptionTest, WhatIsNoWholeParquetFileIsRefusedAndStaysAsItIs) {
  const auto file = write();
  const std::string whole = base::read_file(file);
  auto refusal = [&](const std::string& bytes) {
    const auto damaged = path("damaged");
    std::ofstream(damaged, std::ios::binary | std::ios::trunc) << bytes;
    const auto answer = told("clear_parquet_claims(" + text(damaged) + ")");
    EXPECT_EQ(base::read_file(damaged), bytes);
    const auto* error = answer.if_contains("error");
    return error == nullptr ? std::string() : std::string(error->as_string());
  };
  EXPECT_EQ(refusal(""), "invalid-argument");
  EXPECT_EQ(refusal("PAR1PAR1"), "invalid-argument");
  EXPECT_EQ(refusal("PARE" + whole.substr(4)), "invalid-argument");
  EXPECT_EQ(refusal(whole.substr(0, whole.size() - 1)), "invalid-argument");
  EXPECT_EQ(refusal(whole.substr(whole.size() / 2)), "invalid-argument");
  std::string long_footer = whole;
  long_footer.replace(whole.size() - 8, 4, "\xff\xff\xff\xff");
  EXPECT_EQ(refusal(long_footer), "invalid-argument");
  std::string other_footer = whole;
  other_footer.replace(whole.size() - 200, 150, std::string(150, '\xff'));
  EXPECT_EQ(refusal(other_footer), "invalid-argument");
}

TEST_F(ParquetAdoptionTest, AdoptionsThatDoNotMatchTheFileAreRefused) {
  const auto file = write();
  clear(file);
  const std::string bytes = base::read_file(file);
  batch::ParquetAdoption few_ids = adoption(4);
  few_ids.ids = {1, 2};
  batch::ParquetAdoption past_the_end = adoption(4);
  past_the_end.parts = {{path("part"), 3, 5}};
  for (const batch::ParquetAdoption& wrong : {few_ids, past_the_end, adoption(3)}) {
    EXPECT_TRUE(adopt(file, wrong).contains("error"));
  }
  EXPECT_EQ(base::read_file(file), bytes);
  EXPECT_EQ(told("clear_parquet_claims(" + text(path("missing")) + ")").at("error"), "unavailable");
}

TEST_F(ParquetAdoptionTest, PlacesAreFoundAmongStarts) {
  EXPECT_EQ(boost::json::serialize(one("SELECT list(place_among([1, 11, 21]::BIGINT[], n) ORDER BY n) FROM "
                                       "(SELECT unnest([0, 1, 10, 11, 20, 21, 999])::BIGINT AS n)")),
            "[0,1,1,2,2,3,3]");
  EXPECT_TRUE(one("SELECT place_among(NULL, 1)").is_null());
}

}  // namespace
}  // namespace boathouse::engine
