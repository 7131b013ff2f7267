// SPDX-License-Identifier: Apache-2.0
#include "landing/log.h"

#include <unistd.h>

#include "base/log.h"
#include "base/random.h"

namespace boathouse::landing {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

// A group is cut here, so that the buffer stays small and the first of many do not wait for the last.
constexpr std::size_t kMaxGroup = std::size_t{8} << 20;

// How far a reader who goes on somewhere may have to pass over records.
constexpr std::uint64_t kStretchBytes = std::uint64_t{1} << 20;

std::uint64_t random_seed() {
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes;
  base::random_bytes(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

Error failed_error() {
  return Error(ErrorKind::unavailable, "the landing log could not be synced; nothing is taken until a restart")
      .code("landing-failed");
}

}  // namespace

// What was appended and not yet written; a list from the newest to the oldest.
struct Log::Waiting {
  std::string payload;
  std::uint64_t sum = 0;
  Done done;
  bool stop = false;  // the log goes: nothing comes behind this
  Waiting* next = nullptr;
};

Log::Log(LogSettings settings) : settings_(std::move(settings)) {
  open();
  thread_ = std::thread([this] { run(); });
}

Log::~Log() {
  push(std::make_unique<Waiting>(Waiting{.payload = {}, .done = {}, .stop = true}));
  thread_.join();
}

void Log::append(std::string payload, Done done) {
  if (payload.empty()) throw Error(ErrorKind::invalid_argument, "an empty record cannot be kept");
  if (payload.size() > kMaxPayload) throw Error(ErrorKind::too_large, "a record is at most 1 GiB");
  if (failed_.load(std::memory_order_relaxed)) throw failed_error();
  std::uint64_t bytes = record_size(payload.size());
  std::uint64_t waiting = waiting_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  // A record past the limit in memory is taken where it is alone: it would never get in otherwise.
  bool crowded = waiting > settings_.max_waiting_bytes && waiting > bytes;
  if (crowded || kept_bytes_.load(std::memory_order_relaxed) + waiting > settings_.max_kept_bytes) {
    waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    throw Error(ErrorKind::unavailable, "more is coming in than can be put into tables: try again in a moment")
        .code("landing-full")
        .with("retry_after", 1);
  }
  std::uint64_t sum = checksum(payload);
  push(std::make_unique<Waiting>(Waiting{.payload = std::move(payload), .sum = sum, .done = std::move(done)}));
}

void Log::push(std::unique_ptr<Waiting> waiting) {
  Waiting* newest = waiting.release();  // take_waiting() owns it once it is in the list
  Waiting* before = waiting_.load(std::memory_order_relaxed);
  do {
    newest->next = before;
  } while (!waiting_.compare_exchange_weak(before, newest, std::memory_order_release, std::memory_order_relaxed));
  if (before == nullptr) waiting_.notify_one();
}

LogFigures Log::figures() const {
  return {.durable = durable(),
          .released = released_.load(std::memory_order_relaxed),
          .kept_bytes = kept_bytes_.load(std::memory_order_relaxed),
          .waiting_bytes = waiting_bytes_.load(std::memory_order_relaxed),
          .failed = failed_.load(std::memory_order_relaxed)};
}

// Waits until there is something; the oldest first.
std::vector<std::unique_ptr<Log::Waiting>> Log::take_waiting() {
  Waiting* list = nullptr;
  while ((list = waiting_.exchange(nullptr, std::memory_order_acquire)) == nullptr) waiting_.wait(nullptr);
  std::vector<std::unique_ptr<Waiting>> taken;
  for (; list != nullptr; list = list->next) taken.emplace_back(list);
  std::reverse(taken.begin(), taken.end());
  return taken;
}

void Log::run() {
  for (bool stop = false; !stop;) {
    std::vector<std::unique_ptr<Waiting>> group;
    std::size_t bytes = 0;
    for (std::unique_ptr<Waiting>& waiting : take_waiting()) {
      if (waiting->stop) {
        stop = true;
        break;
      }
      std::size_t more = record_size(waiting->payload.size());
      if (!group.empty() && bytes + more > kMaxGroup) write(group, std::exchange(bytes, 0));
      bytes += more;
      group.push_back(std::move(waiting));
    }
    if (!group.empty()) write(group, bytes);
  }
  end_segment();
}

// Makes the group durable and tells its writers; empties it.
void Log::write(std::vector<std::unique_ptr<Waiting>>& group, std::size_t bytes) {
  std::optional<Error> error;
  Position first = last_ + 1;
  try {
    if (failed_) throw failed_error();
    put_down(group, bytes);
  } catch (const Error& caught) {
    error = caught;
    last_ = first - 1;
    if (!failed_) end_segment();
  }
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  for (std::size_t i = 0; i < group.size(); ++i) group[i]->done(error ? 0 : first + i, error ? &*error : nullptr);
  group.clear();
}

void Log::put_down(const std::vector<std::unique_ptr<Waiting>>& group, std::size_t bytes) {
  if (writer_ && writer_->size() + bytes > settings_.segment_bytes && writer_->size() > kSegmentHeader) {
    end_segment();
  }
  if (!writer_) begin_segment();
  buffer_.clear();
  for (const auto& waiting : group) {
    append_record(buffer_, writer_->header().seed,
                  {.length = static_cast<std::uint32_t>(waiting->payload.size()),
                   .position = ++last_,
                   .durable = durable(),
                   .payload_sum = waiting->sum},
                  waiting->payload);
  }
  writer_->write(buffer_);
  try {
    settings_.sync(writer_->fd());
  } catch (const Error& error) {
    failed_ = true;
    base::log_error("landing_sync_failed", {{"error", error.message()}});
    throw failed_error();
  }
  kept_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  {
    std::lock_guard lock(mutex_);
    Segment& segment = segments_.back();
    if (segment.stretches.empty()) {
      segment.stretches.push_back({kSegmentHeader, kSegmentHeader, segment.last + 1, segment.last});
    }
    // Who reads on from here need not pass over the whole segment.
    if (const Stretch& full = segment.stretches.back(); full.end - full.begin >= kStretchBytes) {
      segment.stretches.push_back({full.end, full.end, segment.last + 1, segment.last});
    }
    segment.stretches.back().end += bytes;
    segment.stretches.back().last = segment.last = last_;
    segment.bytes += bytes;
  }
  durable_.store(last_, std::memory_order_release);
}

void Log::begin_segment() {
  SegmentHeader header{.node = settings_.node, .first = last_ + 1, .seed = random_seed()};
  // One of that name without a record may be left of an earlier start or of a failed write.
  std::unique_lock lock(mutex_);
  bool empty_one =
      !segments_.empty() && segments_.back().last + 1 == header.first && segments_.back().stretches.empty();
  if (empty_one) {
    base::remove_quietly(segments_.back().path);
    segments_.pop_back();
  }
  lock.unlock();
  writer_.emplace(settings_.folder, header, settings_.segment_bytes);
  lock.lock();
  segments_.push_back({.path = writer_->path(), .stretches = {}, .bytes = 0, .last = last_});
}

// Nothing more is written to the segment, and what a failed write has left is cut off. Were it not, the next start could
// not tell it from records that count, so the log takes nothing more where cutting fails.
void Log::end_segment() {
  if (!writer_) return;
  try {
    writer_->seal();
  } catch (const Error& error) {
    failed_ = true;
    base::log_error("landing_segment_not_ended", {{"error", error.message()}});
  }
  writer_.reset();
}

void Log::release(Position upto) {
  Position before = released_.load(std::memory_order_relaxed);
  while (before < upto && !released_.compare_exchange_weak(before, upto)) {
  }
  std::vector<fs::path> done;
  {
    std::lock_guard lock(mutex_);
    while (segments_.size() > 1 && segments_.front().last <= upto) {
      kept_bytes_.fetch_sub(segments_.front().bytes, std::memory_order_relaxed);
      done.push_back(std::move(segments_.front().path));
      segments_.pop_front();
    }
  }
  // One that comes back after a crash is released again.
  for (const fs::path& path : done) base::remove_quietly(path);
}

Cursor Log::read(Position after) const {
  Position until = durable();
  std::vector<Cursor::Part> parts;
  std::lock_guard lock(mutex_);
  for (const Segment& segment : segments_) {
    for (const Stretch& stretch : segment.stretches) {
      if (stretch.last > after && stretch.first <= until) parts.push_back({segment.path, stretch});
    }
  }
  return {std::move(parts), after, until};
}

}  // namespace boathouse::landing
