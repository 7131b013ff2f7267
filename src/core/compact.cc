// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "base/error.h"
#include "core/commit.h"
#include "core/compaction_plan.h"
#include "core/frames.h"
#include "core/last_upload.h"
#include "core/rewrite_files.h"
#include "core/upkeep.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

constexpr int kMaxCommitAttempts = 20;
// After so many plans of which nothing could be committed the table's lock is taken for a plan of at most so many bytes,
// which holds commits up for a moment.
constexpr int kLossesBeforeLock = 3;
constexpr int kLossesBeforeEnd = 6;
constexpr std::int64_t kBytesUnderLock = 32 << 20;

// One group on its way to a commit.
struct Work {
  CompactionGroup group;
  Rewritten made;
};

iceberg::Scan scan_of(const Parts& parts, const TableState& state) {
  return iceberg::plan_scan(parts.cache, state.metadata, state.head());
}

class Compaction {
 public:
  Compaction(const Parts& parts, const meta::TableRow& table, std::string branch, const UpkeepOptions& options,
             Progress& progress)
      : parts_(parts), table_(table), branch_(std::move(branch)), progress_(progress) {
    limits_.target_bytes = static_cast<std::int64_t>(options.target_file_bytes);
    limits_.most_bytes = 2 * limits_.target_bytes;
  }

  Compacted run() {
    int losses = 0;
    while (losses < kLossesBeforeEnd) {
      progress_.check();
      FileUses::Use use = parts_.uses.begin(table_.workspace);
      std::optional<TableLocks::Guard> lock;
      CompactionLimits limits = limits_;
      if (losses >= kLossesBeforeLock) {
        lock.emplace(parts_.locks.lock(table_.workspace, table_.name));
        limits.most_bytes = std::min(limits.most_bytes, kBytesUnderLock);
      }
      auto state = now();
      if (!state) return done_;
      std::vector<Work> works = rewrite(*state, limits);
      if (works.empty()) return done_;
      if (!lock) lock.emplace(parts_.locks.lock(table_.workspace, table_.name));
      std::size_t committed = commit(works);
      losses = committed == 0 ? losses + 1 : 0;
      if (losses == kLossesBeforeEnd) done_.given_up += static_cast<std::int64_t>(works.size());
    }
    return done_;
  }

 private:
  std::optional<TableState> now() const {
    auto row = parts_.meta.catalog().find_table(table_.id);
    if (!row) return std::nullopt;
    TableState state = state_of(parts_, std::move(*row));
    if (!has_branch(*state.metadata, branch_)) return std::nullopt;
    return on_branch(std::move(state), branch_);
  }

  std::vector<Work> rewrite(const TableState& state, const CompactionLimits& limits) {
    std::vector<Work> works;
    try {
      for (CompactionGroup& group : plan(state, limits)) {
        progress_.check();
        Rewritten made = rewrite_files(parts_, state, group);
        works.push_back({std::move(group), std::move(made)});
      }
    } catch (...) {
      for (const Work& work : works) store::remove_all_quietly(parts_.store(), work.made.locations());
      throw;
    }
    return works;
  }

  std::vector<CompactionGroup> plan(const TableState& state, const CompactionLimits& limits) const {
    const iceberg::Scan scan = scan_of(parts_, state);
    CompactionScruples scruples{.spared = last_upload(state)};
    std::vector<CompactionGroup> groups = plan_compaction(scan, limits, scruples);
    if (groups.empty()) return groups;
    scruples.between = of_other_keys(state);
    return scruples.between.empty() ? groups : plan_compaction(scan, limits, scruples);
  }

  // When the rows of the frame's other keys came: all keys are also read together, in the order of their uploads.
  std::set<std::int64_t> of_other_keys(const TableState& state) const {
    std::set<std::int64_t> numbers;
    if (!key_of_branch(branch_)) return numbers;
    for (const auto& [name, ref] : state.metadata->refs) {
      if (ref.kind != iceberg::SnapshotRef::Kind::branch || name == branch_ || !key_of_branch(name)) continue;
      for (const iceberg::ScanFile& file : scan_of(parts_, on_branch(state, name)).files) {
        numbers.insert(*file.data->sequence_number);
      }
    }
    return numbers;
  }

  // How many groups got in. What the table left behind meanwhile is dropped.
  std::size_t commit(std::vector<Work>& works) {
    std::vector<std::string> locations;
    for (const Work& work : works) {
      for (std::string& location : work.made.locations()) locations.push_back(std::move(location));
    }
    try {
      for (int attempt = 0; attempt < kMaxCommitAttempts; ++attempt) {
        auto state = now();
        drop_misfits(works, state);
        if (works.empty()) break;
        if (commit_tables(parts_, request_for(*state, works)) == CommitOutcome::conflict) continue;
        for (const Work& work : works) count(work);
        return works.size();
      }
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::unknown_outcome) store::remove_all_quietly(parts_.store(), locations);
      throw;
    }
    for (const Work& work : works) store::remove_all_quietly(parts_.store(), work.made.locations());
    return 0;
  }

  void drop_misfits(std::vector<Work>& works, const std::optional<TableState>& state) {
    iceberg::Scan scan = state ? scan_of(parts_, *state) : iceberg::Scan{};
    std::erase_if(works, [&](const Work& work) {
      if (still_fits(work.group, scan)) return false;
      store::remove_all_quietly(parts_.store(), work.made.locations());
      return true;
    });
  }

  static CommitRequest request_for(const TableState& state, const std::vector<Work>& works) {
    CommitRequest request;
    iceberg::SnapshotChange snapshot;
    snapshot.id = base::new_snapshot_id();
    snapshot.branch = state.branch;
    snapshot.operation = iceberg::Operation::replace;
    snapshot.summary = {{std::string(kSummaryBy), "maintenance"}};
    for (const Work& work : works) {
      for (const auto* entries : {&work.group.obsolete, &work.group.deletes}) {
        for (const iceberg::EntryPtr& entry : *entries) snapshot.removed_files.push_back(entry->file.path);
      }
      snapshot.rewrites.insert(snapshot.rewrites.end(), work.made.data.begin(), work.made.data.end());
      snapshot.added_deletes.insert(snapshot.added_deletes.end(), work.made.deletes.begin(), work.made.deletes.end());
      for (std::string& location : work.made.locations()) request.files.push_back(std::move(location));
    }
    TableChange change;
    change.base = state;
    change.row = state.row;
    change.change.at = base::now_micros();
    change.change.snapshots.push_back(std::move(snapshot));
    // Its row tells afterwards whether a commit with an unknown outcome happened.
    meta::BatchRow batch;
    batch.id = base::BatchId(base::uuid_v7());
    batch.table = state.row.id;
    batch.workspace = state.row.workspace;
    batch.principal = "maintenance";
    batch.door = "maintenance";
    batch.mode = "compact";
    batch.branch = state.branch;
    batch.version = change.change.snapshots.back().id;
    batch.at = change.change.at;
    request.batches.push_back(std::move(batch));
    request.tables.push_back(std::move(change));
    return request;
  }

  void count(const Work& work) {
    const CompactionGroup& group = work.group;
    done_.files_before +=
        static_cast<std::int64_t>(group.files().size() + group.obsolete.size() + group.deletes.size());
    done_.bytes_before += group.bytes;
    auto add = [&](const std::vector<iceberg::DataFile>& files) {
      done_.files_after += static_cast<std::int64_t>(files.size());
      for (const iceberg::DataFile& file : files) done_.bytes_after += file.file_size;
    };
    for (const iceberg::Rewrite& rewrite : work.made.data) add(rewrite.made);
    add(work.made.deletes);
    progress_.advance(done_.files_before, 0, "files");
  }

  const Parts& parts_;
  const meta::TableRow& table_;
  const std::string branch_;
  Progress& progress_;
  CompactionLimits limits_;
  Compacted done_;
};

std::vector<std::string> branches_of(const Parts& parts, const meta::TableRow& table) {
  auto row = parts.meta.catalog().find_table(table.id);
  if (!row) return {};
  std::vector<std::string> branches{std::string(iceberg::kMainBranch)};
  const TableState state = state_of(parts, std::move(*row));
  for (const auto& [name, ref] : state.metadata->refs) {
    if (ref.kind == iceberg::SnapshotRef::Kind::branch && name != iceberg::kMainBranch) branches.push_back(name);
  }
  return branches;
}

}  // namespace

Compacted& Compacted::operator+=(const Compacted& other) {
  files_before += other.files_before;
  files_after += other.files_after;
  bytes_before += other.bytes_before;
  bytes_after += other.bytes_after;
  given_up += other.given_up;
  return *this;
}

Compacted compact(const Parts& parts, const meta::TableRow& table, const UpkeepOptions& options, Progress& progress) {
  Compacted done;
  for (const std::string& branch : branches_of(parts, table)) {
    done += Compaction(parts, table, branch, options, progress).run();
  }
  if (done.files_before > 0) {
    progress.log(fmt::format("{} files of {} bytes became {} of {} bytes", done.files_before, done.bytes_before,
                             done.files_after, done.bytes_after));
  }
  if (done.given_up > 0) progress.log("commits changed the files meanwhile; the rest waits for the next run");
  return done;
}

}  // namespace boathouse::core
