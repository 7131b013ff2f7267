// SPDX-License-Identifier: Apache-2.0
// The landing log: what was appended is on disk before its writer is told, and stays there until it is released. Many
// appends share one sync: while one runs, the next ones gather. The files are described in format.md.
//
//   Log log({.folder = data / "landing", .node = node});
//   log.append(payload, [](Position position, const base::Error* error) { .. });
//   Cursor cursor = log.read(after);
//   while (const Record* record = cursor.next()) ..          // as far as the log was durable when read() was called
//   log.release(position);                                   // once all up to there is safe elsewhere
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "landing/segment.h"

namespace boathouse::landing {

struct LogSettings {
  std::filesystem::path folder;  // made where it is missing
  std::string node;              // this node's id, 36 characters
  // Records up to here are safe elsewhere, even where the folder does not know of them any more: positions go on behind.
  Position released = 0;
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;
  std::uint64_t max_kept_bytes = std::uint64_t{4} << 30;                   // on disk and not released
  std::uint64_t max_waiting_bytes = std::uint64_t{64} << 20;               // in memory, not yet written
  std::function<void(int fd)> sync = [](int fd) { base::sync_data(fd); };  // a test may let it fail
};

// Records that were acknowledged and cannot be read, found when the log was opened.
struct Damage {
  std::string segment;       // the file's name
  std::uint64_t offset = 0;  // of the unreadable bytes in it
  std::uint64_t bytes = 0;   // 0: the bytes are gone altogether
  Position first = 0;        // records that are missing; first > last: none
  Position last = 0;
  std::filesystem::path kept{};  // a copy of the bytes; empty where there are none
};

struct Record {
  Position position = 0;
  std::string_view payload;  // until the next call of the cursor
};

struct LogFigures {
  Position durable = 0;
  Position released = 0;
  std::uint64_t kept_bytes = 0;     // on disk and not released
  std::uint64_t waiting_bytes = 0;  // in memory
  bool failed = false;              // a sync failed: nothing is taken until the next start
};

class Cursor;

class Log {
 public:
  // Told once, on the log's own thread, so it must be short and must not throw: the record's position once it is
  // durable, or what went wrong (nothing of it will be there then, but after a failed sync nobody knows).
  using Done = std::function<void(Position position, const base::Error* error)>;

  // Reads what is there, cuts a torn tail, keeps damaged bytes aside. Error{unavailable, storage_full} of base/file.h;
  // Error{conflict} when the segments are another node's.
  explicit Log(LogSettings settings);
  // Writes what was appended, then stops.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Any thread; takes no lock. Error{unavailable, "landing-full"} past a limit, {unavailable, "landing-failed"} after a
  // failed sync, {too_large} past a record's greatest size, {invalid_argument} for an empty payload; then `done` is not
  // called.
  void append(std::string payload, Done done);

  // Everything up to here is on disk.
  Position durable() const { return durable_.load(std::memory_order_acquire); }
  // Any thread.
  LogFigures figures() const;
  const std::vector<Damage>& damages() const { return damages_; }

  // The records behind `after` up to durable() now. The log must outlive the cursor. Any thread.
  Cursor read(Position after) const;

  // Everything up to `upto` is safe elsewhere: segments that hold nothing else are removed. Any thread.
  void release(Position upto);

 private:
  friend class Cursor;
  struct Waiting;
  struct Segment {
    std::filesystem::path path;
    std::vector<Stretch> stretches;
    std::uint64_t bytes = 0;
    Position last = 0;  // the last position it has, `first` - 1 while it has none
  };

  void open();
  void take_in(const std::filesystem::path& path, bool newest);
  void keep_aside(const std::filesystem::path& path, std::string_view bytes, const Gap& gap);
  void begin_segment();
  void run();
  void write(std::vector<std::unique_ptr<Waiting>>& group, std::size_t bytes);
  void put_down(const std::vector<std::unique_ptr<Waiting>>& group, std::size_t bytes);
  void end_segment();
  void push(std::unique_ptr<Waiting> waiting);
  std::vector<std::unique_ptr<Waiting>> take_waiting();

  const LogSettings settings_;
  std::vector<Damage> damages_;

  std::atomic<Waiting*> waiting_{nullptr};  // the newest first
  std::atomic<std::uint64_t> waiting_bytes_{0};
  std::atomic<std::uint64_t> kept_bytes_{0};
  std::atomic<Position> durable_{0};
  std::atomic<Position> released_{0};
  std::atomic<bool> failed_{false};

  // Of the log's thread:
  std::optional<SegmentWriter> writer_;
  Position last_ = 0;  // given to a record
  std::string buffer_;

  // Guarded by mutex_: the segments, oldest first; the last one is being written.
  mutable std::mutex mutex_;
  std::deque<Segment> segments_;

  std::thread thread_;
};

// Reads records in order, over segments and gaps; leaves out what is released meanwhile. One thread.
class Cursor {
 public:
  // nullptr at the end. Error{unavailable} when the disk gives other bytes than were written.
  const Record* next();

 private:
  friend class Log;
  struct Part {
    std::filesystem::path path;
    Stretch stretch;
  };
  Cursor(std::vector<Part> parts, Position after, Position until);
  void fill(std::size_t bytes);

  std::vector<Part> parts_;
  std::size_t part_ = 0;
  Position after_ = 0;
  Position until_ = 0;
  base::UniqueFd fd_;
  std::uint64_t seed_ = 0;
  std::uint64_t at_ = 0;  // of what begins at buffer_[begin_]
  std::string buffer_;
  std::size_t begin_ = 0;
  Record record_;
};

}  // namespace boathouse::landing
