// SPDX-License-Identifier: Apache-2.0
#include "core/compaction_plan.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

namespace boathouse::core {
namespace {

using iceberg::EntryPtr;
using iceberg::ScanFile;

// A data file with what its rows and deletes amount to.
struct Candidate {
  const ScanFile* file = nullptr;
  double deleted = 0;           // rows, estimated where a delete file concerns several data files
  std::size_t own_deletes = 0;  // delete files that concern no other data file
  bool taken = false;

  std::int64_t bytes() const { return file->data->file.file_size; }
  double rows() const { return static_cast<double>(std::max<std::int64_t>(1, file->data->file.record_count)); }
  bool has_many_deletes() const { return own_deletes > kMostDeletesOfFile || deleted >= kMostDeletedRows * rows(); }
};

struct DeleteFile {
  EntryPtr entry;
  std::vector<Candidate*> concerns;
};

class PartitionPlan {
 public:
  PartitionPlan(const std::vector<const ScanFile*>& files, const CompactionLimits& limits, std::int64_t table_bytes,
                std::optional<iceberg::SnapshotId> spared)
      : limits_(limits), most_small_(std::max(kAlwaysRewritten, table_bytes / kPartRewritten)) {
    for (const ScanFile* file : files) {
      candidates_.push_back({.file = file, .taken = spared && file->data->snapshot_id == *spared});
    }
    std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return std::tie(*a.file->data->sequence_number, a.file->data->file.path) <
             std::tie(*b.file->data->sequence_number, b.file->data->file.path);
    });
    index_deletes();
  }

  std::vector<CompactionGroup> groups() {
    take_deleted_from();
    take_small();
    merge_deletes();
    return std::move(groups_);
  }

 private:
  void index_deletes() {
    for (Candidate& candidate : candidates_) {
      for (const EntryPtr& entry : candidate.file->deletes) {
        DeleteFile& deletes = deletes_[entry->file.path];
        deletes.entry = entry;
        deletes.concerns.push_back(&candidate);
      }
    }
    for (const auto& [path, deletes] : deletes_) estimate(deletes);
  }

  static void estimate(const DeleteFile& deletes) {
    const bool is_own = iceberg::only_deleted_from(deletes.entry->file).has_value();
    double rows = 0;
    for (const Candidate* candidate : deletes.concerns) rows += candidate->rows();
    for (Candidate* candidate : deletes.concerns) {
      // A delete file names a range of data files; those that came with it are in the range by chance.
      if (candidate->file->data->sequence_number == deletes.entry->sequence_number) continue;
      candidate->own_deletes += is_own ? 1 : 0;
      candidate->deleted += static_cast<double>(deletes.entry->file.record_count) * candidate->rows() / rows;
    }
  }

  void take_deleted_from() {
    std::vector<Candidate*> bin;
    std::int64_t bytes = 0;
    for (Candidate& candidate : candidates_) {
      if (candidate.taken || candidate.file->deletes.empty() || !candidate.has_many_deletes()) continue;
      if (!bin.empty() && bytes + candidate.bytes() > limits_.target_bytes) {
        add_group(bin);
        bin.clear();
        bytes = 0;
      }
      bin.push_back(&candidate);
      bytes += candidate.bytes();
    }
    if (!bin.empty()) add_group(bin);
  }

  void take_small() {
    std::map<int, std::vector<Candidate*>> tiers;
    for (Candidate& candidate : candidates_) {
      if (candidate.taken || candidate.bytes() >= limits_.target_bytes / 4) continue;
      tiers[tier_of(candidate.bytes())].push_back(&candidate);
    }
    std::int64_t total = 0;
    for (const auto& [tier, files] : tiers) {
      std::vector<Candidate*> bin;
      std::int64_t bytes = 0;
      auto close = [&] {
        if (bin.size() >= kFilesOfOneSize || bytes >= limits_.target_bytes / 2) {
          add_group(bin);
          total += bytes;
        }
        bin.clear();
        bytes = 0;
      };
      for (Candidate* candidate : files) {
        if (total + bytes + candidate->bytes() > most_small_) break;
        bin.push_back(candidate);
        bytes += candidate->bytes();
        if (bytes >= limits_.target_bytes / 2) close();
      }
      close();
    }
  }

  // Powers of four.
  static int tier_of(std::int64_t bytes) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(bytes) / kSmallest)) / 2;
  }

  void add_group(const std::vector<Candidate*>& files) {
    CompactionGroup group = new_group();
    std::set<std::string> concerned;
    for (Candidate* candidate : files) {
      candidate->taken = true;
      group.files.push_back(*candidate->file);
      group.bytes += candidate->bytes();
      for (const EntryPtr& entry : candidate->file->deletes) concerned.insert(entry->file.path);
    }
    // What another group of this plan merges or removes names these files too: they wait for the next plan.
    if (!std::all_of(concerned.begin(), concerned.end(), [&](auto& path) { return deletes_.contains(path); })) return;
    for (const std::string& path : concerned) {
      DeleteFile& deletes = deletes_.at(path);
      auto of_group = [&](const Candidate* candidate) {
        return std::find(files.begin(), files.end(), candidate) != files.end();
      };
      bool all = std::all_of(deletes.concerns.begin(), deletes.concerns.end(), of_group);
      (all ? group.obsolete : group.deletes).push_back(deletes.entry);
      group.bytes += deletes.entry->file.file_size;
      deletes_.erase(path);
    }
    groups_.push_back(std::move(group));
  }

  void merge_deletes() {
    if (deletes_.size() <= kMostDeleteFiles) return;
    CompactionGroup group = new_group();
    for (const auto& [path, deletes] : deletes_) {
      group.deletes.push_back(deletes.entry);
      group.bytes += deletes.entry->file.file_size;
    }
    groups_.push_back(std::move(group));
  }

  CompactionGroup new_group() const {
    const iceberg::DataFile& any = candidates_.front().file->data->file;
    CompactionGroup group;
    group.spec_id = any.spec_id;
    group.partition = any.partition;
    return group;
  }

  static constexpr std::uint64_t kSmallest = 4096;

  const CompactionLimits& limits_;
  const std::int64_t most_small_;
  std::vector<Candidate> candidates_;          // oldest first
  std::map<std::string, DeleteFile> deletes_;  // by path; those that no group has
  std::vector<CompactionGroup> groups_;
};

}  // namespace

std::vector<CompactionGroup> plan_compaction(const iceberg::Scan& scan, const CompactionLimits& limits,
                                             std::optional<iceberg::SnapshotId> spared) {
  std::map<std::pair<int, std::string>, std::vector<const ScanFile*>> partitions;
  std::int64_t table_bytes = 0;
  for (const ScanFile& file : scan.files) {
    const iceberg::DataFile& data = file.data->file;
    partitions[{data.spec_id, iceberg::partition_key(data.partition)}].push_back(&file);
    table_bytes += data.file_size;
  }
  std::vector<CompactionGroup> chosen;
  std::int64_t bytes = 0;
  for (const auto& [key, files] : partitions) {
    for (CompactionGroup& group : PartitionPlan(files, limits, table_bytes, spared).groups()) {
      if (!chosen.empty() && bytes + group.bytes > limits.most_bytes) return chosen;
      bytes += group.bytes;
      chosen.push_back(std::move(group));
    }
  }
  return chosen;
}

bool still_fits(const CompactionGroup& group, const iceberg::Scan& now) {
  std::map<std::string_view, const ScanFile*> files;
  std::set<std::string_view> deletes;
  for (const ScanFile& file : now.files) {
    files.emplace(file.data->file.path, &file);
    for (const EntryPtr& entry : file.deletes) deletes.insert(entry->file.path);
  }
  auto paths = [](const ScanFile& file) {
    std::set<std::string_view> found;
    for (const EntryPtr& entry : file.deletes) found.insert(entry->file.path);
    return found;
  };
  for (const ScanFile& file : group.files) {
    auto found = files.find(file.data->file.path);
    if (found == files.end() || paths(*found->second) != paths(file)) return false;
  }
  auto there = [&](const EntryPtr& entry) { return deletes.contains(entry->file.path); };
  return std::all_of(group.deletes.begin(), group.deletes.end(), there) &&
         std::all_of(group.obsolete.begin(), group.obsolete.end(), there);
}

}  // namespace boathouse::core
