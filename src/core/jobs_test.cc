// SPDX-License-Identifier: Apache-2.0
#include "core/jobs.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "core/job_kind.h"
#include "core/sweep.h"
#include "meta/sqlite_store.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

class JobsTest : public ::testing::Test {
 protected:
  meta::JobRow new_one(const std::string& object = "t") { return new_job(kind_, workspace_, object); }
  // As a worker does it.
  void run(const base::JobId& id) {
    auto job = meta_->jobs().claim_job({.owner = "me",
                                        .now = base::now_micros(),
                                        .lease_until = base::now_micros() + base::kMinute,
                                        .kinds = {kind_.name},
                                        .most_of_workspace = 10});
    ASSERT_TRUE(job);
    EXPECT_EQ(job->id, id);
    meta_->jobs().end_job({.report = {.id = id, .fencing = job->fencing}}, base::now_micros());
  }

  base::TemporaryFolder folder_{std::filesystem::temp_directory_path(), "core-jobs-"};
  std::unique_ptr<meta::MetaStore> meta_ = meta::open_sqlite_store(folder_.path() / "boathouse.db");
  auth::Auth auth_{*meta_, {.keys = folder_.path() / "keys"}};
  Jobs jobs_{*meta_, auth_};
  const base::WorkspaceId workspace_{"w"};
  const JobKind kind_{.name = "work"};
};

TEST_F(JobsTest, ASingleJobIsQueuedOnce) {
  JobKind single{.name = "upkeep", .single = true};
  EXPECT_TRUE(jobs_.queue(new_job(single, workspace_, "t")));
  EXPECT_FALSE(jobs_.queue(new_job(single, workspace_, "t")));
  EXPECT_TRUE(jobs_.queue(new_job(single, workspace_, "u")));
}

TEST_F(JobsTest, AWorkspaceQueuesNoMoreThanItsLimitButCommitsDo) {
  meta::CatalogCommit commit{.at = 1};
  for (std::int64_t i = 0; i < kMaxQueuedJobs - 1; ++i) commit.jobs.push_back(new_one());
  meta_->catalog().commit(commit);
  EXPECT_TRUE(jobs_.queue(new_one()));
  try {
    jobs_.queue(new_one());
    FAIL() << "there is no room";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::too_many_requests);
    EXPECT_EQ(error.detail().at("limit"), kMaxQueuedJobs);
  }
  EXPECT_TRUE(jobs_.queue(new_job(kind_, base::WorkspaceId("other"), "t")));
  commit.jobs = {new_one()};
  EXPECT_TRUE(std::holds_alternative<meta::Committed>(meta_->catalog().commit(commit)));
}

TEST_F(JobsTest, WhoWaitsIsWokenByTheEnd) {
  meta::JobRow job = new_one();
  jobs_.queue(job);
  std::thread worker([&] { run(job.id); });
  meta::JobRow ended = jobs_.wait(job.id, base::steady_micros() + base::kHour);
  worker.join();
  EXPECT_EQ(ended.state, meta::JobState::succeeded);
}

TEST_F(JobsTest, WaitingEndsAtItsDeadlineOrWhenNobodyWaits) {
  meta::JobRow job = new_one();
  jobs_.queue(job);
  EXPECT_EQ(jobs_.wait(job.id, base::steady_micros()).state, meta::JobState::queued);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_THROW(jobs_.wait(job.id, base::steady_micros() + base::kHour, stop.get_token()), Error);
  EXPECT_THROW(jobs_.wait(base::JobId("none"), base::steady_micros() + base::kHour), Error);
}

TEST_F(JobsTest, ASweepRemovesWhatHasHadItsTimeAndCanBeCancelled) {
  meta::JobRow job = new_one();
  jobs_.queue(job);
  run(job.id);
  NoProgress progress;
  base::Micros now = base::now_micros();
  EXPECT_EQ(sweep(*meta_, {.keep_jobs_for = base::kDay}, now, progress).jobs, 0);
  EXPECT_EQ(sweep(*meta_, {.keep_jobs_for = base::kDay}, now + 2 * base::kDay, progress).jobs, 1);
  EXPECT_FALSE(meta_->jobs().find_job(job.id));

  for (const char* key : {"older", "newer"}) {
    meta::IdempotencyRow row{.scope = "s", .key = key, .expires_at = now + (*key == 'n' ? base::kDay : base::kHour)};
    meta_->catalog().commit({.at = now, .idempotency = row});
  }
  EXPECT_EQ(sweep(*meta_, {.keep_idempotency_keys = 2}, now, progress).idempotency_keys, 0);
  EXPECT_EQ(sweep(*meta_, {.keep_idempotency_keys = 1}, now, progress).idempotency_keys, 1);
  EXPECT_FALSE(meta_->catalog().find_idempotency("s", "older", now));
  EXPECT_TRUE(meta_->catalog().find_idempotency("s", "newer", now));

  struct Stopped : Progress {
    void advance(std::int64_t, std::int64_t, std::string_view) override {}
    void log(std::string_view) override {}
    void check() override { throw Error(ErrorKind::cancelled, "enough"); }
  } stopped;
  EXPECT_THROW(sweep(*meta_, {}, now, stopped), Error);
}

}  // namespace
}  // namespace boathouse::core
