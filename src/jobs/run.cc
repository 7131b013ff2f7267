// SPDX-License-Identifier: Apache-2.0
#include "jobs/run.h"

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::jobs {
namespace {

using base::Error;
using base::ErrorKind;

// One line of valid text, of bounded length.
std::string tidy_line(std::string_view line) {
  std::string text(line.substr(0, kMaxLogLine));
  // The cut may have gone through a character.
  while (line.size() > kMaxLogLine && text.size() + 4 > kMaxLogLine && !base::is_utf8(text)) text.pop_back();
  if (!base::is_utf8(text)) return "(a line that is not UTF-8)";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace

void Run::advance(std::int64_t done, std::int64_t total, std::string_view unit) {
  std::lock_guard lock(mutex_);
  done_ = done;
  total_ = total;
  unit_ = unit;
  has_news_ = true;
}

void Run::log(std::string_view line) {
  meta::JobLogRow row{.at = base::now_micros(), .line = tidy_line(line)};
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(row));
  if (lines_.size() > static_cast<std::size_t>(meta::kMaxJobLogLines)) lines_.erase(lines_.begin());
  has_news_ = true;
}

void Run::check() {
  switch (halted()) {
    case Halt::none: return;
    case Halt::shutting_down: throw Error(ErrorKind::cancelled, "the server stops");
    case Halt::cancelled: throw Error(ErrorKind::cancelled, "the job was cancelled");
    case Halt::lost: throw Error(ErrorKind::cancelled, "another worker has taken this job over");
  }
}

void Run::halt(Halt why) {
  Halt now = halt_.load();
  while (why > now && !halt_.compare_exchange_weak(now, why)) {
  }
  stop_.request_stop();
}

bool Run::has_news() const {
  std::lock_guard lock(mutex_);
  return has_news_;
}

meta::JobReport Run::take_news() {
  std::lock_guard lock(mutex_);
  has_news_ = false;
  return {.id = job_.id,
          .fencing = job_.fencing,
          .done = done_,
          .total = total_,
          .unit = unit_,
          .lines = std::exchange(lines_, {})};
}

void Run::give_back(std::vector<meta::JobLogRow> lines) {
  std::lock_guard lock(mutex_);
  lines.insert(lines.end(), lines_.begin(), lines_.end());
  lines_ = std::move(lines);
  has_news_ = true;
}

void Run::report(base::Micros now, base::Micros lease_until) {
  std::lock_guard reporting(reporting_);
  meta::JobReport news = take_news();
  news.lease_until = lease_until;
  try {
    meta::ReportOutcome outcome = store_.report_job(news, now);
    if (outcome == meta::ReportOutcome::cancel_requested) halt(Halt::cancelled);
    if (outcome == meta::ReportOutcome::lost) halt(Halt::lost);
  } catch (const Error&) {
    give_back(std::move(news.lines));
    throw;
  }
}

std::optional<meta::JobState> Run::end(meta::JobEnd end, base::Micros now) {
  std::lock_guard reporting(reporting_);
  end.report = take_news();
  return store_.end_job(end, now);
}

}  // namespace boathouse::jobs
