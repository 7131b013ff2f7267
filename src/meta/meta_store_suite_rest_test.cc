// SPDX-License-Identifier: Apache-2.0
// Insights, audit, jobs.
#include <atomic>
#include <thread>

#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

class RestSuite : public MetaStoreSuite {
 protected:
  JobRow job(const std::string& id, base::Micros run_at = 0) {
    return {.id = base::JobId(id),
            .kind = "profile",
            .workspace = base::WorkspaceId("w"),
            .object = "t",
            .payload = R"({"x":1})",
            .run_at = run_at,
            .created_at = run_at};
  }
};
INSTANTIATE_TEST_SUITE_P(Every, RestSuite, every_backend(), backend_name);

TEST_P(RestSuite, AnInsightIsMadeReplacedListedAndRemoved) {
  InsightRow row{.workspace = add_workspace("main"),
                 .name = "HIRES",
                 .sql = "SELECT 1",
                 .is_public = true,
                 .description = "d",
                 .updated_at = 5};
  EXPECT_TRUE(store().insights().put_insight(row));
  row.sql = "SELECT 2";
  row.name = "Hires";
  EXPECT_FALSE(store().insights().put_insight(row));
  auto found = store().insights().find_insight(row.workspace, "hires");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Hires");
  EXPECT_EQ(found->sql, "SELECT 2");
  EXPECT_TRUE(found->is_public);
  EXPECT_EQ(found->description, "d");
  EXPECT_EQ(store().insights().list_insights(row.workspace).size(), 1u);
  EXPECT_FALSE(store().insights().find_insight(add_workspace("other"), "hires"));
  EXPECT_TRUE(store().insights().delete_insight(row.workspace, "HIRES"));
  EXPECT_FALSE(store().insights().delete_insight(row.workspace, "HIRES"));
  row.workspace = base::WorkspaceId("nowhere");
  EXPECT_EQ(error_of([&] { store().insights().put_insight(row); }), base::ErrorKind::not_found);
}

TEST_P(RestSuite, AuditRowsComeNewestFirstAndByPage) {
  for (int i = 1; i <= 5; ++i) {
    AuditRow row = audit("act-" + std::to_string(i));
    row.target = "x";
    row.workspace = base::WorkspaceId(i % 2 ? "w" : "");
    row.outcome = "permission-denied";
    store().audit().append(row);
  }
  auto page = store().audit().list({.limit = 3});
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page[0].what, "act-5");
  EXPECT_EQ(page[0].who, "tester");
  EXPECT_EQ(page[0].workspace.value, "w");
  EXPECT_EQ(page[0].outcome, "permission-denied");
  EXPECT_EQ(page[0].request.value, "r-1");
  EXPECT_TRUE(page[1].workspace.empty());
  page = store().audit().list({.before = page[2].id, .limit = 3});
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].what, "act-2");
  EXPECT_EQ(page[1].what, "act-1");
}

TEST_P(RestSuite, AuditRowsAreNarrowedByWhatIsAskedFor) {
  for (int i = 1; i <= 4; ++i) {
    AuditRow row = audit(i == 1 ? "first" : "other");
    row.workspace = base::WorkspaceId(i == 2 ? "w" : "");
    row.who = i == 3 ? "ada" : "bob";
    row.outcome = i == 4 ? "conflict" : "ok";
    row.request = base::RequestId("r-" + std::to_string(i));
    store().audit().append(row);
  }
  auto requests = [&](const AuditListing& listing) {
    std::string found;
    for (const AuditRow& row : store().audit().list(listing)) found += row.request.value + " ";
    return found;
  };
  EXPECT_EQ(requests({}), "r-4 r-3 r-2 r-1 ");
  EXPECT_EQ(requests({.what = "first"}), "r-1 ");
  EXPECT_EQ(requests({.workspace = base::WorkspaceId("w")}), "r-2 ");
  EXPECT_EQ(requests({.who = "ada"}), "r-3 ");
  EXPECT_EQ(requests({.outcome = "conflict"}), "r-4 ");
  EXPECT_EQ(requests({.request = base::RequestId("r-2")}), "r-2 ");
  EXPECT_EQ(requests({.who = "bob", .what = "other", .outcome = "ok", .limit = 1}), "r-2 ");
  EXPECT_EQ(requests({.who = "ada", .outcome = "conflict"}), "");
}

TEST_P(RestSuite, AJobIsClaimedInTurnAndFinishedByItsHolder) {
  store().jobs().insert_job(job("late", 50));
  store().jobs().insert_job(job("early", 10));
  EXPECT_FALSE(store().jobs().claim_job("me", 9, 100));
  auto claimed = store().jobs().claim_job("me", 60, 100);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->id.value, "early");
  EXPECT_EQ(claimed->state, JobState::running);
  EXPECT_EQ(claimed->attempts, 1);
  EXPECT_EQ(claimed->fencing, 1);
  EXPECT_EQ(claimed->lease_owner, "me");
  EXPECT_EQ(claimed->payload, R"({"x":1})");
  EXPECT_EQ(store().jobs().claim_job("me", 60, 100)->id.value, "late");
  EXPECT_FALSE(store().jobs().claim_job("me", 60, 100));
  claimed->state = JobState::succeeded;
  claimed->done = claimed->total = 3;
  claimed->unit = "rows";
  EXPECT_TRUE(store().jobs().update_job(*claimed, 70));
  EXPECT_FALSE(store().jobs().update_job(*claimed, 71));
  auto row = store().jobs().find_job(claimed->id);
  EXPECT_EQ(row->state, JobState::succeeded);
  EXPECT_EQ(row->lease_owner, "");
  EXPECT_EQ(row->done, 3);
  EXPECT_EQ(row->updated_at, 70);
}

TEST_P(RestSuite, ALeaseThatRanOutPassesOnAndTheOldHolderCanDoNothing) {
  store().jobs().insert_job(job("j"));
  auto first = store().jobs().claim_job("a", 10, 20);
  EXPECT_FALSE(store().jobs().claim_job("b", 19, 30));
  auto second = store().jobs().claim_job("b", 20, 30);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->fencing, 2);
  EXPECT_EQ(second->attempts, 2);
  first->state = JobState::failed;
  EXPECT_FALSE(store().jobs().update_job(*first, 21));
  second->state = JobState::queued;
  second->run_at = 90;
  second->error = "try again";
  EXPECT_TRUE(store().jobs().update_job(*second, 22));
  EXPECT_FALSE(store().jobs().claim_job("c", 89, 99));
  EXPECT_EQ(store().jobs().claim_job("c", 90, 99)->error, "try again");
}

TEST_P(RestSuite, OfManyClaimersEachJobHasOne) {
  constexpr int kJobs = 40;
  for (int i = 0; i < kJobs; ++i) store().jobs().insert_job(job("j" + std::to_string(i)));
  std::atomic<int> claimed = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      while (store().jobs().claim_job("x", 1, 1000)) ++claimed;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(claimed, kJobs);
}

TEST_P(RestSuite, JobsAreListedNewestFirstByWhatIsAsked) {
  for (int i = 1; i <= 3; ++i) store().jobs().insert_job(job("j" + std::to_string(i), i));
  JobRow other = job("other", 4);
  other.workspace = base::WorkspaceId("v");
  other.kind = "sink";
  other.object = "u";
  store().jobs().insert_job(other);
  store().jobs().claim_job("me", 1, 10);
  auto count = [&](const JobListing& listing) { return store().jobs().list_jobs(listing).size(); };
  EXPECT_EQ(store().jobs().list_jobs({})[0].id, other.id);
  EXPECT_EQ(count({.workspace = base::WorkspaceId("w")}), 3u);
  EXPECT_EQ(count({.state = JobState::queued}), 3u);
  EXPECT_EQ(count({.state = JobState::running}), 1u);
  EXPECT_EQ(count({.kind = "sink"}), 1u);
  EXPECT_EQ(count({.object = "t"}), 3u);
  EXPECT_EQ(count({.limit = 2}), 2u);
  EXPECT_EQ(count({.workspace = base::WorkspaceId("v"), .kind = "profile"}), 0u);
}

TEST(Rows, RolesAndStatesHaveNames) {
  for (Role role : {Role::viewer, Role::editor, Role::owner}) EXPECT_EQ(parse_role(to_string(role)), role);
  EXPECT_FALSE(parse_role("Owner"));
  EXPECT_EQ(parse_job_state("running"), JobState::running);
  EXPECT_FALSE(parse_job_state(""));
}

}  // namespace
}  // namespace boathouse::meta
