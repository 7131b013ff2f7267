// SPDX-License-Identifier: Apache-2.0
// The committing side: stretches of documents into their tables.
#include "base/error.h"
#include "base/log.h"
#include "core/document_columns.h"
#include "core/document_committer.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

constexpr base::Micros kFirstRetry = 100 * base::kMillisecond;
constexpr base::Micros kLastRetry = 5 * base::kSecond;
// An error that may pass by itself is taken for one of the documents after so many tries.
constexpr int kPatience = 5;
constexpr std::uint64_t kNoLimitFrom = 1 << 20;

// Whether trying again later may be all that is needed.
bool may_pass(const Error& error, int failures) {
  switch (error.kind()) {
    case ErrorKind::invalid_argument:
    case ErrorKind::too_large:
    case ErrorKind::unprocessable: return false;
    case ErrorKind::conflict:
    case ErrorKind::timeout:
    case ErrorKind::internal: return failures < kPatience;
    default: return true;
  }
}

std::chrono::steady_clock::time_point time_point(base::Micros steady) {
  return std::chrono::steady_clock::now() + std::chrono::microseconds(steady - base::steady_micros());
}

}  // namespace

void DocumentCommitter::run_writer() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    base::Micros next = base::steady_micros() + base::kSecond;
    LanePtr lane = pick(next);
    if (!lane) {
      work_.wait_until(lock, time_point(next));
      continue;
    }
    lane->busy = true;
    lock.unlock();
    commit_next(*lane);
    lock.lock();
    lane->busy = false;
    work_.notify_all();
    settled_.notify_all();
  }
}

// The table whose turn it is: one that somebody waits for, else the one whose documents have waited longest. Otherwise
// `next` is when one is due, if that is earlier.
DocumentCommitter::LanePtr DocumentCommitter::pick(base::Micros& next) {
  const base::Micros now = base::steady_micros();
  const base::Micros wall = base::now_micros();
  LanePtr chosen;
  base::Micros longest = -1;
  for (const LanePtr& lane : lanes()) {
    if (lane->busy) continue;
    std::lock_guard lock(lane->mutex);
    const DocumentStretch* first = lane->first();
    if (first == nullptr) continue;
    if (lane->retry_at > now) {
      next = std::min(next, lane->retry_at);
      continue;
    }
    if (lane->wanted >= first->first()) return lane;
    base::Micros waited = wall - first->oldest();
    // A clock that was set back must not hold documents up.
    bool due = !lane->closed.empty() || waited >= rules_.commit_every || waited < 0;
    if (!due) {
      next = std::min(next, now + rules_.commit_every - waited);
    } else if (std::max<base::Micros>(waited, 0) > longest) {
      longest = std::max<base::Micros>(waited, 0);
      chosen = lane;
    }
  }
  return chosen;
}

void DocumentCommitter::commit_next(DocumentLane& lane) {
  std::shared_ptr<DocumentStretch> stretch;
  {
    std::lock_guard lock(lane.mutex);
    if (lane.closed.empty()) lane.closed.push_back(std::move(lane.open));
    stretch = lane.closed.front();
  }
  try {
    commit(lane, *stretch);
  } catch (const Error& error) {
    failed(lane, *stretch, error);
  } catch (const std::exception& error) {
    failed(lane, *stretch, Error(ErrorKind::internal, error.what()));
  }
}

void DocumentCommitter::commit(DocumentLane& lane, DocumentStretch& stretch) {
  auto workspace = parts_.meta.accounts().find_workspace(lane.workspace);
  if (!workspace) {
    base::log_error("documents-without-workspace",
                    {{"workspace", lane.workspace.value}, {"documents", stretch.documents()}});
    return done(lane, stretch, {});
  }
  DocumentRows rows{.columns = stretch.columns()};
  DocumentStretch::Staged staged;
  {
    std::lock_guard lock(lane.mutex);
    staged = stretch.stage();
    rows.landing = meta::LandingAdvance{.row = {.node = node_,
                                                .workspace = lane.workspace,
                                                .table = lane.folded,
                                                .position = static_cast<std::int64_t>(stretch.last())},
                                        .from = static_cast<std::int64_t>(lane.watermark),
                                        .answers = stretch.answers()};
    rows.hour = static_cast<std::int32_t>(stretch.oldest() / base::kHour);
    if (lane.isolated) rows.refusal = lane.failure;
  }
  IngestRequest request;
  request.origin = {.door = std::string(kDocumentsDoor),
                    .principal = stretch.principal().empty() ? "documents" : stretch.principal(),
                    .request = base::RequestId(base::uuid_v7()),
                    .file_name = {}};
  request.workspace = *workspace;
  request.table = lane.table;
  request.format = BodyFormat::ndjson;
  request.max_rejected_shown = 0;
  request.documents = std::move(rows);
  Received received =
      ingest_.take(std::move(request), std::move(staged.folder), std::move(staged.file), std::move(staged.scan));
  done(lane, stretch, ingest_.commit(ingest_.write(ingest_.check(std::move(received)))).outcome);
}

void DocumentCommitter::done(DocumentLane& lane, const DocumentStretch& stretch, const Outcome& outcome) {
  for (const meta::IdempotencyRow& answer : stretch.answers()) keys_.forget(answer.scope, answer.key);
  auto rejected = static_cast<std::uint64_t>(outcome.rows_rejected);
  lane.quarantined += rejected;
  lane.committed += stretch.documents() - rejected;
  parts_.figures.documents_committed.add(stretch.documents() - rejected);
  parts_.figures.documents_rejected.add(rejected);
  bool behind = false;
  {
    std::lock_guard lock(lane.mutex);
    lane.watermark = stretch.last();
    lane.isolated = false;
    lane.record_limit = lane.record_limit * 2 < kNoLimitFrom ? lane.record_limit * 2 : 0;
    lane.closed.pop_front();
    behind = lane.behind.has_value();
  }
  {
    std::lock_guard lock(mutex_);
    lane.failures = 0;
    lane.failure.clear();
  }
  if (behind) wake_reader(true);
  release();
}

void DocumentCommitter::failed(DocumentLane& lane, const DocumentStretch& stretch, const Error& error) {
  int failures = 0;
  {
    std::lock_guard lock(mutex_);
    failures = ++lane.failures;
    lane.failure = error.message();
  }
  base::log_warning("documents-not-committed", {{"workspace", lane.workspace.value},
                                                {"table", lane.table},
                                                {"documents", stretch.documents()},
                                                {"tries", failures},
                                                {"why", error.message()}});
  bool isolated = false;
  {
    std::lock_guard lock(lane.mutex);
    isolated = lane.isolated;
  }
  if (may_pass(error, failures) || isolated) {
    std::lock_guard lock(mutex_);
    lane.retry_at = base::steady_micros() + std::min(kFirstRetry << std::min(failures, 20), kLastRetry);
    return;
  }
  // One of these documents is to blame. They are read again, fewer at a time, until it stands alone and can be put aside.
  {
    std::lock_guard lock(lane.mutex);
    if (stretch.records() == 1) {
      lane.isolated = true;
    } else {
      lane.record_limit = (stretch.records() + 1) / 2;
      lane.closed.clear();
      lane.open.reset();
      lane.behind = lane.watermark;
      ++lane.restarts;
    }
  }
  wake_reader(true);
}

// Segments whose records are all in their tables leave the disk.
void DocumentCommitter::release() {
  landing::Position upto = scanned_;
  for (const LanePtr& lane : lanes()) {
    std::lock_guard lock(lane->mutex);
    const DocumentStretch* first = lane->first();
    if (first != nullptr) upto = std::min(upto, first->first() - 1);
    if (lane->behind) upto = std::min(upto, *lane->behind);
  }
  log_.release(upto);
}

bool DocumentCommitter::is_settled(const DocumentLane& lane, landing::Position wanted) const {
  if (scanned_ < wanted || (lane.behind && *lane.behind < wanted)) return false;
  const DocumentStretch* first = lane.first();
  return first == nullptr || first->first() > wanted;
}

bool DocumentCommitter::is_settled(const base::WorkspaceId& workspace, std::string_view table) const {
  LanePtr lane = find_lane(workspace, table);
  if (!lane) return true;
  const landing::Position landed = lane->landed;
  std::lock_guard lock(lane->mutex);
  return is_settled(*lane, landed);
}

void DocumentCommitter::settle(const base::WorkspaceId& workspace, std::string_view table, base::Micros deadline) {
  LanePtr lane = find_lane(workspace, table);
  if (!lane) return;
  const landing::Position wanted = lane->landed;
  auto settled = [&] {
    std::lock_guard lock(lane->mutex);
    return is_settled(*lane, wanted);
  };
  if (settled()) return;
  wake_reader(true);
  std::unique_lock lock(mutex_);
  lane->wanted = std::max(lane->wanted, wanted);
  work_.notify_all();
  const int failures = lane->failures;
  while (!settled()) {
    if (stopping_) throw Error(ErrorKind::unavailable, "the server is stopping");
    if (lane->failures > std::max(failures, 1) && lane->retry_at > base::steady_micros()) {
      throw Error(ErrorKind::unavailable,
                  fmt::format("documents of \"{}\" wait to be committed, and that fails: {}. What is committed can be "
                              "read with \"consistency\": \"committed\"",
                              lane->table, lane->failure))
          .code("not-committed");
    }
    if (base::steady_micros() >= deadline) {
      throw Error(ErrorKind::timeout,
                  fmt::format("the latest documents of \"{}\" were not committed in time: read what is committed with "
                              "\"consistency\": \"committed\"",
                              lane->table));
    }
    settled_.wait_until(lock, time_point(deadline));
  }
}

void DocumentCommitter::settle_all(base::Micros deadline) {
  for (const LanePtr& lane : lanes()) settle(lane->workspace, lane->table, deadline);
}

}  // namespace boathouse::core
