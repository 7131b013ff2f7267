// SPDX-License-Identifier: Apache-2.0
#include "core/house_keeping.h"

#include "core/core_fixture.h"
#include "core/table_state.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

class HouseKeepingTest : public CoreTest {
 protected:
  HouseKeepingTest() { parts_.upkeep.file_grace = 0; }

  UpkeepTotals keep_all() { return keeping_.keep_all(progress_); }
  std::size_t queued() { return meta_->jobs().list_jobs({.kind = "maintain"}).size(); }
  void load_many(const std::string& table, int count) {
    for (int i = 0; i < count; ++i) load(table, "id\n" + std::to_string(i) + "\n");
  }

  HouseKeeping keeping_{parts_};
  NoProgress progress_;
};

TEST_F(HouseKeepingTest, EverySixteenthCommitQueuesOneJob) {
  load_many("t", 15);
  EXPECT_EQ(queued(), 0U);
  load_many("t", 1);
  EXPECT_EQ(queued(), 1U);
  meta::JobRow job = meta_->jobs().list_jobs({.kind = "maintain"}).at(0);
  EXPECT_EQ(job.object, "t");
  EXPECT_EQ(job.workspace, workspace_.id);
  load_many("t", 16);
  EXPECT_EQ(queued(), 1U) << "one that waits is enough";
  load_many("other", 16);
  EXPECT_EQ(queued(), 2U);
}

TEST_F(HouseKeepingTest, NothingIsQueuedWhenItIsOff) {
  parts_.upkeep.enabled = false;
  load_many("t", 32);
  EXPECT_EQ(queued(), 0U);
}

TEST_F(HouseKeepingTest, LooksAfterEveryTableOnce) {
  load_many("a", 20);
  load_many("b", 20);
  for (const char* table : {"a", "b"}) {
    tables_.change_settings(workspace_, table, {.keep_versions = 1, .keep_for = base::Duration{}, .description = {}});
  }
  UpkeepTotals done = keep_all();
  EXPECT_EQ(done.compacted_files, 40);
  EXPECT_EQ(done.expired_versions, 40);
  EXPECT_GT(done.removed_files, 40 * 3);
  EXPECT_EQ(done.waiting_files, 0);
  EXPECT_EQ(keep_all().to_json(), UpkeepTotals{}.to_json());
  EXPECT_EQ(sql("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"), "[[20,20]]");
  load_many("a", 1);
  EXPECT_EQ(keep_all().expired_versions, 1);
  EXPECT_EQ(keeping_.totals().expired_versions, 41);
}

TEST_F(HouseKeepingTest, TakesAwayWhatDroppedTablesLeft) {
  load_many("t", 3);
  auto folder = store::path_of(require_state(parts_, workspace_.id, "t").row.location);
  load("t", "id\nx\n");  // and its quarantine
  tables_.drop(workspace_, "t");
  load_many("t", 1);
  parts_.upkeep.file_grace = base::kHour;
  EXPECT_GT(keep_all().waiting_files, 5);
  EXPECT_TRUE(std::filesystem::exists(folder));
  parts_.upkeep.file_grace = 0;
  HouseKeeping(parts_).keep_all(progress_);
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[1]]");
}

TEST_F(HouseKeepingTest, ADamagedTableDoesNotKeepOthersFromTheirTurn) {
  load_many("a", 16);
  load_many("b", 16);
  TableState damaged = require_state(parts_, workspace_.id, "a");
  store_.remove(damaged.metadata->current_snapshot()->manifest_list());
  cache_.forget(damaged.metadata->current_snapshot()->manifest_list());
  EXPECT_EQ(keep_all().compacted_files, 16);
  EXPECT_EQ(keeping_.keep_table(base::TableId(base::uuid_v4()), progress_).compacted_files, 0)
      << "a table that is gone";
}

}  // namespace
}  // namespace boathouse::core
