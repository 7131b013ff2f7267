// SPDX-License-Identifier: Apache-2.0
// The reader's side: records out of the log into the stretches of their tables. What commits them is in
// document_commits.cc.
#include "core/document_committer.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/log.h"
#include "core/document_columns.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

using namespace std::chrono_literals;
using base::Error;

// What comes within it is read together.
constexpr auto kGather = 50ms;
constexpr auto kIdle = 1s;

// Of one table: each has an open file.
constexpr std::size_t kMostStretches = 16;

std::uint64_t staged_bytes(const DocumentLane& lane) {
  std::uint64_t bytes = lane.open ? lane.open->bytes() : 0;
  for (const auto& stretch : lane.closed) bytes += stretch->bytes();
  return bytes;
}

void raise_to(std::atomic<landing::Position>& position, landing::Position to) {
  landing::Position now = position.load();
  while (now < to && !position.compare_exchange_weak(now, to)) {
  }
}

}  // namespace

DocumentCommitter::DocumentCommitter(const Parts& parts, Ingest& ingest, landing::Log& log, std::string node,
                                     DocumentKeys& keys, DocumentRules rules)
    : parts_(parts), ingest_(ingest), log_(log), node_(std::move(node)), keys_(keys), rules_(rules) {
  for (const meta::LandingRow& row : parts_.meta.catalog().landings(node_)) {
    lane_of(row.workspace, row.table)->watermark = static_cast<landing::Position>(row.position);
  }
  read_all();
  replaying_ = false;
}

DocumentCommitter::~DocumentCommitter() { stop(); }

void DocumentCommitter::start() {
  threads_.emplace_back([this] { run_reader(); });
  for (std::size_t i = 0; i < rules_.threads; ++i) {
    threads_.emplace_back([this] { run_writer(); });
  }
}

void DocumentCommitter::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  read_.notify_all();
  work_.notify_all();
  settled_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

DocumentCommitter::LanePtr DocumentCommitter::find_lane(const base::WorkspaceId& workspace,
                                                        std::string_view table) const {
  std::lock_guard lock(lanes_mutex_);
  auto found = lanes_.find(std::pair(workspace.value, base::fold_case(table)));
  return found == lanes_.end() ? nullptr : found->second;
}

DocumentCommitter::LanePtr DocumentCommitter::lane_of(const base::WorkspaceId& workspace, std::string_view table) {
  std::lock_guard lock(lanes_mutex_);
  auto [place, fresh] = lanes_.try_emplace(std::pair(workspace.value, base::fold_case(table)));
  if (fresh) {
    place->second = std::make_shared<DocumentLane>();
    place->second->workspace = workspace;
    place->second->table = std::string(table);
    place->second->folded = place->first.second;
  }
  return place->second;
}

std::vector<DocumentCommitter::LanePtr> DocumentCommitter::lanes() const {
  std::lock_guard lock(lanes_mutex_);
  std::vector<LanePtr> all;
  for (const auto& [name, lane] : lanes_) all.push_back(lane);
  return all;
}

void DocumentCommitter::landed(const base::WorkspaceId& workspace, std::string_view table, landing::Position position,
                               std::uint64_t documents) {
  LanePtr lane = lane_of(workspace, table);
  lane->received += documents;
  raise_to(lane->landed, position);
  if (!has_news_.exchange(true)) wake_reader(false);
}

void DocumentCommitter::wake_reader(bool now) {
  {
    std::lock_guard lock(mutex_);
    urgent_ = urgent_ || now;
  }
  read_.notify_one();
}

void DocumentCommitter::run_reader() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    read_.wait_for(lock, kIdle, [&] { return urgent_ || stopping_ || has_news_.load(); });
    read_.wait_for(lock, kGather, [&] { return urgent_ || stopping_; });
    if (stopping_) return;
    urgent_ = false;
    has_news_ = false;
    lock.unlock();
    try {
      read_all();
    } catch (const Error& error) {
      base::log_error("documents-unread", {{"why", error.message()}});
    }
    lock.lock();
    work_.notify_all();
    settled_.notify_all();
  }
}

void DocumentCommitter::read_all() {
  if (log_.durable() > scanned_) {
    landing::Cursor cursor = log_.read(scanned_);
    while (const landing::Record* record = cursor.next()) {
      take(*record);
      scanned_ = record->position;
    }
  }
  for (const LanePtr& lane : lanes()) read_behind(*lane);
}

void DocumentCommitter::take(const landing::Record& record) {
  DocumentHead head = decode_head(record.payload);
  LanePtr lane = lane_of(base::WorkspaceId(std::string(head.workspace)), head.table);
  std::lock_guard lock(lane->mutex);
  if (record.position <= lane->watermark) return;
  if (replaying_) {
    lane->received += head.documents;
    raise_to(lane->landed, record.position);
    if (!head.key.empty()) {
      IdempotencyKey key{std::string(head.key_scope), std::string(head.key), std::string(head.body_hash)};
      std::vector<std::string> ids;
      for (const StoredDocument& document : decode(record.payload).documents) ids.emplace_back(document.id);
      keys_.add_landed(key, std::move(ids));
    }
  }
  if (lane->behind) return;
  try {
    if (has_room(*lane)) return stage(*lane, record.position, record.payload);
  } catch (const Error& error) {
    base::log_warning("documents-not-staged", {{"table", lane->table}, {"why", error.message()}});
  }
  lane->behind = record.position - 1;
}

bool DocumentCommitter::has_room(const DocumentLane& lane) const {
  return staged_bytes(lane) < rules_.staged_bytes && lane.closed.size() < kMostStretches;
}

// Records of the lane that were passed over, now that there may be room for them.
void DocumentCommitter::read_behind(DocumentLane& lane) {
  std::unique_lock lock(lane.mutex);
  if (!lane.behind || !has_room(lane)) return;
  const std::uint64_t restarts = lane.restarts;
  landing::Cursor cursor = log_.read(*lane.behind);
  lock.unlock();
  while (const landing::Record* record = cursor.next()) {
    if (record->position > scanned_) break;
    DocumentHead head = decode_head(record->payload);
    if (head.workspace != lane.workspace.value || base::fold_case(head.table) != lane.folded) continue;
    lock.lock();
    if (lane.restarts != restarts || !has_room(lane)) return;
    if (record->position > lane.watermark) stage(lane, record->position, record->payload);
    lane.behind = record->position;
    lock.unlock();
  }
  lock.lock();
  if (lane.restarts == restarts) lane.behind.reset();
}

void DocumentCommitter::stage(DocumentLane& lane, landing::Position position, std::string_view payload) const {
  DocumentRecord record = decode(payload);
  if (lane.open) {
    // A commit's documents are of one hour, so that its files are of one partition.
    bool same_hour = lane.open->oldest() / base::kHour == record.head.received_at / base::kHour;
    bool full = lane.open->bytes() + payload.size() > rules_.commit_bytes;
    bool enough = lane.record_limit > 0 && lane.open->records() >= lane.record_limit;
    if (!same_hour || full || enough) lane.closed.push_back(std::move(lane.open));
  }
  if (!lane.open) {
    std::filesystem::path staging = parts_.layout.staging_of(lane.workspace);
    lane.open = std::make_unique<DocumentStretch>(std::move(staging), columns_for(lane));
  }
  lane.open->add(position, record);
}

// Those of the table as it is, and those that stretches on their way into it will add.
std::vector<batch::FlatColumn> DocumentCommitter::columns_for(const DocumentLane& lane) const {
  std::vector<batch::FlatColumn> columns;
  if (auto state = find_state(parts_, lane.workspace, lane.table)) columns = columns_of_documents(*state);
  if (lane.closed.empty()) return columns;
  std::set<std::string> names;
  for (const batch::FlatColumn& column : columns) names.insert(base::fold_case(column.name));
  for (const batch::FlatColumn& column : lane.closed.back()->columns()) {
    if (names.insert(base::fold_case(column.name)).second)
      columns.push_back({.name = column.name, .is_double = column.is_double});
  }
  return columns;
}

std::optional<std::string> DocumentCommitter::find(const base::WorkspaceId& workspace, std::string_view table,
                                                   std::string_view id) {
  LanePtr lane = find_lane(workspace, table);
  if (!lane) return std::nullopt;
  wait_until_read(lane->landed);
  std::unique_lock lock(lane->mutex);
  for (const auto& stretch : lane->closed) {
    if (auto document = stretch->find(id)) return document;
  }
  if (lane->open) {
    if (auto document = lane->open->find(id)) return document;
  }
  if (!lane->behind) return std::nullopt;
  landing::Cursor cursor = log_.read(*lane->behind);
  lock.unlock();
  while (const landing::Record* record = cursor.next()) {
    for (const StoredDocument& document : decode(record->payload).documents) {
      if (document.id == id) return std::string(document.text);
    }
  }
  return std::nullopt;
}

void DocumentCommitter::wait_until_read(landing::Position position) {
  if (scanned_ >= position) return;
  wake_reader(true);
  std::unique_lock lock(mutex_);
  settled_.wait_for(lock, kIdle, [&] { return scanned_ >= position || stopping_; });
}

DocumentBacklog DocumentCommitter::backlog() const {
  DocumentBacklog all;
  for (const LanePtr& lane : lanes()) {
    DocumentBacklog one = backlog(lane->workspace, lane->table);
    all.documents += one.documents;
    all.lag = std::max(all.lag, one.lag);
    all.failing += one.failing;
    if (one.failing > 0) all.failure = one.failure;
  }
  return all;
}

DocumentBacklog DocumentCommitter::backlog(const base::WorkspaceId& workspace, std::string_view table) const {
  DocumentBacklog backlog;
  LanePtr lane = find_lane(workspace, table);
  if (!lane) return backlog;
  {
    std::lock_guard lock(mutex_);
    backlog.failing = lane->failures > 0 ? 1 : 0;
    backlog.failure = lane->failure;
  }
  std::lock_guard lock(lane->mutex);
  std::uint64_t gone = lane->committed + lane->quarantined;
  backlog.documents = std::max(lane->received.load(), gone) - gone;
  const DocumentStretch* oldest = lane->first();
  if (oldest != nullptr && oldest->records() > 0) {
    backlog.lag = std::max<base::Micros>(base::now_micros() - oldest->oldest(), 0);
  }
  return backlog;
}

}  // namespace boathouse::core
