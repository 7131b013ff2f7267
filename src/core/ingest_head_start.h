// SPDX-License-Identifier: Apache-2.0
// While a large body still arrives, its first stretches are checked and written already: a head start for the stages
// after receive. It promises nothing: what it wrote counts only where the final plan asks for the very same statement,
// and all of it lies in the batch's staging folder, so that a body that breaks off leaves nothing. Where anything stands
// in the way (no worker is free, the rules need the whole body), the head start ends and the stages do it all.
//
// Rounds grow with the body, so that a large one becomes few files. One thread of its own; the object is used by one
// thread at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/ingest_stages.h"

namespace boathouse::core {

class HeadStart {
 public:
  // Whether the rows of such a batch can be judged one by one, by a contract that says what all columns are.
  static bool suits(const IngestRequest& request, const std::optional<TableState>& table);

  // Reads the body's request and file, which stay where they are. `parts` outlives it.
  HeadStart(const Parts& parts, const StagedBody& body);
  // Ends what runs and waits for that.
  ~HeadStart();
  HeadStart(const HeadStart&) = delete;
  HeadStart& operator=(const HeadStart&) = delete;

  // How many bytes of the body a next round needs; more than any body has while one runs, and after the last.
  std::uint64_t wanted_bytes() const { return wanted_bytes_; }
  // The scanned body has grown.
  void reached(batch::ScanSummary so_far);

  // The body is complete: a round that runs is waited for, none is begun any more.
  EarlyRows finish();

 private:
  void run();
  // Blocks until there is enough for a round; false when there will be none.
  bool wait_for_round();
  void write_round();
  // The worker for a round, unless others wait for one, or the body is complete by now.
  std::optional<engine::Lease> worker();
  void set_next_round();

  const Parts& parts_;
  StagedBody body_;  // a copy without folder, as far as it is known
  std::atomic<std::uint64_t> wanted_bytes_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::optional<batch::ScanSummary> next_;
  bool complete_ = false;
  bool has_worker_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace boathouse::core
