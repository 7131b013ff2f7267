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
                const CompactionScruples& scruples)
      : limits_(limits),
        most_small_(std::max(kAlwaysRewritten, table_bytes / kPartRewritten)),
        between_(files.size() <= kMostApart ? scruples.between : kNothing) {
    for (const ScanFile* file : files) {
      candidates_.push_back({.file = file, .taken = scruples.spared && file->data->snapshot_id == *scruples.spared});
    }
    index_deletes();
  }

  std::vector<CompactionGroup> groups() {
    take_deleted_from();
    take_small();
    merge_deletes();
    return std::move(groups_);
  }

 private:
  // Candidates of a partition next to each other.
  struct Run {
    std::vector<Candidate*> files;
    std::int64_t bytes = 0;
    std::int64_t largest = 0;

    void add(Candidate* candidate) {
      files.push_back(candidate);
      bytes += candidate->bytes();
      largest = std::max(largest, candidate->bytes());
    }
  };

  // Whether the candidate may be merged with the one before it.
  bool goes_on(const Candidate& candidate) const {
    if (&candidate == &candidates_.front()) return false;
    const std::int64_t before = *(&candidate - 1)->file->data->sequence_number;
    auto other = between_.upper_bound(before);
    return other == between_.end() || *other >= *candidate.file->data->sequence_number;
  }

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
      if (candidate->file->data->file_sequence_number == deletes.entry->file_sequence_number) continue;
      candidate->own_deletes += is_own ? 1 : 0;
      candidate->deleted += static_cast<double>(deletes.entry->file.record_count) * candidate->rows() / rows;
    }
  }

  void take_deleted_from() {
    std::vector<Run> bin;
    std::int64_t bytes = 0;
    const Candidate* last = nullptr;
    for (Candidate& candidate : candidates_) {
      if (candidate.taken || candidate.file->deletes.empty() || !candidate.has_many_deletes()) continue;
      if (!bin.empty() && bytes + candidate.bytes() > limits_.target_bytes) {
        add_group(bin);
        bin.clear();
        bytes = 0;
      }
      if (bin.empty() || last != &candidate - 1 || !goes_on(candidate)) bin.emplace_back();
      bin.back().add(&candidate);
      bytes += candidate.bytes();
      last = &candidate;
    }
    if (!bin.empty()) add_group(bin);
  }

  void take_small() {
    std::set<int> tiers;
    for (const Candidate& candidate : candidates_) {
      if (is_small(candidate)) tiers.insert(tier_of(candidate.bytes()));
    }
    std::int64_t total = 0;
    for (int tier : tiers) {
      Run run;
      auto close = [&] {
        const bool enough = run.files.size() >= kFilesOfOneSize || run.bytes >= limits_.target_bytes / 2;
        if (enough && run.bytes >= 2 * run.largest) {
          add_group({run});
          total += run.bytes;
        }
        run = {};
      };
      for (Candidate& candidate : candidates_) {
        const bool fits = is_small(candidate) && tier_of(candidate.bytes()) <= tier;
        if (!fits || !goes_on(candidate)) close();
        if (!fits) continue;
        if (total + run.bytes + candidate.bytes() > most_small_) break;
        run.add(&candidate);
        if (run.bytes >= limits_.target_bytes / 2) close();
      }
      close();
    }
  }

  bool is_small(const Candidate& candidate) const {
    return !candidate.taken && candidate.bytes() < limits_.target_bytes / 4;
  }

  // Powers of four.
  static int tier_of(std::int64_t bytes) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(bytes) / kSmallest)) / 2;
  }

  void add_group(const std::vector<Run>& runs) {
    CompactionGroup group = new_group();
    std::set<const Candidate*> taken;
    std::set<std::string> concerned;
    for (const Run& run : runs) {
      group.bytes += run.bytes;
      Stretch& stretch = group.stretches.emplace_back();
      for (Candidate* candidate : run.files) {
        candidate->taken = true;
        taken.insert(candidate);
        stretch.push_back(*candidate->file);
        for (const EntryPtr& entry : candidate->file->deletes) concerned.insert(entry->file.path);
      }
    }
    // What another group of this plan merges or removes names these files too: they wait for the next plan.
    if (!std::all_of(concerned.begin(), concerned.end(), [&](auto& path) { return deletes_.contains(path); })) return;
    for (const std::string& path : concerned) {
      DeleteFile& deletes = deletes_.at(path);
      bool all = std::ranges::all_of(deletes.concerns, [&](const Candidate* each) { return taken.contains(each); });
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
  static inline const std::set<std::int64_t> kNothing{};

  const CompactionLimits& limits_;
  const std::int64_t most_small_;
  const std::set<std::int64_t>& between_;
  std::vector<Candidate> candidates_;          // oldest first
  std::map<std::string, DeleteFile> deletes_;  // by path; those that no group has
  std::vector<CompactionGroup> groups_;
};

std::pair<int, std::string> partition_of(const iceberg::DataFile& file) {
  return {file.spec_id, iceberg::partition_key(file.partition)};
}

// The files of each partition, oldest first.
std::map<std::pair<int, std::string>, std::vector<const ScanFile*>> by_partition(const iceberg::Scan& scan) {
  std::map<std::pair<int, std::string>, std::vector<const ScanFile*>> partitions;
  for (const ScanFile& file : scan.files) partitions[partition_of(file.data->file)].push_back(&file);
  return partitions;
}

}  // namespace

std::vector<const iceberg::DataFile*> CompactionGroup::files() const {
  std::vector<const iceberg::DataFile*> all;
  for (const Stretch& stretch : stretches) {
    for (const ScanFile& file : stretch) all.push_back(&file.data->file);
  }
  return all;
}

std::vector<CompactionGroup> plan_compaction(const iceberg::Scan& scan, const CompactionLimits& limits,
                                             const CompactionScruples& scruples) {
  std::int64_t table_bytes = 0;
  for (const ScanFile& file : scan.files) table_bytes += file.data->file.file_size;
  std::vector<CompactionGroup> chosen;
  std::int64_t bytes = 0;
  for (const auto& [key, files] : by_partition(scan)) {
    for (CompactionGroup& group : PartitionPlan(files, limits, table_bytes, scruples).groups()) {
      if (!chosen.empty() && bytes + group.bytes > limits.most_bytes) return chosen;
      bytes += group.bytes;
      chosen.push_back(std::move(group));
    }
  }
  return chosen;
}

bool still_fits(const CompactionGroup& group, const iceberg::Scan& now) {
  std::vector<const ScanFile*> files;
  std::set<std::string_view> deletes;
  const auto partition = std::pair(group.spec_id, iceberg::partition_key(group.partition));
  for (const ScanFile& file : now.files) {
    if (partition_of(file.data->file) == partition) files.push_back(&file);
    for (const EntryPtr& entry : file.deletes) deletes.insert(entry->file.path);
  }
  auto same = [](const ScanFile* there, const ScanFile& planned) {
    auto paths = [](const ScanFile& file) {
      std::set<std::string_view> found;
      for (const EntryPtr& entry : file.deletes) found.insert(entry->file.path);
      return found;
    };
    return planned.data->file.path == there->data->file.path && paths(planned) == paths(*there);
  };
  for (const Stretch& stretch : group.stretches) {
    if (std::search(files.begin(), files.end(), stretch.begin(), stretch.end(), same) == files.end()) return false;
  }
  auto there = [&](const EntryPtr& entry) { return deletes.contains(entry->file.path); };
  return std::all_of(group.deletes.begin(), group.deletes.end(), there) &&
         std::all_of(group.obsolete.begin(), group.obsolete.end(), there);
}

}  // namespace boathouse::core
