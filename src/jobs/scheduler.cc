// SPDX-License-Identifier: Apache-2.0
#include "jobs/scheduler.h"

#include "base/error.h"
#include "base/log.h"
#include "jobs/attempt.h"

namespace boathouse::jobs {
namespace {

using base::Error;

// How long what another process queued may go unseen.
constexpr std::chrono::milliseconds kPoll{1000};
// How often progress and log lines reach the store.
constexpr std::chrono::milliseconds kKeep{500};
// How often each lease is renewed, and a cancel that came by another process is heard, at the least.
constexpr base::Micros kHeartbeat = 5 * base::kSecond;
constexpr base::Micros kFiguresAge = 5 * base::kSecond;

}  // namespace

void Scheduler::start() {
  std::int64_t taken_back = store_.release_jobs(options_.owner, options_.now());
  if (taken_back > 0) base::log_info("jobs_taken_back", {{"count", taken_back}});
  for (core::JobLane lane : core::kJobLanes) {
    if (kinds_.names(lane).empty()) continue;
    for (std::size_t i = 0; i < threads_of(lane); ++i) threads_.emplace_back([this, lane] { work(lane); });
  }
  threads_.emplace_back([this] { keep(); });
}

void Scheduler::request_stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (const std::shared_ptr<Run>& run : runs()) run->halt(Halt::shutting_down);
  stopped_.notify_all();
  store_.signal().changed();
}

void Scheduler::stop() {
  request_stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::size_t Scheduler::threads_of(core::JobLane lane) const {
  switch (lane) {
    case core::JobLane::work:
    case core::JobLane::sinks: break;
    case core::JobLane::queries: return std::max<std::size_t>(1, options_.query_workers);
    case core::JobLane::files: return std::max<std::size_t>(1, options_.file_workers);
    case core::JobLane::profiles: return 1;
  }
  return std::max<std::size_t>(1, options_.workers);
}

void Scheduler::work(core::JobLane lane) {
  while (!stopping_) {
    std::uint64_t seen = store_.signal().seen();
    try {
      if (run_one(lane)) continue;
    } catch (const Error& error) {
      base::log_warning("jobs_store_failed", {{"error", error.message()}});
    }
    if (!stopping_) store_.signal().wait(seen, kPoll);
  }
}

bool Scheduler::run_one(core::JobLane lane) {
  base::Micros now = options_.now();
  auto threads = static_cast<std::int64_t>(threads_of(lane));
  auto job = store_.claim_job({.owner = options_.owner,
                               .now = now,
                               .lease_until = now + options_.lease,
                               .kinds = kinds_.names(lane),
                               .most_of_workspace = std::max<std::int64_t>(1, threads - 1)});
  if (!job) return false;
  auto run = std::make_shared<Run>(store_, *std::move(job));
  {
    std::lock_guard lock(mutex_);
    runs_.push_back(run);
  }
  // Whoever asked for the stop has not seen this run, or has: either way it hears of it.
  if (stopping_) run->halt(Halt::shutting_down);
  auto forget = [&] {
    std::lock_guard lock(mutex_);
    std::erase(runs_, run);
  };
  try {
    attempt(*kinds_.find(run->job().kind), *run, options_.now);
  } catch (...) {
    forget();
    throw;
  }
  forget();
  return true;
}

// Changes do not wake the keeper: however many there are, what it writes stays bounded.
void Scheduler::keep() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    try {
      look_after();
    } catch (const Error& error) {
      base::log_warning("jobs_store_failed", {{"error", error.message()}});
    }
    lock.lock();
    stopped_.wait_for(lock, kKeep, [this] { return stopping_.load(); });
  }
}

void Scheduler::look_after() {
  report_runs();
  queue_periodic();
  refresh_figures();
}

void Scheduler::report_runs() {
  // A change may be a cancel: then every run asks.
  std::uint64_t change = store_.signal().seen();
  base::Micros now = options_.now();
  bool ask_all = change != reported_change_ || now - reported_at_ >= std::min(kHeartbeat, options_.lease / 3);
  for (const std::shared_ptr<Run>& run : runs()) {
    if (ask_all || run->has_news()) run->report(now, now + options_.lease);
  }
  if (!ask_all) return;
  reported_change_ = change;
  reported_at_ = now;
}

void Scheduler::queue_periodic() {
  base::Micros now = options_.now();
  for (Kind* kind : kinds_.all()) {
    base::Micros every = kind->promise.every;
    if (every <= 0 || now < kind->look_at) continue;
    // Another node may have been first, or this one before it was started again.
    auto latest = store_.list_jobs({.workspaces = {{base::WorkspaceId()}}, .kind = kind->promise.name, .limit = 1});
    base::Micros due = latest.empty() ? now : latest.front().created_at + every;
    kind->look_at = due > now ? due : now + every;
    if (due > now) continue;
    meta::JobRow job = core::new_job(kind->promise, {}, "");
    job.created_at = job.queued_at = job.run_at = now;
    store_.insert_job(job);
  }
}

void Scheduler::refresh_figures() {
  base::Micros now = options_.now();
  if (now - figures_at_ < kFiguresAge && figures_at_ != 0) return;
  figures_at_ = now;
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
  for (const meta::JobCount& count : store_.count_jobs()) {
    auto& [queued, running] = counts[count.kind];
    (count.state == meta::JobState::queued ? queued : running) = count.count;
  }
  for (Kind* kind : kinds_.all()) {
    auto [queued, running] = counts[kind->promise.name];
    kind->queued = queued;
    kind->running = running;
  }
}

std::vector<std::shared_ptr<Run>> Scheduler::runs() const {
  std::lock_guard lock(mutex_);
  return runs_;
}

}  // namespace boathouse::jobs
