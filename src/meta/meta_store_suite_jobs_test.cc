// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

class JobSuite : public MetaStoreSuite {
 protected:
  JobStore& jobs() { return store().jobs(); }

  static JobRow job(const std::string& id, base::Micros run_at = 0, const std::string& workspace = "w") {
    return {.id = base::JobId(id),
            .kind = "profile",
            .workspace = base::WorkspaceId(workspace),
            .object = "t",
            .payload = R"({"x":1})",
            .max_attempts = 3,
            .run_at = run_at,
            .created_at = run_at};
  }
  static JobRow single(const std::string& id, const std::string& object = "t") {
    JobRow row = job(id);
    row.object = object;
    row.single = true;
    return row;
  }
  void queue(const JobRow& row) { EXPECT_EQ(jobs().insert_job(row), QueueOutcome::queued); }

  static JobClaim claim(base::Micros now, base::Micros until = 1000, const std::string& owner = "me") {
    return {
        .owner = owner, .now = now, .lease_until = until, .kinds = {"profile", "sink"}, .most_of_workspace = 1'000'000};
  }
  std::string claimed(const JobClaim& claim) {
    auto row = jobs().claim_job(claim);
    return row ? row->id.value : "";
  }
  static JobEnd end_of(const JobRow& row, JobState state) {
    return {.report = {.id = row.id, .fencing = row.fencing}, .state = state};
  }
  JobState state_of(const std::string& id) { return jobs().find_job(base::JobId(id))->state; }
  std::string log_of(const std::string& id) {
    std::string text;
    for (const JobLogRow& row : jobs().job_log(base::JobId(id), 0, 10'000)) {
      text += std::to_string(row.n) + ":" + row.line + " ";
    }
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Every, JobSuite, every_backend(), backend_name);

TEST_P(JobSuite, AJobKeepsEveryField) {
  JobRow row = job("j", 7);
  row.user = base::UserId("u");
  row.is_private = row.single = true;
  row.cancellable = false;
  row.queued_at = 8;
  row.updated_at = 9;
  queue(row);
  restart();
  auto found = jobs().find_job(row.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, "profile");
  EXPECT_EQ(found->workspace.value, "w");
  EXPECT_EQ(found->object, "t");
  EXPECT_EQ(found->user.value, "u");
  EXPECT_TRUE(found->is_private && found->single);
  EXPECT_FALSE(found->cancellable || found->cancel_requested);
  EXPECT_EQ(found->state, JobState::queued);
  EXPECT_EQ(found->payload, R"({"x":1})");
  EXPECT_EQ(found->max_attempts, 3);
  EXPECT_EQ(found->run_at, 7);
  EXPECT_EQ(found->created_at, 7);
  EXPECT_EQ(found->queued_at, 8);
  EXPECT_EQ(found->updated_at, 9);
}

TEST_P(JobSuite, AJobIsClaimedInTurnAndEndedByItsHolder) {
  queue(job("late", 50));
  queue(job("early", 10));
  EXPECT_EQ(claimed(claim(9)), "");
  auto row = jobs().claim_job(claim(60));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->id.value, "early");
  EXPECT_EQ(row->state, JobState::running);
  EXPECT_EQ(row->attempts, 1);
  EXPECT_EQ(row->fencing, 1);
  EXPECT_EQ(row->lease_owner, "me");
  EXPECT_EQ(row->started_at, 60);
  EXPECT_EQ(claimed(claim(60)), "late");
  EXPECT_EQ(claimed(claim(60)), "");
  JobEnd end = end_of(*row, JobState::succeeded);
  end.report.done = end.report.total = 3;
  end.report.unit = "rows";
  end.result = "{}";
  EXPECT_EQ(jobs().end_job(end, 70), JobState::succeeded);
  end.state = JobState::failed;
  EXPECT_EQ(jobs().end_job(end, 71), JobState::succeeded) << "it has ended";
  auto ended = jobs().find_job(row->id);
  EXPECT_EQ(ended->state, JobState::succeeded);
  EXPECT_EQ(ended->lease_owner, "");
  EXPECT_EQ(ended->done, 3);
  EXPECT_EQ(ended->unit, "rows");
  EXPECT_EQ(ended->result, "{}");
  EXPECT_EQ(ended->finished_at, 70);
}

TEST_P(JobSuite, OnlyTheKindsAskedForAreClaimed) {
  queue(job("j"));
  JobClaim others = claim(1);
  others.kinds = {"backup"};
  EXPECT_EQ(claimed(others), "");
  EXPECT_EQ(claimed(claim(1)), "j");
}

TEST_P(JobSuite, ALeaseThatRanOutPassesOnAndTheOldHolderCanDoNothing) {
  queue(job("j"));
  auto first = jobs().claim_job(claim(10, 20, "a"));
  EXPECT_EQ(claimed(claim(19, 30, "b")), "");
  auto second = jobs().claim_job(claim(20, 30, "b"));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->fencing, 2);
  EXPECT_EQ(second->attempts, 2);

  EXPECT_EQ(jobs().end_job(end_of(*first, JobState::failed), 21), std::nullopt);
  JobReport stale{.id = first->id, .fencing = first->fencing, .lease_until = 99, .done = 5, .lines = {{.line = "old"}}};
  EXPECT_EQ(jobs().report_job(stale, 21), ReportOutcome::lost);
  EXPECT_EQ(log_of("j"), "");
  CatalogCommit effect{.at = 22, .batches = {batch("b")}, .job_done = JobDone{first->id, first->fencing, "{}"}};
  EXPECT_TRUE(std::holds_alternative<CommitFenced>(catalog().commit(effect)));
  EXPECT_FALSE(catalog().find_batch(base::BatchId("b")));

  JobEnd again = end_of(*second, JobState::queued);
  again.run_at = 90;
  again.error = "try again";
  EXPECT_EQ(jobs().end_job(again, 23), JobState::queued);
  EXPECT_EQ(claimed(claim(89)), "");
  auto third = jobs().claim_job(claim(90));
  EXPECT_EQ(third->error, "try again");
  EXPECT_EQ(third->finished_at, 0);
}

TEST_P(JobSuite, AReportKeepsTheLeaseAndTellsOfACancel) {
  queue(job("j"));
  auto row = jobs().claim_job(claim(10, 20));
  JobReport report{.id = row->id, .fencing = row->fencing, .lease_until = 50, .done = 1, .total = 4, .unit = "files"};
  EXPECT_EQ(jobs().report_job(report, 15), ReportOutcome::kept);
  EXPECT_EQ(jobs().find_job(row->id)->done, 1);
  EXPECT_EQ(jobs().find_job(row->id)->total, 4);
  EXPECT_EQ(claimed(claim(49)), "");
  EXPECT_EQ(jobs().cancel_job(row->id, 16), CancelOutcome::requested);
  EXPECT_EQ(state_of("j"), JobState::running);
  EXPECT_EQ(jobs().report_job(report, 17), ReportOutcome::cancel_requested);
  EXPECT_EQ(jobs().end_job(end_of(*row, JobState::cancelled), 18), JobState::cancelled);
  EXPECT_EQ(jobs().find_job(row->id)->finished_at, 18);
}

TEST_P(JobSuite, ACancelledJobIsNotQueuedOnceMore) {
  for (const char* id : {"ended", "released"}) {
    queue(job(id));
    auto row = jobs().claim_job(claim(1));
    EXPECT_EQ(jobs().cancel_job(row->id, 2), CancelOutcome::requested);
    if (row->id.value == "ended") {
      EXPECT_EQ(jobs().end_job(end_of(*row, JobState::queued), 3), JobState::cancelled);
    }
  }
  EXPECT_EQ(jobs().release_jobs("me", 3), 1);
  for (const char* id : {"ended", "released"}) {
    EXPECT_EQ(state_of(id), JobState::cancelled) << id;
    EXPECT_EQ(jobs().find_job(base::JobId(id))->finished_at, 3) << id;
  }
}

TEST_P(JobSuite, AnOwnerThatBeginsAnewTakesItsJobsBackAtOnce) {
  queue(job("mine"));
  queue(job("other"));
  EXPECT_EQ(claimed(claim(1, 1000, "me")), "mine");
  EXPECT_EQ(claimed(claim(1, 1000, "you")), "other");
  EXPECT_EQ(jobs().release_jobs("me", 5), 1);
  EXPECT_EQ(state_of("mine"), JobState::queued);
  EXPECT_EQ(state_of("other"), JobState::running);
  auto row = jobs().claim_job(claim(5));
  EXPECT_EQ(row->id.value, "mine");
  EXPECT_EQ(row->attempts, 2);
}

TEST_P(JobSuite, AnAttemptMayBeTakenBack) {
  queue(job("j"));
  auto row = jobs().claim_job(claim(1));
  JobEnd end = end_of(*row, JobState::queued);
  end.counts = false;
  EXPECT_EQ(jobs().end_job(end, 2), JobState::queued);
  EXPECT_EQ(jobs().find_job(row->id)->attempts, 0);
  EXPECT_EQ(jobs().claim_job(claim(3))->attempts, 1);
}

TEST_P(JobSuite, CancelAndRetryByState) {
  base::JobId id("j");
  EXPECT_EQ(jobs().cancel_job(id, 1), CancelOutcome::gone);
  EXPECT_EQ(jobs().retry_job(id, 1), RetryOutcome::gone);
  queue(job("j"));
  EXPECT_EQ(jobs().retry_job(id, 1), RetryOutcome::not_ended);
  EXPECT_EQ(jobs().cancel_job(id, 2), CancelOutcome::cancelled);
  EXPECT_EQ(state_of("j"), JobState::cancelled);
  EXPECT_EQ(claimed(claim(3)), "");
  EXPECT_EQ(jobs().cancel_job(id, 4), CancelOutcome::ended);
  EXPECT_EQ(jobs().retry_job(id, 5), RetryOutcome::queued);
  auto row = jobs().claim_job(claim(5));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->attempts, 1);
  EXPECT_EQ(row->queued_at, 5);
  EXPECT_FALSE(row->cancel_requested);
  EXPECT_EQ(jobs().retry_job(id, 6), RetryOutcome::not_ended);
  EXPECT_EQ(jobs().end_job(end_of(*row, JobState::succeeded), 6), JobState::succeeded);
  EXPECT_EQ(jobs().retry_job(id, 7), RetryOutcome::succeeded);

  JobRow firm = job("firm");
  firm.cancellable = false;
  queue(firm);
  EXPECT_EQ(jobs().cancel_job(firm.id, 1), CancelOutcome::not_cancellable);
  EXPECT_EQ(state_of("firm"), JobState::queued);
}

TEST_P(JobSuite, WhatIsPrivateToAUserEndsWithTheUser) {
  for (bool is_deleted : {false, true}) {
    const std::string name = is_deleted ? "deleted" : "disabled";
    const base::UserId user = add_user(name);
    auto of_user = [&](const std::string& id, bool is_private) {
      JobRow row = job(name + id);
      row.user = user;
      row.is_private = is_private;
      queue(row);
    };
    of_user("running", true);
    EXPECT_EQ(claimed(claim(1)), name + "running");
    of_user("waits", true);
    of_user("shared", false);
    JobRow others = job(name + "others");
    others.user = base::UserId("another");
    others.is_private = true;
    queue(others);
    const std::uint64_t seen = jobs().signal().seen();
    EXPECT_EQ(is_deleted ? accounts().delete_user(user, {}, audit())
                         : accounts().update_user(user, {.disabled = true, .at = 5}, audit()),
              ChangeOutcome::done);
    EXPECT_NE(jobs().signal().seen(), seen);
    EXPECT_EQ(state_of(name + "running"), JobState::running);
    EXPECT_TRUE(jobs().find_job(base::JobId(name + "running"))->cancel_requested);
    EXPECT_EQ(state_of(name + "waits"), JobState::cancelled);
    EXPECT_GT(jobs().find_job(base::JobId(name + "waits"))->finished_at, 0);
    for (const char* id : {"shared", "others"}) {
      EXPECT_EQ(state_of(name + id), JobState::queued) << id;
      EXPECT_FALSE(jobs().find_job(base::JobId(name + id))->cancel_requested) << id;
      jobs().cancel_job(base::JobId(name + id), 6);
    }
    EXPECT_EQ(accounts().update_user(add_user(name + "2"), {.email = "x", .at = 5}, audit()), ChangeOutcome::done);
  }
}

TEST_P(JobSuite, ASingleJobWaitsOnceAndRunsOnce) {
  queue(single("a"));
  EXPECT_EQ(jobs().insert_job(single("b")), QueueOutcome::waits_already);
  EXPECT_FALSE(jobs().find_job(base::JobId("b")));
  queue(single("elsewhere", "u"));
  auto running = jobs().claim_job(claim(1));
  EXPECT_EQ(running->id.value, "a");
  queue(single("c"));  // what happens from now on is for the next one
  EXPECT_EQ(claimed(claim(1)), "elsewhere");
  EXPECT_EQ(claimed(claim(1)), "");

  JobEnd again = end_of(*running, JobState::queued);
  again.run_at = 50;
  EXPECT_EQ(jobs().end_job(again, 2), JobState::queued);  // beside "c", which waits for its first start
  EXPECT_EQ(claimed(claim(3)), "c");
  EXPECT_EQ(claimed(claim(60)), "") << "one like it runs";
}

TEST_P(JobSuite, ASingleJobThatWasCancelledMayBeRetriedBesideOneThatWaits) {
  queue(single("a"));
  EXPECT_EQ(jobs().cancel_job(base::JobId("a"), 1), CancelOutcome::cancelled);
  queue(single("b"));
  EXPECT_EQ(jobs().retry_job(base::JobId("a"), 2), RetryOutcome::queued);
  EXPECT_EQ(state_of("b"), JobState::queued);
}

TEST_P(JobSuite, ACommitQueuesJobsButNotASecondSingleOne) {
  ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .jobs = {single("a"), job("x")}})));
  ASSERT_TRUE(is_committed(catalog().commit({.at = 1, .jobs = {single("b"), job("y")}})));
  EXPECT_TRUE(jobs().find_job(base::JobId("a")));
  EXPECT_FALSE(jobs().find_job(base::JobId("b")));
  EXPECT_TRUE(jobs().find_job(base::JobId("y")));
}

TEST_P(JobSuite, ACommitMayEndItsJob) {
  queue(job("j"));
  auto row = jobs().claim_job(claim(1));
  base::TableId table = add_table(add_workspace("main"), "t");
  CatalogCommit effect{.at = 40,
                       .swaps = {{.table = table, .expected = "elsewhere", .next = "t/1"}},
                       .batches = {batch("j")},
                       .job_done = JobDone{row->id, row->fencing, R"({"version":"5"})"}};
  EXPECT_EQ(conflicting(catalog().commit(effect)), table);
  EXPECT_EQ(state_of("j"), JobState::running);
  effect.swaps[0].expected = "t/0";
  ASSERT_TRUE(is_committed(catalog().commit(effect)));
  auto ended = jobs().find_job(row->id);
  EXPECT_EQ(ended->state, JobState::succeeded);
  EXPECT_EQ(ended->result, R"({"version":"5"})");
  EXPECT_EQ(ended->finished_at, 40);
  EXPECT_EQ(duplicate(catalog().commit(effect)), CommitDuplicate::What::batch);
  // Its last lines still find their way into the log.
  JobEnd end = end_of(*row, JobState::succeeded);
  end.report.lines = {{.at = 1, .line = "last"}};
  EXPECT_EQ(jobs().report_job({.id = row->id, .fencing = row->fencing, .lines = {{.at = 1, .line = "done"}}}, 41),
            ReportOutcome::kept);
  EXPECT_EQ(jobs().end_job(end, 41), JobState::succeeded);
  EXPECT_EQ(log_of("j"), "1:done 2:last ");
  EXPECT_EQ(jobs().find_job(row->id)->result, R"({"version":"5"})");
}

TEST_P(JobSuite, WorkspacesAreServedInTurn) {
  for (int i = 0; i < 3; ++i) queue(job("a" + std::to_string(i), i, "a"));
  queue(job("b0", 10, "b"));
  queue(job("b1", 11, "b"));
  queue(job("c0", 20, "c"));
  JobClaim now = claim(100);
  std::string order;
  for (int i = 0; i < 6; ++i) order += claimed(now) + " ";
  EXPECT_EQ(order, "a0 b0 c0 a1 b1 a2 ");
}

TEST_P(JobSuite, AmongWorkspacesThatRunNothingTheOneServedLongestAgoIsNext) {
  for (const char* workspace : {"a", "b", "a", "b"}) queue(job(base::uuid_v7(), 0, workspace));
  std::string order;
  for (int i = 0; i < 4; ++i) {
    auto row = jobs().claim_job(claim(1));
    order += row->workspace.value;
    EXPECT_EQ(jobs().end_job(end_of(*row, JobState::succeeded), 1), JobState::succeeded);
  }
  EXPECT_EQ(order, "abab");
}

TEST_P(JobSuite, AWorkspaceHoldsNoMoreThanItsShare) {
  for (int i = 0; i < 3; ++i) queue(job("a" + std::to_string(i), i, "a"));
  JobClaim most = claim(100);
  most.most_of_workspace = 2;
  EXPECT_EQ(claimed(most), "a0");
  EXPECT_EQ(claimed(most), "a1");
  EXPECT_EQ(claimed(most), "");
  queue(job("b", 50, "b"));
  EXPECT_EQ(claimed(most), "b");
}

TEST_P(JobSuite, AWorkspaceQueuesNoMoreThanItsLimit) {
  EXPECT_EQ(jobs().insert_job(job("a"), 2), QueueOutcome::queued);
  EXPECT_EQ(jobs().insert_job(job("b"), 2), QueueOutcome::queued);
  EXPECT_EQ(jobs().insert_job(job("c"), 2), QueueOutcome::full);
  EXPECT_FALSE(jobs().find_job(base::JobId("c")));
  EXPECT_EQ(jobs().insert_job(job("d", 0, "other"), 2), QueueOutcome::queued);
  EXPECT_EQ(claimed(claim(1)), "a");
  EXPECT_EQ(jobs().insert_job(job("e"), 2), QueueOutcome::queued) << "what runs does not wait";
}

TEST_P(JobSuite, TheNewestLinesOfALogAreKept) {
  queue(job("j"));
  auto row = jobs().claim_job(claim(1));
  JobReport report{.id = row->id, .fencing = row->fencing, .lease_until = 10, .lines = {}};
  for (std::int64_t i = 0; i < kMaxJobLogLines; ++i) report.lines.push_back({.at = i, .line = "x"});
  EXPECT_EQ(jobs().report_job(report, 2), ReportOutcome::kept);
  EXPECT_EQ(jobs().job_log(row->id, 0, 5000).front().n, 1);
  report.lines = {{.at = 5, .line = "one more"}};
  EXPECT_EQ(jobs().report_job(report, 3), ReportOutcome::kept);
  auto log = jobs().job_log(row->id, 0, 5000);
  EXPECT_EQ(log.size(), static_cast<std::size_t>(kMaxJobLogLines));
  EXPECT_EQ(log.front().n, 2);
  EXPECT_EQ(log.back().line, "one more");
  EXPECT_EQ(jobs().job_log(row->id, kMaxJobLogLines, 10).size(), 1u);
  EXPECT_EQ(jobs().job_log(row->id, 0, 3).size(), 3u);
}

TEST_P(JobSuite, EndedJobsAreRemovedByAgeAndByNumberWithTheirLogs) {
  for (int i = 1; i <= 5; ++i) {
    queue(job("j" + std::to_string(i)));
    auto row = jobs().claim_job(claim(1));
    JobEnd end = end_of(*row, JobState::succeeded);
    end.report.lines = {{.at = 1, .line = "x"}};
    EXPECT_EQ(jobs().end_job(end, i * 10), JobState::succeeded);
  }
  queue(job("waits"));
  EXPECT_EQ(jobs().prune_jobs(20, 100, 100), 1);  // j1 ended before 20, j2 at it
  EXPECT_FALSE(jobs().find_job(base::JobId("j1")));
  EXPECT_EQ(log_of("j1"), "");
  EXPECT_EQ(log_of("j2"), "1:x ");
  EXPECT_EQ(jobs().prune_jobs(0, 2, 1), 1);
  EXPECT_EQ(jobs().prune_jobs(0, 2, 100), 1);
  EXPECT_EQ(jobs().prune_jobs(0, 2, 100), 0);
  EXPECT_TRUE(jobs().find_job(base::JobId("j4")));
  EXPECT_TRUE(jobs().find_job(base::JobId("waits")));
  EXPECT_FALSE(jobs().find_job(base::JobId("j3")));
}

TEST_P(JobSuite, OfManyClaimersEachJobHasOne) {
  constexpr int kJobs = 40;
  for (int i = 0; i < kJobs; ++i) queue(job("j" + std::to_string(i)));
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      while (jobs().claim_job(claim(1))) ++taken;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, kJobs);
}

TEST_P(JobSuite, JobsAreListedNewestFirstByWhatIsAsked) {
  for (int i = 1; i <= 3; ++i) queue(job("j" + std::to_string(i), i));
  JobRow other = job("other", 4, "v");
  other.kind = "sink";
  other.object = "u";
  other.user = base::UserId("ada");
  other.is_private = true;
  queue(other);
  jobs().claim_job(claim(1));
  auto ids = [&](const JobListing& listing) {
    std::string text;
    for (const JobRow& row : jobs().list_jobs(listing)) text += row.id.value + " ";
    return text;
  };
  base::WorkspaceId w("w");
  base::WorkspaceId v("v");
  EXPECT_EQ(ids({}), "other j3 j2 j1 ");
  EXPECT_EQ(ids({.workspaces = {{w}}}), "j3 j2 j1 ");
  EXPECT_EQ(ids({.workspaces = {{w, v}}}), "other j3 j2 j1 ");
  EXPECT_EQ(ids({.workspaces = std::vector<base::WorkspaceId>()}), "");
  EXPECT_EQ(ids({.seen_by = base::UserId("bob")}), "j3 j2 j1 ");
  EXPECT_EQ(ids({.seen_by = base::UserId("ada")}), "other j3 j2 j1 ");
  EXPECT_EQ(ids({.state = JobState::queued}), "other j3 j2 ");
  EXPECT_EQ(ids({.state = JobState::running}), "j1 ");
  EXPECT_EQ(ids({.kind = "sink"}), "other ");
  EXPECT_EQ(ids({.object = "t"}), "j3 j2 j1 ");
  EXPECT_EQ(ids({.limit = 2}), "other j3 ");
  EXPECT_EQ(ids({.after = JobPlace{3, base::JobId("j3")}, .limit = 2}), "j2 j1 ");
  EXPECT_EQ(ids({.workspaces = {{v}}, .kind = "profile"}), "");
}

TEST_P(JobSuite, WhatIsQueuedAndRunningIsCounted) {
  queue(job("a"));
  queue(job("b"));
  queue(job("c"));
  EXPECT_EQ(jobs().cancel_job(base::JobId("c"), 1), CancelOutcome::cancelled);
  jobs().claim_job(claim(1));
  auto counts = jobs().count_jobs();
  ASSERT_EQ(counts.size(), 2u);
  for (const JobCount& count : counts) {
    EXPECT_EQ(count.kind, "profile");
    EXPECT_EQ(count.count, 1);
  }
}

TEST_P(JobSuite, ChangesAreSignalled) {
  auto changes = [&](auto work) {
    std::uint64_t before = jobs().signal().seen();
    work();
    return jobs().signal().seen() != before;
  };
  EXPECT_TRUE(changes([&] { queue(job("a")); }));
  EXPECT_TRUE(changes([&] { catalog().commit({.at = 1, .jobs = {job("b")}}); }));
  EXPECT_FALSE(changes([&] { catalog().commit({.at = 1}); }));
  EXPECT_FALSE(changes([&] { jobs().find_job(base::JobId("a")); }));
  auto row = jobs().claim_job(claim(1));
  EXPECT_TRUE(changes([&] { jobs().cancel_job(row->id, 1); }));
  EXPECT_TRUE(changes([&] { jobs().end_job(end_of(*row, JobState::cancelled), 1); }));
  EXPECT_TRUE(changes([&] { jobs().retry_job(row->id, 1); }));
}

}  // namespace
}  // namespace boathouse::meta
