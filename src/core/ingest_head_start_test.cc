// SPDX-License-Identifier: Apache-2.0
#include "core/core_fixture.h"

#include <chrono>
#include <thread>

#include "core/table_state.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;

constexpr std::size_t kChunk = 1 << 20;
constexpr std::string_view kContract = R"json({"columns":[
  {"name":"id","type":"BIGINT","required":true},
  {"name":"note","type":"STRING"},
  {"name":"score","type":"INTEGER","min":0}]})json";
constexpr const char* kSums = "SELECT count(*), sum(id), sum(score), sum(length(note)), count(DISTINCT id) FROM ";

// Some ten megabytes: cells with quotes, commas and line ends, and one bad row in a hundred.
std::string long_body() {
  std::string body = "id,note,score\n";
  for (int i = 0; body.size() < (10 << 20); ++i) {
    std::string_view score = i % 200 == 100 ? "-1" : i % 200 == 0 ? "many" : "7";
    body += fmt::format("{},\"a \"\"quoted\"\" note,\nof two lines {}\",{}\n", i, std::string(80, 'x'), score);
  }
  return body;
}

class HeadStartTest : public CoreTest {
 protected:
  HeadStartTest() {
    parts_.limits.head_start_bytes = 4 << 20;
    parts_.limits.parallel_from_bytes = 1ULL << 40;  // without a head start a body becomes one file
  }

  // Feeds all but the last megabyte, then waits until some of it has become a file.
  Receiver receive_most(IngestRequest wanted, std::string_view body) {
    Receiver receiver = ingest_.receive(std::move(wanted));
    for (; body.size() > kChunk; body.remove_prefix(kChunk)) receiver.write(body.substr(0, kChunk));
    while (!has_early_file()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return receiver;
  }
  static std::string_view last_of(std::string_view body) { return body.substr((body.size() - 1) / kChunk * kChunk); }

  bool has_early_file() {
    for (const auto& entry : fs::recursive_directory_iterator(parts_.layout.staging_of(workspace_.id))) {
      if (entry.path().filename() == "part-0.parquet") return true;
    }
    return false;
  }
  bool nothing_staged() { return fs::is_empty(parts_.layout.staging_of(workspace_.id)); }

  Outcome finish(Receiver receiver) { return ingest_.commit(ingest_.write(ingest_.check(receiver.finish()))).outcome; }
  base::SnapshotId version_of(const std::string& table) {
    return find_state(parts_, workspace_.id, table)->row.figures.version;
  }
  std::string files_of(const std::string& table) { return sql("SELECT count(*) > 1 FROM \"" + table + "$files\""); }
};

TEST_F(HeadStartTest, GivesTheSameRowsAndRejectsTheSame) {
  const std::string body = long_body();
  put_contract("early", kContract);
  put_contract("late", kContract);
  Receiver receiver = receive_most(request("early"), body);
  receiver.write(last_of(body));
  Outcome early = finish(std::move(receiver));
  parts_.limits.head_start_bytes = 1ULL << 40;
  Outcome late = load("late", body);

  EXPECT_EQ(files_of("early"), "[[true]]");
  EXPECT_EQ(files_of("late"), "[[false]]");
  EXPECT_EQ(early.rows_received, late.rows_received);
  EXPECT_EQ(early.rows_accepted, late.rows_accepted);
  EXPECT_GT(early.rows_rejected, 0);
  EXPECT_EQ(sql(std::string(kSums) + "early"), sql(std::string(kSums) + "late"));
  const std::string kept = "SELECT count(*), sum(\"row\"), min(\"row\"), max(\"row\") FROM \"{}$quarantine\"";
  EXPECT_EQ(sql(fmt::format(fmt::runtime(kept), "early")), sql(fmt::format(fmt::runtime(kept), "late")));
  ASSERT_EQ(early.rejected.size(), late.rejected.size());
  for (std::size_t i = 0; i < early.rejected.size(); ++i) {
    EXPECT_EQ(early.rejected[i].row, late.rejected[i].row);
    EXPECT_EQ(early.rejected[i].reasons, late.rejected[i].reasons);
  }
  EXPECT_TRUE(nothing_staged());
}

TEST_F(HeadStartTest, NdjsonHasOneToo) {
  put_contract("n", kContract);
  std::string body;
  for (int i = 0; body.size() < (9 << 20); ++i) {
    body += fmt::format(R"({{"id":{},"note":"{}","score":{}}})", i, std::string(90, 'y'), i % 2 == 0 ? 1 : -1) + "\n";
  }
  Receiver receiver = receive_most(request("n", BodyFormat::ndjson), body);
  receiver.write(last_of(body));
  Outcome outcome = finish(std::move(receiver));
  EXPECT_EQ(outcome.rows_accepted, (outcome.rows_received + 1) / 2);
  EXPECT_EQ(files_of("n"), "[[true]]");
  EXPECT_EQ(sql("SELECT count(*), sum(score) FROM n"), fmt::format("[[{0},{0}]]", outcome.rows_accepted));
}

TEST_F(HeadStartTest, WhatTheContractSaysAtTheEndHolds) {
  put_contract("c", kContract);
  const std::string body = long_body();
  Receiver receiver = receive_most(request("c"), body);
  put_contract("c", R"json({"columns":[
    {"name":"id","type":"BIGINT","required":true},
    {"name":"note","type":"STRING"},
    {"name":"score","type":"INTEGER","min":8}]})json");
  receiver.write(last_of(body));
  Outcome outcome = finish(std::move(receiver));
  EXPECT_EQ(outcome.rows_accepted, 0);
  EXPECT_EQ(outcome.rows_rejected, outcome.rows_received);
  EXPECT_EQ(sql("SELECT count(*) FROM c"), "[[0]]");
}

TEST_F(HeadStartTest, ARuleOverAllRowsThatComesMeanwhileHolds) {
  put_contract("u", kContract);
  const std::string body = long_body();
  Receiver receiver = receive_most(request("u"), body);
  put_contract("u", R"json({"columns":[
    {"name":"id","type":"BIGINT","required":true},
    {"name":"note","type":"STRING","unique":true},
    {"name":"score","type":"INTEGER","min":0}]})json");
  receiver.write(last_of(body));
  EXPECT_EQ(finish(std::move(receiver)).rows_accepted, 1);
}

TEST_F(HeadStartTest, ABodyThatBreaksOffLeavesNothing) {
  put_contract("b", kContract);
  const base::SnapshotId before = version_of("b");
  { Receiver receiver = receive_most(request("b"), long_body()); }
  EXPECT_TRUE(nothing_staged());
  EXPECT_EQ(version_of("b"), before);
  EXPECT_EQ(load("b", "id,note,score\n1,a,1\n").rows_accepted, 1);
}

TEST_F(HeadStartTest, ABodyThatTurnsBadAtItsEndWritesNothing) {
  put_contract("b", kContract);
  const base::SnapshotId before = version_of("b");
  const std::string body = long_body();
  for (std::string_view end : {"1,\"never closed,1\n", "1,\xff,1\n"}) {
    std::string bad = body + std::string(end);
    auto error = error_of([&] {
      Receiver receiver = receive_most(request("b"), bad);
      receiver.write(last_of(bad));
      finish(std::move(receiver));
    });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_TRUE(error.detail().contains("line"));
    EXPECT_TRUE(nothing_staged());
  }
  EXPECT_EQ(version_of("b"), before);
}

TEST_F(HeadStartTest, OnRejectFailWritesNothing) {
  put_contract("f", kContract);
  const base::SnapshotId before = version_of("f");
  const std::string body = long_body();
  IngestRequest wanted = request("f");
  wanted.fail_on_reject = true;
  Receiver receiver = receive_most(std::move(wanted), body);
  receiver.write(last_of(body));
  EXPECT_EQ(error_of([&] { finish(std::move(receiver)); }).code(), "rows-rejected");
  EXPECT_TRUE(nothing_staged());
  EXPECT_EQ(version_of("f"), before);
}

}  // namespace
}  // namespace boathouse::core
