// SPDX-License-Identifier: Apache-2.0
// The worker's functions that write and read the index of a data file by a key.
#include "base/names.h"
#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {

class KeyIndexTest : public EngineTest {
 protected:
  KeyIndexTest() : pool_(options()), lease_(take(pool_, ingest_on())) {}

  std::string path(const std::string& name = "t.keys") const { return base::quote_string((staging() / name).string()); }
  boost::json::value one(const std::string& sql) { return lease_.execute({sql}).back().rows.at(0).at(0); }
  void write(const std::string& entries) { one("SELECT write_key_index(" + path() + ", " + entries + ")"); }
  std::string rows(const std::string& fingerprint) {
    return boost::json::serialize(one("SELECT list_sort(key_index_rows(" + path() + ", " + fingerprint + "))"));
  }

  WorkerPool pool_;
  Lease lease_;
};

// The fingerprint of the number n, spread over the whole range.
std::string fingerprint(const std::string& n) {
  return "((hash(" + n + ")::UHUGEINT << 64) | ((hash('x' || " + n + ") & 4294967295)::UHUGEINT << 32))";
}

TEST_F(KeyIndexTest, EachKeyGivesItsRows) {
  const std::string entries = "list(" + fingerprint("n") + " | pos)";
  EXPECT_EQ(one("SELECT write_key_index(" + path() + ", " + entries +
                ") FROM (SELECT range // 2 AS n, range::UHUGEINT AS pos FROM range(20000))"),
            20000);
  EXPECT_EQ(one("SELECT count(*) FROM (SELECT n, list_sort(key_index_rows(" + path() + ", " + fingerprint("n") +
                ")) AS rows FROM (SELECT range AS n FROM range(10000))) WHERE rows = [2 * n, 2 * n + 1]"),
            10000);
  EXPECT_EQ(one("SELECT CAST(sum(len(key_index_rows(" + path() + ", " + fingerprint("n") +
                "))) AS BIGINT) FROM (SELECT range + 10000 AS n FROM range(5000))"),
            0);
}

TEST_F(KeyIndexTest, TheEndsOfTheRangeAreFound) {
  write("[0::UHUGEINT, 340282366920938463463374607431768211455::UHUGEINT, 4294967296::UHUGEINT]");
  EXPECT_EQ(rows("0::UHUGEINT"), "[0]");
  EXPECT_EQ(rows("4294967296::UHUGEINT"), "[0]");
  EXPECT_EQ(rows("340282366920938463463374607431768211455::UHUGEINT"), "[4294967295]");
  EXPECT_EQ(rows("340282366920938463444927863358058659840::UHUGEINT"), "[]");
}

TEST_F(KeyIndexTest, FingerprintsInOneSpotAreFoundToo) {
  write("list_transform(range(5000), lambda i: (i::UHUGEINT << 32) | i::UHUGEINT)");
  EXPECT_EQ(rows("(0::UHUGEINT << 32)"), "[0]");
  EXPECT_EQ(rows("(2500::UHUGEINT << 32)"), "[2500]");
  EXPECT_EQ(rows("(4999::UHUGEINT << 32)"), "[4999]");
  EXPECT_EQ(rows("(5000::UHUGEINT << 32)"), "[]");
}

TEST_F(KeyIndexTest, AnEmptyIndexHasNothing) {
  write("[]::UHUGEINT[]");
  EXPECT_EQ(rows("7::UHUGEINT"), "[]");
}

TEST_F(KeyIndexTest, AMissingOrDamagedIndexIsAnError) {
  EXPECT_THROW(rows("7::UHUGEINT"), base::Error);
  std::ofstream(staging() / "t.keys") << "seventeen bytes..";
  EXPECT_THROW(rows("7::UHUGEINT"), base::Error);
}

}  // namespace
}  // namespace boathouse::engine
