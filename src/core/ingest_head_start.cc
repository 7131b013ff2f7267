// SPDX-License-Identifier: Apache-2.0
#include "core/ingest_head_start.h"

#include <limits>

#include "base/log.h"
#include "core/ingest_accepted.h"

namespace boathouse::core {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

}  // namespace

bool HeadStart::suits(const IngestRequest& request, const std::optional<TableState>& table) {
  if (!table || !table->contract || table->contract->unknown_columns == UnknownColumns::add) return false;
  return request.format != BodyFormat::parquet && request.mode != WriteMode::upsert && !has_unique(*table->contract) &&
         table->metadata->spec().unpartitioned();
}

HeadStart::HeadStart(const Parts& parts, const StagedBody& body)
    : parts_(parts), wanted_bytes_(parts.limits.head_start_bytes) {
  body_.request = body.request;
  body_.batch = body.batch;
  body_.file = body.file;
  thread_ = std::thread([this] { run(); });
}

HeadStart::~HeadStart() {
  if (!thread_.joinable()) return;
  stop_.request_stop();
  finish();
}

void HeadStart::reached(batch::ScanSummary so_far) {
  if (so_far.blocks.empty()) return;  // not a whole block yet: asked again as soon as there is more
  {
    std::lock_guard lock(mutex_);
    next_ = std::move(so_far);
    wanted_bytes_ = kNever;
  }
  changed_.notify_one();
}

EarlyRows HeadStart::finish() {
  {
    std::lock_guard lock(mutex_);
    complete_ = true;
    // Nobody waits for a worker that comes too late.
    if (!has_worker_) stop_.request_stop();
  }
  changed_.notify_one();
  thread_.join();
  return std::move(body_.early);
}

void HeadStart::run() {
  try {
    while (wait_for_round()) {
      write_round();
      set_next_round();
    }
  } catch (const std::exception& error) {
    // What lies in the rows or the rules, the stages after receive meet again, and tell it.
    base::log_info("ingest.head_start_ended", {{"batch", body_.batch.value}, {"reason", error.what()}});
  }
}

bool HeadStart::wait_for_round() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return complete_ || next_; });
  if (complete_) return false;
  body_.scan = std::move(*next_);
  next_.reset();
  return true;
}

std::optional<engine::Lease> HeadStart::worker() {
  if (parts_.engine.stats().waiting > 0) return std::nullopt;
  engine::Lease lease = ingest_lease(parts_, body_.request.workspace.id, stop_.get_token());
  std::lock_guard lock(mutex_);
  if (complete_) return std::nullopt;
  has_worker_ = true;
  return lease;
}

void HeadStart::write_round() {
  std::vector<std::size_t>& cuts = body_.early.cuts;
  const std::size_t before = cuts.size();
  std::vector<std::size_t> ends = cut_blocks(parts_.limits, body_.scan.blocks, cuts.empty() ? 0 : cuts.back());
  cuts.insert(cuts.end(), ends.begin(), ends.end());
  BatchPlan plan = plan_batch(parts_, body_);
  if (ends.empty() || !is_written_at_once(plan)) return;
  std::vector<std::string> statements = write_statements(body_, plan, AcceptedRows(plan));
  std::vector<std::vector<std::string>> lists;
  for (std::size_t i = before; i < statements.size(); ++i) lists.push_back({statements[i]});
  auto lease = worker();
  if (!lease) return;  // the write stage does these stretches
  std::vector<engine::Rows> results = lease->execute_parallel(lists);
  for (std::size_t i = 0; i < lists.size(); ++i) body_.early.results.emplace(lists[i][0], std::move(results[i]));
}

void HeadStart::set_next_round() {
  std::lock_guard lock(mutex_);
  has_worker_ = false;
  wanted_bytes_ = body_.scan.bytes + std::max(parts_.limits.head_start_bytes, body_.scan.bytes / 2);
}

}  // namespace boathouse::core
