// SPDX-License-Identifier: Apache-2.0
#include "jobs/attempt.h"

#include <boost/json/serialize.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "jobs/retry.h"

namespace boathouse::jobs {
namespace {

using base::Error;
using base::ErrorKind;
using meta::JobState;

double random_fraction() {
  std::uint32_t number = 0;
  std::array<std::uint8_t, sizeof number> bytes{};
  base::random_bytes(bytes);
  std::memcpy(&number, bytes.data(), sizeof number);
  return static_cast<double>(number) / 4294967296.0;
}

meta::JobEnd failed(const Kind& kind, Run& run, const Error& error, base::Micros now) {
  const meta::JobRow& job = run.job();
  meta::JobEnd end{.report = {}, .state = JobState::failed, .error = error.message()};
  const base::Micros wait = wait_after(kind.promise.retry, job.attempts, random_fraction());
  if (!may_pass(error.kind())) {
    run.log(fmt::format("failed, and trying again would not help: {}", error.message()));
  } else if (!has_another(kind.promise.retry, job, now + wait)) {
    run.log(fmt::format("failed for the last time: {}", error.message()));
  } else {
    end.state = JobState::queued;
    end.run_at = now + wait;
    run.log(fmt::format("failed: {}; again in {:.1f} s", error.message(), static_cast<double>(wait) / base::kSecond));
  }
  return end;
}

// What becomes of a job whose handler threw.
meta::JobEnd end_of(const Kind& kind, Run& run, const Error& error, base::Micros now) {
  switch (run.halted()) {
    case Halt::cancelled: run.log("cancelled"); return {.report = {}, .state = JobState::cancelled};
    case Halt::shutting_down:
      if (!may_pass(error.kind())) break;
      run.log("the server stops: this is taken up again when it is back");
      return {.report = {}, .state = JobState::queued, .run_at = now, .counts = false};
    case Halt::none:
    case Halt::lost: break;
  }
  return failed(kind, run, error, now);
}

meta::JobEnd work(const Kind& kind, Run& run, const std::function<base::Micros()>& now) {
  const meta::JobRow& job = run.job();
  // Only a process that ended in the middle leaves an attempt behind that is not written down as failed.
  if (job.attempts > job.max_attempts && !has_another(kind.promise.retry, job, now())) {
    std::string why = "the server ended while this ran, at the last of its attempts too";
    run.log(why);
    return {.report = {}, .state = JobState::failed, .error = std::move(why)};
  }
  run.log(fmt::format("attempt {} of {}", job.attempts, std::max(job.attempts, job.max_attempts)));
  try {
    boost::json::object result = kind.handler(job, run);
    run.log("succeeded");
    return {.report = {}, .state = JobState::succeeded, .result = boost::json::serialize(result)};
  } catch (const Error& error) {
    return end_of(kind, run, error, now());
  } catch (const std::exception& error) {
    base::log_error("job_broke", {{"job", job.id.value}, {"kind", job.kind}, {"error", error.what()}});
    return end_of(kind, run, Error(ErrorKind::internal, "an internal error; the server's log has more"), now());
  }
}

void count(Kind& kind, JobState state) {
  if (state == JobState::succeeded) ++kind.succeeded;
  if (state == JobState::failed) ++kind.failed;
  if (state == JobState::cancelled) ++kind.cancelled;
}

}  // namespace

void attempt(Kind& kind, Run& run, const std::function<base::Micros()>& now) {
  base::Micros started = base::steady_micros();
  meta::JobEnd end = work(kind, run, now);
  if (kind.failing && !end.error.empty() && (end.state == JobState::failed || has_used_attempts(run.job()))) {
    kind.failing(run.job(), end.error);
  }
  boost::json::object fields{{"job", run.job().id.value},
                             {"kind", run.job().kind},
                             {"attempt", run.job().attempts},
                             {"ms", (base::steady_micros() - started) / base::kMillisecond}};
  if (!end.error.empty()) fields["error"] = end.error;
  std::optional<JobState> state = run.end(std::move(end), now());
  if (state) count(kind, *state);
  fields["state"] = state ? to_string(*state) : std::string_view("lost");
  base::log_info("job", std::move(fields));
}

}  // namespace boathouse::jobs
