// SPDX-License-Identifier: Apache-2.0
// One attempt at a job: what its handler says goes to the row and the log, and what is decided about it reaches the
// handler. The handler's thread and the scheduler's keeper share it; every function is for any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/progress.h"
#include "meta/meta_store.h"

namespace boathouse::jobs {

// Why the attempt should end before its work is done.
enum class Halt {
  none,
  shutting_down,  // the job is queued again and the attempt does not count
  cancelled,      // somebody asked for it
  lost,           // the lease is another's: whatever happens here has no effect any more
};

// A line of a log is cut to this many bytes.
inline constexpr std::size_t kMaxLogLine = 4096;

class Run final : public core::Progress {
 public:
  Run(meta::JobStore& store, meta::JobRow job) : store_(store), job_(std::move(job)) {}

  const meta::JobRow& job() const { return job_; }

  void advance(std::int64_t done, std::int64_t total, std::string_view unit) override;
  void log(std::string_view line) override;
  void check() override;
  std::stop_token stop_token() const override { return stop_.get_token(); }

  // The first reason holds, unless a later one is graver.
  void halt(Halt why);
  Halt halted() const { return halt_.load(); }

  // True when the handler said something that is not in the store yet.
  bool has_news() const;
  // Writes what is new, keeps the lease until `lease_until`, and hears whether the work should go on.
  void report(base::Micros now, base::Micros lease_until);
  // The last report. `end.report` is filled in here. The job's state afterwards; nullopt when the lease is another's.
  std::optional<meta::JobState> end(meta::JobEnd end, base::Micros now);

 private:
  meta::JobReport take_news();
  void give_back(std::vector<meta::JobLogRow> lines);

  meta::JobStore& store_;
  const meta::JobRow job_;
  std::stop_source stop_;
  std::atomic<Halt> halt_ = Halt::none;

  // One report at a time, so that lines are written in order and none after the end; locked before mutex_.
  std::mutex reporting_;

  // Guarded by mutex_:
  mutable std::mutex mutex_;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
  std::string unit_;
  std::vector<meta::JobLogRow> lines_;  // the newest kMaxJobLogLines that are not written yet
  bool has_news_ = false;
};

}  // namespace boathouse::jobs
