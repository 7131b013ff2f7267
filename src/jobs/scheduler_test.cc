// SPDX-License-Identifier: Apache-2.0
#include "jobs/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "jobs/retry.h"
#include "meta/sqlite_store.h"

namespace boathouse::jobs {
namespace {

using base::Error;
using base::ErrorKind;
using core::JobLane;
using meta::JobState;
using testing::HasSubstr;

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest()
      : folder_(std::filesystem::temp_directory_path(), "jobs-"),
        meta_(meta::open_sqlite_store(folder_.path() / "boathouse.db")) {}

  SchedulerOptions options(const std::string& owner = "node") {
    return {.owner = owner, .workers = 2, .query_workers = 2, .now = [this] { return now_.load(); }};
  }
  meta::JobStore& store() { return meta_->jobs(); }

  meta::JobRow queue(const core::JobKind& kind, const std::string& workspace = "w", const std::string& object = "t") {
    meta::JobRow job = core::new_job(kind, base::WorkspaceId(workspace), object, {{"x", 1}});
    job.run_at = job.created_at = job.queued_at = now_;
    EXPECT_EQ(store().insert_job(job), meta::QueueOutcome::queued);
    return job;
  }
  meta::JobRow row(const meta::JobRow& job) { return store().find_job(job.id).value(); }
  std::string log_of(const meta::JobRow& job) {
    std::string text;
    for (const auto& line : store().job_log(job.id, 0, 5000)) text += line.line + "\n";
    return text;
  }
  // Waits until `test` holds; fails the test after a time that no sane run needs.
  void until(const std::function<bool()>& test) {
    for (int i = 0; i < 6000; ++i) {
      if (test()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL() << "it never happened";
  }

  base::TemporaryFolder folder_;
  std::unique_ptr<meta::MetaStore> meta_;
  std::atomic<base::Micros> now_ = 1'000'000'000;
  const core::JobKind kind_{.name = "work", .retry = {.attempts = 3}};
};

boost::json::object nothing(const meta::JobRow&, core::Progress&) { return {}; }

TEST_F(SchedulerTest, WhoAskedIsToldOfAJobThatIsParkedOnce) {
  Scheduler scheduler(store(), options());
  std::vector<std::string> told;
  auto fail = [](const meta::JobRow& job, core::Progress&) -> boost::json::object {
    throw Error(job.object == "soon" ? ErrorKind::unavailable : ErrorKind::invalid_argument, "no " + job.object);
  };
  scheduler.add(kind_, fail, [&](const meta::JobRow& job, const std::string& error) {
    EXPECT_EQ(row(job).state, JobState::running);
    told.push_back(error);
  });
  queue(kind_, "w", "never");
  const meta::JobRow job = queue(kind_, "w", "soon");
  for (int attempt = 0; attempt < 3; ++attempt) {
    while (scheduler.run_one(JobLane::work)) {
    }
    EXPECT_EQ(told.size(), attempt < 2 ? 1u : 2u);
    now_ += base::kHour;
  }
  EXPECT_EQ(row(job).state, JobState::failed);
  EXPECT_EQ(told, (std::vector<std::string>{"no never", "no soon"}));
}

TEST_F(SchedulerTest, AJobIsDoneAndShowsWhatItsHandlerSaid) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [](const meta::JobRow& job, core::Progress& progress) {
    progress.advance(2, 5, "files");
    progress.log("half\nway");
    EXPECT_EQ(job.payload, R"({"x":1})");
    return boost::json::object{{"rows", 7}};
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_FALSE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::succeeded);
  EXPECT_EQ(row(job).result, R"({"rows":7})");
  EXPECT_EQ(row(job).done, 2);
  EXPECT_EQ(row(job).total, 5);
  EXPECT_EQ(row(job).unit, "files");
  EXPECT_EQ(log_of(job), "attempt 1 of 3\nhalf way\nsucceeded\n");
  EXPECT_EQ(scheduler.kinds().find("work")->succeeded, 1u);
}

TEST_F(SchedulerTest, WhatMayPassIsTriedAgainAndThenParked) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [](const meta::JobRow&, core::Progress&) -> boost::json::object {
    throw Error(ErrorKind::unavailable, "no answer");
  });
  meta::JobRow job = queue(kind_);
  for (int attempt = 1; attempt < 3; ++attempt) {
    EXPECT_TRUE(scheduler.run_one(JobLane::work));
    EXPECT_EQ(row(job).state, JobState::queued);
    EXPECT_EQ(row(job).error, "no answer");
    EXPECT_EQ(row(job).attempts, attempt);
    EXPECT_LE(row(job).run_at, now_ + attempt * base::kSecond);
    now_ = row(job).run_at;
  }
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::failed);
  EXPECT_EQ(row(job).attempts, 3);
  EXPECT_EQ(row(job).finished_at, now_);
  EXPECT_THAT(log_of(job), HasSubstr("failed for the last time: no answer"));
  EXPECT_FALSE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(scheduler.kinds().find("work")->failed, 1u);

  EXPECT_EQ(store().retry_job(job.id, now_), meta::RetryOutcome::queued);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::queued);
  EXPECT_EQ(row(job).attempts, 1);
}

TEST_F(SchedulerTest, WhatCannotPassFailsAtOnce) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [](const meta::JobRow&, core::Progress&) -> boost::json::object {
    throw Error(ErrorKind::unprocessable, "the backup is damaged");
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::failed);
  EXPECT_EQ(row(job).attempts, 1);
  EXPECT_EQ(row(job).error, "the backup is damaged");
}

TEST_F(SchedulerTest, AnErrorOfNoKindIsTriedAgainAndDoesNotTellItsInsides) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [](const meta::JobRow&, core::Progress&) -> boost::json::object {
    throw std::runtime_error("secret detail");
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::queued);
  EXPECT_THAT(row(job).error, testing::Not(HasSubstr("secret")));
}

TEST_F(SchedulerTest, AKindMayGoOnForATimeWhateverTheAttempts) {
  core::JobKind sink{.name = "sink",
                     .retry = {.attempts = 2, .longest_wait = 30 * base::kSecond, .at_least = base::kHour}};
  Scheduler scheduler(store(), options());
  auto fail = [](const meta::JobRow&, core::Progress&) -> boost::json::object {
    throw Error(ErrorKind::unavailable, "down");
  };
  int told = 0;
  scheduler.add(sink, fail, [&](const meta::JobRow& failing, const std::string& error) {
    EXPECT_EQ(error, "down");
    EXPECT_EQ(failing.attempts, ++told + 1)
        << "told of the last of the attempts that it has anyway, and of each further";
  });
  meta::JobRow job = queue(sink);
  base::Micros begun = now_;
  int attempts = 0;
  while (scheduler.run_one(JobLane::work) && row(job).state == JobState::queued) {
    ++attempts;
    EXPECT_LE(row(job).run_at - now_, 30 * base::kSecond);
    now_ = row(job).run_at;
  }
  EXPECT_EQ(row(job).state, JobState::failed);
  EXPECT_EQ(row(job).error, "down");
  EXPECT_GE(now_ - begun, base::kHour - 30 * base::kSecond);
  EXPECT_GE(attempts, 120);
  EXPECT_EQ(told, attempts) << "of all but the first, and of the one that parked it";
}

TEST_F(SchedulerTest, ARunningJobHearsThatItIsCancelled) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [&](const meta::JobRow& job, core::Progress& progress) -> boost::json::object {
    progress.check();
    EXPECT_FALSE(progress.stop_token().stop_requested());
    EXPECT_EQ(store().cancel_job(job.id, now_), meta::CancelOutcome::requested);
    scheduler.look_after();
    EXPECT_TRUE(progress.stop_token().stop_requested());
    progress.check();
    ADD_FAILURE() << "it was not told";
    return {};
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::cancelled);
  EXPECT_EQ(scheduler.kinds().find("work")->cancelled, 1u);
}

TEST_F(SchedulerTest, WhoHasDoneItsWorkDespiteACancelHasSucceeded) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [&](const meta::JobRow& job, core::Progress&) -> boost::json::object {
    store().cancel_job(job.id, now_);
    return {};
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::succeeded);
}

TEST_F(SchedulerTest, ProgressAndLinesAreSeenWhileTheJobRuns) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [&](const meta::JobRow& job, core::Progress& progress) -> boost::json::object {
    progress.advance(1, 2, "rows");
    progress.log("going");
    now_ += 10 * base::kSecond;
    scheduler.look_after();
    EXPECT_EQ(row(job).done, 1);
    EXPECT_EQ(row(job).lease_until, now_ + base::kMinute);
    EXPECT_THAT(log_of(job), HasSubstr("going"));
    return {};
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::succeeded);
}

TEST_F(SchedulerTest, WhoseLeaseAnotherHasIsToldAndChangesNothing) {
  Scheduler first(store(), options("first"));
  Scheduler second(store(), options("second"));
  second.add(kind_, [](const meta::JobRow&, core::Progress&) { return boost::json::object{{"by", "second"}}; });
  first.add(kind_, [&](const meta::JobRow&, core::Progress& progress) -> boost::json::object {
    now_ += base::kMinute;
    EXPECT_TRUE(second.run_one(JobLane::work));
    first.look_after();
    EXPECT_THROW(progress.check(), Error);
    return {{"by", "first"}};
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(first.run_one(JobLane::work));
  EXPECT_EQ(row(job).result, R"({"by":"second"})");
  EXPECT_EQ(row(job).fencing, 2);
  EXPECT_EQ(first.kinds().find("work")->succeeded, 0u);
}

TEST_F(SchedulerTest, AJobThatItsCommitHasEndedCountsAsDone) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, [&](const meta::JobRow& job, core::Progress& progress) -> boost::json::object {
    auto result = meta_->catalog().commit({.at = now_,
                                           .batches = {{.id = core::batch_of(job)}},
                                           .job_done = meta::JobDone{job.id, job.fencing, R"({"version":"1"})"}});
    EXPECT_TRUE(std::holds_alternative<meta::Committed>(result));
    progress.log("committed");
    scheduler.look_after();
    return {};
  });
  meta::JobRow job = queue(kind_);
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::succeeded);
  EXPECT_EQ(row(job).result, R"({"version":"1"})");
  EXPECT_EQ(log_of(job), "attempt 1 of 3\ncommitted\nsucceeded\n");
  EXPECT_EQ(scheduler.kinds().find("work")->succeeded, 1u);
}

TEST_F(SchedulerTest, AJobThatEndsTheProcessEachTimeIsParked) {
  Scheduler scheduler(store(), options());
  int runs = 0;
  scheduler.add(kind_, [&](const meta::JobRow&, core::Progress&) -> boost::json::object { return {{"run", ++runs}}; });
  meta::JobRow job = queue(kind_);
  meta::JobClaim claim{
      .owner = "node", .now = now_, .lease_until = now_ + 1000, .kinds = {"work"}, .most_of_workspace = 5};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(store().claim_job(claim));  // and then it died
    EXPECT_EQ(store().release_jobs("node", now_), 1);
  }
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(row(job).state, JobState::failed);
  EXPECT_THAT(row(job).error, HasSubstr("the server ended while this ran"));
}

TEST_F(SchedulerTest, APeriodicKindIsQueuedInTimeAndOnce) {
  core::JobKind sweep{.name = "sweep", .every = base::kMinute};
  Scheduler scheduler(store(), options());
  scheduler.add(sweep, nothing);
  auto count = [&] { return store().list_jobs({.kind = "sweep"}).size(); };
  scheduler.look_after();
  scheduler.look_after();
  EXPECT_EQ(count(), 1u);
  EXPECT_EQ(store().list_jobs({.kind = "sweep"})[0].workspace.value, "");
  EXPECT_TRUE(scheduler.run_one(JobLane::work));
  now_ += base::kMinute - 1;
  scheduler.look_after();
  EXPECT_EQ(count(), 1u);
  Scheduler restarted(store(), options());
  restarted.add(sweep, nothing);
  restarted.look_after();
  EXPECT_EQ(count(), 1u);
  now_ += 1;
  restarted.look_after();
  scheduler.look_after();
  EXPECT_EQ(count(), 2u);
  now_ += base::kMinute;
  scheduler.look_after();
  EXPECT_EQ(count(), 2u) << "one waits already";
}

TEST_F(SchedulerTest, LanesHaveThreadsOfTheirOwn) {
  core::JobKind query{.name = "query", .lane = JobLane::queries};
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, nothing);
  scheduler.add(query, nothing);
  meta::JobRow job = queue(query);
  EXPECT_FALSE(scheduler.run_one(JobLane::work));
  EXPECT_TRUE(scheduler.run_one(JobLane::queries));
  EXPECT_EQ(row(job).state, JobState::succeeded);
}

TEST_F(SchedulerTest, AJobOfAnUnknownKindIsLeftForWhoKnowsIt) {
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, nothing);
  meta::JobRow job = queue({.name = "from the future"});
  EXPECT_FALSE(scheduler.run_one(JobLane::work));
  EXPECT_EQ(row(job).state, JobState::queued);
}

TEST_F(SchedulerTest, QueuedJobsStartAndOneWorkspaceLeavesAThreadToOthers) {
  Scheduler scheduler(store(), options());
  std::atomic<bool> go_on = false;
  scheduler.add(kind_, [&](const meta::JobRow& job, core::Progress&) -> boost::json::object {
    while (!go_on && job.workspace.value == "busy") std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return {};
  });
  scheduler.start();
  meta::JobRow first = queue(kind_, "busy");
  meta::JobRow second = queue(kind_, "busy");
  until([&] { return row(first).state == JobState::running || row(second).state == JobState::running; });
  meta::JobRow other = queue(kind_, "calm");
  until([&] { return row(other).state == JobState::succeeded; });
  EXPECT_TRUE(row(first).state == JobState::queued || row(second).state == JobState::queued);
  scheduler.look_after();
  go_on = true;
  until([&] { return row(first).state == JobState::succeeded && row(second).state == JobState::succeeded; });
}

TEST_F(SchedulerTest, AStopPutsRunningJobsBackWithoutCountingTheAttempt) {
  meta::JobRow job = queue(kind_);
  {
    Scheduler scheduler(store(), options());
    std::atomic<bool> begun = false;
    scheduler.add(kind_, [&](const meta::JobRow&, core::Progress& progress) -> boost::json::object {
      begun = true;
      for (;;) {
        progress.check();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
    scheduler.start();
    until([&] { return begun.load(); });
    scheduler.stop();
  }
  EXPECT_EQ(row(job).state, JobState::queued);
  EXPECT_EQ(row(job).attempts, 0);
  EXPECT_EQ(row(job).lease_owner, "");
  Scheduler again(store(), options());
  again.add(kind_, nothing);
  again.start();
  until([&] { return row(job).state == JobState::succeeded; });
  EXPECT_EQ(row(job).attempts, 1);
}

TEST_F(SchedulerTest, AStartTakesBackWhatTheProcessBeforeHadBegun) {
  meta::JobRow job = queue(kind_);
  ASSERT_TRUE(store().claim_job(
      {.owner = "node", .now = now_, .lease_until = now_ + base::kHour, .kinds = {"work"}, .most_of_workspace = 5}));
  Scheduler scheduler(store(), options());
  scheduler.add(kind_, nothing);
  EXPECT_FALSE(scheduler.run_one(JobLane::work));
  scheduler.start();
  until([&] { return row(job).state == JobState::succeeded; });
  EXPECT_EQ(row(job).attempts, 2);
}

TEST(Retry, WaitsGrowUpToTheLongest) {
  core::RetryPolicy policy{.first_wait = 100, .longest_wait = 450};
  EXPECT_EQ(wait_after(policy, 1, 1.0), 100);
  EXPECT_EQ(wait_after(policy, 2, 1.0), 200);
  EXPECT_EQ(wait_after(policy, 3, 1.0), 400);
  EXPECT_EQ(wait_after(policy, 4, 1.0), 450);
  EXPECT_EQ(wait_after(policy, 4'000'000'000, 1.0), 450);
  EXPECT_EQ(wait_after(policy, 3, 0.0), 0);
  EXPECT_EQ(wait_after(policy, 3, 0.25), 100);
}

TEST(RunLines, AreCutAndTidied) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "run-");
  auto meta = meta::open_sqlite_store(folder.path() / "boathouse.db");
  meta::JobRow job = core::new_job({.name = "work"}, {}, "");
  meta->jobs().insert_job(job);
  job = meta->jobs()
            .claim_job({.owner = "me",
                        .now = job.run_at,
                        .lease_until = job.run_at + 1,
                        .kinds = {"work"},
                        .most_of_workspace = 1})
            .value();
  jobs::Run run(meta->jobs(), job);
  run.log("a\r\nb\x01");
  run.log(std::string(kMaxLogLine, 'x'));
  run.log(std::string(kMaxLogLine - 1, 'x') + "é");
  run.log("\xff");
  run.report(job.run_at, job.run_at + 1);
  auto lines = meta->jobs().job_log(job.id, 0, 10);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].line, "a  b ");
  EXPECT_EQ(lines[1].line.size(), kMaxLogLine);
  EXPECT_EQ(lines[2].line, std::string(kMaxLogLine - 1, 'x'));
  EXPECT_EQ(lines[3].line, "(a line that is not UTF-8)");
  for (std::int64_t i = 0; i < meta::kMaxJobLogLines + 5; ++i) run.log(std::to_string(i));
  run.report(job.run_at, job.run_at + 1);
  lines = meta->jobs().job_log(job.id, 0, 5000);
  EXPECT_EQ(lines.size(), static_cast<std::size_t>(meta::kMaxJobLogLines));
  EXPECT_EQ(lines.back().line, std::to_string(meta::kMaxJobLogLines + 4));
}

TEST(NewJob, ItsPayloadHasALimit) {
  core::JobKind kind{.name = "work"};
  std::string fits(core::kMaxJobPayload - 8, 'x');  // {"a":"..."}
  EXPECT_EQ(core::new_job(kind, {}, "", {{"a", fits}}).payload.size(), core::kMaxJobPayload);
  EXPECT_THROW(core::new_job(kind, {}, "", {{"a", fits + "x"}}), Error);
}

}  // namespace
}  // namespace boathouse::jobs
