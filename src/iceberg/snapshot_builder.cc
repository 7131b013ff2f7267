// SPDX-License-Identifier: Apache-2.0
#include "iceberg/snapshot_builder.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"

namespace boathouse::iceberg {
using base::Error;
using base::ErrorKind;

namespace {

// Of random characters: enough that no two snapshots of a table ever share a file name.
constexpr std::size_t kPrefixLength = 12;

}  // namespace

SnapshotBuilder::SnapshotBuilder(MetadataCache& cache, const TableMetadata& metadata, const SnapshotChange& change,
                                 int schema_id, std::vector<std::string>& written)
    : cache_(cache),
      metadata_(metadata),
      change_(change),
      schema_id_(schema_id),
      written_(written),
      sequence_number_(metadata.last_sequence_number + 1),
      file_prefix_(base::random_text(kPrefixLength)) {
  for (const Rewrite& rewrite : change.rewrites) {
    if (rewrite.of.empty() || change.replace_all) {
      throw Error(ErrorKind::invalid_argument, "files are written anew that do not stay");
    }
    places_.emplace(rewrite.of.front(), &rewrite);
  }
}

SnapshotPtr SnapshotBuilder::build(const SnapshotPtr& parent, const SnapshotPtr& source, std::int64_t timestamp_ms) {
  load(source);
  check_required();
  if (change_.restore) count_difference(parent, source);
  if (change_.replace_all) {
    remove_all();
  } else {
    remove_files();
  }
  add_files();
  merge(FileContent::data);
  merge(FileContent::position_deletes);

  Snapshot::Parts parts;
  parts.id = change_.id;
  if (parent != nullptr) parts.parent_id = parent->id();
  parts.sequence_number = sequence_number_;
  parts.timestamp_ms = timestamp_ms;
  parts.schema_id = schema_id_;
  ManifestListHeader header{change_.id, parts.parent_id, sequence_number_};
  parts.manifest_list =
      write(fmt::format("snap-{}-{}.avro", change_.id, file_prefix_), manifest_list_to_avro(header, manifests_));
  auto snapshot = std::make_shared<const Snapshot>(parts, operation(), summary(source));
  cache_.remember(snapshot->manifest_list(), std::make_shared<const std::vector<ManifestFile>>(std::move(manifests_)));
  return snapshot;
}

void SnapshotBuilder::load(const SnapshotPtr& source) {
  if (source == nullptr) return;
  const ManifestListPtr list = cache_.manifest_list(source->manifest_list());
  for (const ManifestFile& file : *list) {
    // Manifests that only tell of removals told it to the version that made them.
    if (file.has_live_files()) manifests_.push_back(file);
  }
}

void SnapshotBuilder::check_required() {
  std::set<std::string_view> missing(change_.required_files.begin(), change_.required_files.end());
  for (const ManifestFile& file : manifests_) {
    if (missing.empty()) return;
    if (file.content != FileContent::data) continue;
    const ManifestPtr manifest = cache_.manifest(file);
    for (const ManifestEntry& entry : manifest->entries) {
      if (entry.is_live()) missing.erase(entry.file.path);
    }
  }
  if (!missing.empty())
    throw Error(ErrorKind::conflict, "a data file that this change needs is not in the table any more");
}

ManifestEntry SnapshotBuilder::removed(const ManifestEntry& entry) {
  ManifestEntry gone = entry;
  gone.status = EntryStatus::deleted;
  gone.snapshot_id = change_.id;
  removed_.count(entry.file);
  changed_partitions_.insert(std::to_string(entry.file.spec_id) + partition_key(entry.file.partition));
  return gone;
}

void SnapshotBuilder::remove_all() {
  std::map<std::pair<FileContent, int>, std::vector<ManifestEntry>> gone;
  for (const ManifestFile& file : manifests_) {
    const ManifestPtr manifest = cache_.manifest(file);
    for (const ManifestEntry& entry : manifest->entries) {
      if (entry.is_live()) gone[{file.content, file.spec_id}].push_back(removed(entry));
    }
  }
  manifests_.clear();
  for (auto& [kind, entries] : gone) manifests_.push_back(write_manifest(kind.first, kind.second, std::move(entries)));
}

void SnapshotBuilder::remove_files() {
  std::set<std::string> gone(change_.removed_files.begin(), change_.removed_files.end());
  for (const Rewrite& rewrite : change_.rewrites) gone.insert(rewrite.of.begin(), rewrite.of.end());
  if (gone.empty()) return;
  std::set<std::string_view> missing(gone.begin(), gone.end());
  for (const ManifestFile& file : manifests_) {
    ManifestPtr manifest = cache_.manifest(file);
    for (const ManifestEntry& entry : manifest->entries) {
      if (entry.is_live()) missing.erase(entry.file.path);
    }
  }
  if (!missing.empty()) throw Error(ErrorKind::conflict, "a file to remove is not in the table any more");
  for (ManifestFile& file : manifests_) rewrite_without(file, *cache_.manifest(file), gone);
}

void SnapshotBuilder::rewrite_without(ManifestFile& file, const Manifest& manifest, const std::set<std::string>& gone) {
  auto goes = [&](const ManifestEntry& entry) {
    if (!entry.is_live()) return false;
    if (gone.contains(entry.file.path)) return true;
    // A delete file that concerns one removed data file only has nothing left to delete.
    auto only = entry.file.content == FileContent::position_deletes ? only_deleted_from(entry.file) : std::nullopt;
    return only && gone.contains(*only);
  };
  if (std::none_of(manifest.entries.begin(), manifest.entries.end(), goes)) return;
  std::vector<ManifestEntry> entries;
  for (const ManifestEntry& entry : manifest.entries) {
    if (goes(entry)) {
      put_in_place(entry, entries);
      entries.push_back(removed(entry));
    } else if (entry.is_live()) {
      entries.push_back(entry);
      entries.back().status = EntryStatus::existing;
    }
  }
  file = write_manifest(file.content, file.spec_id, std::move(entries));
}

void SnapshotBuilder::put_in_place(const ManifestEntry& old, std::vector<ManifestEntry>& entries) {
  auto place = places_.find(old.file.path);
  if (place == places_.end()) return;
  for (const DataFile& file : place->second->made) {
    if (file.spec_id != old.file.spec_id) {
      throw Error(ErrorKind::invalid_argument, "a file written anew has another partitioning");
    }
    entries.push_back(added(file, FileContent::data));
    entries.back().sequence_number = old.sequence_number;
  }
}

ManifestEntry SnapshotBuilder::added(const DataFile& file, FileContent content) {
  if (file.content != content) throw Error(ErrorKind::invalid_argument, "a file is added as what it is not");
  added_.count(file);
  changed_partitions_.insert(std::to_string(file.spec_id) + partition_key(file.partition));
  return {EntryStatus::added, change_.id, std::nullopt, std::nullopt, file};
}

void SnapshotBuilder::add_files() {
  std::map<std::pair<FileContent, int>, std::vector<ManifestEntry>> entries_of;
  auto take = [&](const std::vector<DataFile>& files, FileContent content) {
    for (const DataFile& file : files) entries_of[{content, file.spec_id}].push_back(added(file, content));
  };
  take(change_.added_data, FileContent::data);
  take(change_.added_deletes, FileContent::position_deletes);
  for (auto& [kind, entries] : entries_of) {
    manifests_.insert(manifests_.begin(), write_manifest(kind.first, kind.second, std::move(entries)));
  }
}

// For a restore: what the branch gains and loses against its head.
void SnapshotBuilder::count_difference(const SnapshotPtr& parent, const SnapshotPtr& source) {
  using Files = std::map<std::string, ManifestEntry>;
  auto live = [&](const SnapshotPtr& snapshot) {
    Files files;
    if (snapshot == nullptr) return files;
    const ManifestListPtr list = cache_.manifest_list(snapshot->manifest_list());
    for (const ManifestFile& file : *list) {
      if (!file.has_live_files()) continue;
      const ManifestPtr manifest = cache_.manifest(file);
      for (const ManifestEntry& entry : manifest->entries) {
        if (entry.is_live()) files.emplace(entry.file.path, entry);
      }
    }
    return files;
  };
  Files before = live(parent);
  Files after = live(source);
  auto count = [&](const Files& from, const Files& other, FileFigures& figures) {
    for (const auto& [path, entry] : from) {
      if (other.contains(path)) continue;
      figures.count(entry.file);
      changed_partitions_.insert(std::to_string(entry.file.spec_id) + partition_key(entry.file.partition));
    }
  };
  count(before, after, lost_);
  count(after, before, gained_);
}

}  // namespace boathouse::iceberg
