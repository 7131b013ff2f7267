// SPDX-License-Identifier: Apache-2.0
#include "iceberg/snapshot_builder.h"

#include <algorithm>

#include "base/error.h"
#include "base/ids.h"
#include "iceberg/bounds.h"
#include "store/location.h"

namespace boathouse::iceberg {
using base::Error;
using base::ErrorKind;

namespace {

bool is_live(const ManifestEntry& entry) { return entry.status != EntryStatus::deleted; }

bool is_float(const Type& type) { return type.kind() == TypeKind::float32 || type.kind() == TypeKind::float64; }

bool is_nan(const Value& value) {
  if (const auto* v = std::get_if<float>(&value)) return *v != *v;
  if (const auto* v = std::get_if<double>(&value)) return *v != *v;
  return false;
}

std::vector<PartitionSummary> summarise(const std::vector<Field>& partition, const std::vector<ManifestEntry>& entries) {
  std::vector<PartitionSummary> summaries;
  for (std::size_t i = 0; i < partition.size(); ++i) {
    PartitionSummary summary;
    if (is_float(partition[i].type)) summary.contains_nan = false;
    const Value* least = nullptr;
    const Value* most = nullptr;
    for (const ManifestEntry& entry : entries) {
      const Value& value = entry.file.partition.at(i);
      if (is_null(value)) {
        summary.contains_null = true;
      } else if (is_nan(value)) {
        summary.contains_nan = true;
      } else {
        if (least == nullptr || compare(value, *least) < 0) least = &value;
        if (most == nullptr || compare(value, *most) > 0) most = &value;
      }
    }
    if (least != nullptr) summary.lower_bound = to_single_value(partition[i].type, *least);
    if (most != nullptr) summary.upper_bound = to_single_value(partition[i].type, *most);
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

void count_entry(ManifestFile& file, const ManifestEntry& entry) {
  switch (entry.status) {
    case EntryStatus::added:
      ++file.added_files;
      file.added_rows += entry.file.record_count;
      break;
    case EntryStatus::existing:
      ++file.existing_files;
      file.existing_rows += entry.file.record_count;
      break;
    case EntryStatus::deleted:
      ++file.deleted_files;
      file.deleted_rows += entry.file.record_count;
      break;
  }
}

FileContent manifest_content(FileContent content) {
  return content == FileContent::data ? FileContent::data : FileContent::position_deletes;
}

}  // namespace

void FileFigures::count(const DataFile& file) {
  bytes += file.file_size;
  if (file.content == FileContent::data) {
    ++data_files;
    records += file.record_count;
  } else {
    ++delete_files;
    (file.content == FileContent::position_deletes ? position_deletes : equality_deletes) += file.record_count;
  }
}

FileFigures FileFigures::operator+(const FileFigures& other) const {
  return {data_files + other.data_files,     records + other.records,
          delete_files + other.delete_files, position_deletes + other.position_deletes,
          equality_deletes + other.equality_deletes, bytes + other.bytes};
}

SnapshotBuilder::SnapshotBuilder(MetadataCache& cache, const TableMetadata& metadata, const SnapshotChange& change,
                                 std::vector<std::string>& written)
    : cache_(cache),
      metadata_(metadata),
      change_(change),
      written_(written),
      sequence_number_(metadata.last_sequence_number + 1),
      file_prefix_(base::uuid_v7()) {}

SnapshotPtr SnapshotBuilder::build(const SnapshotPtr& parent, const SnapshotPtr& source, std::int64_t timestamp_ms) {
  load(source);
  check_required();
  if (change_.restore) count_difference(parent, source);
  if (change_.replace_all) {
    remove_all();
  } else if (!change_.removed_files.empty()) {
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
  parts.schema_id = metadata_.current_schema_id;
  ManifestListHeader header{change_.id, parts.parent_id, sequence_number_};
  parts.manifest_list =
      write(fmt::format("snap-{}-0-{}.avro", change_.id, file_prefix_), manifest_list_to_avro(header, manifests_));
  auto snapshot = std::make_shared<const Snapshot>(parts, operation(), summary(source));
  cache_.remember(snapshot->manifest_list(), std::make_shared<const std::vector<ManifestFile>>(std::move(manifests_)));
  return snapshot;
}

void SnapshotBuilder::load(const SnapshotPtr& source) {
  if (source == nullptr) return;
  for (const ManifestFile& file : *cache_.manifest_list(source->manifest_list())) {
    // Manifests that only tell of removals told it to the version that made them.
    if (file.has_live_files()) manifests_.push_back(file);
  }
}

void SnapshotBuilder::check_required() {
  std::set<std::string_view> missing(change_.required_files.begin(), change_.required_files.end());
  for (const ManifestFile& file : manifests_) {
    if (missing.empty()) return;
    if (file.content != FileContent::data) continue;
    for (const ManifestEntry& entry : cache_.manifest(file)->entries) {
      if (is_live(entry)) missing.erase(entry.file.path);
    }
  }
  if (!missing.empty()) throw Error(ErrorKind::conflict, "a data file that this change needs is not in the table any more");
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
    for (const ManifestEntry& entry : cache_.manifest(file)->entries) {
      if (is_live(entry)) gone[{file.content, file.spec_id}].push_back(removed(entry));
    }
  }
  manifests_.clear();
  for (auto& [kind, entries] : gone) manifests_.push_back(write_manifest(kind.first, kind.second, std::move(entries)));
}

void SnapshotBuilder::remove_files() {
  std::set<std::string> gone(change_.removed_files.begin(), change_.removed_files.end());
  std::set<std::string_view> missing(gone.begin(), gone.end());
  for (const ManifestFile& file : manifests_) {
    ManifestPtr manifest = cache_.manifest(file);
    for (const ManifestEntry& entry : manifest->entries) {
      if (is_live(entry)) missing.erase(entry.file.path);
    }
  }
  if (!missing.empty()) throw Error(ErrorKind::conflict, "a file to remove is not in the table any more");
  for (ManifestFile& file : manifests_) rewrite_without(file, *cache_.manifest(file), gone);
}

void SnapshotBuilder::rewrite_without(ManifestFile& file, const Manifest& manifest, const std::set<std::string>& gone) {
  auto goes = [&](const ManifestEntry& entry) {
    if (!is_live(entry)) return false;
    if (gone.contains(entry.file.path)) return true;
    // A delete file that concerns one removed data file only has nothing left to delete.
    auto only = entry.file.content == FileContent::position_deletes ? only_deleted_from(entry.file) : std::nullopt;
    return only && gone.contains(*only);
  };
  if (std::none_of(manifest.entries.begin(), manifest.entries.end(), goes)) return;
  std::vector<ManifestEntry> entries;
  for (const ManifestEntry& entry : manifest.entries) {
    if (goes(entry)) {
      entries.push_back(removed(entry));
    } else if (is_live(entry)) {
      entries.push_back(entry);
      entries.back().status = EntryStatus::existing;
    }
  }
  file = write_manifest(file.content, file.spec_id, std::move(entries));
}

void SnapshotBuilder::add_files() {
  std::map<std::pair<FileContent, int>, std::vector<ManifestEntry>> added;
  auto take = [&](const std::vector<DataFile>& files, FileContent content) {
    for (const DataFile& file : files) {
      if (file.content != content) throw Error(ErrorKind::invalid_argument, "a file is added as what it is not");
      added_.count(file);
      changed_partitions_.insert(std::to_string(file.spec_id) + partition_key(file.partition));
      added[{content, file.spec_id}].push_back({EntryStatus::added, change_.id, std::nullopt, std::nullopt, file});
    }
  };
  take(change_.added_data, FileContent::data);
  take(change_.added_deletes, FileContent::position_deletes);
  for (auto& [kind, entries] : added) {
    manifests_.insert(manifests_.begin(), write_manifest(kind.first, kind.second, std::move(entries)));
  }
}

// For a restore: what the branch gains and loses against its head.
void SnapshotBuilder::count_difference(const SnapshotPtr& parent, const SnapshotPtr& source) {
  using Files = std::map<std::string, ManifestEntry>;
  auto live = [&](const SnapshotPtr& snapshot) {
    Files files;
    if (snapshot == nullptr) return files;
    for (const ManifestFile& file : *cache_.manifest_list(snapshot->manifest_list())) {
      if (!file.has_live_files()) continue;
      for (const ManifestEntry& entry : cache_.manifest(file)->entries) {
        if (is_live(entry)) files.emplace(entry.file.path, entry);
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

// Past kMaxManifests the small ones become one. A manifest joins while it is at most twice as large as all smaller ones
// together, so that each file's entry is rewritten a logarithm of times over a table's life, not at every merge.
void SnapshotBuilder::merge(FileContent content) {
  constexpr std::int64_t kMergeFactor = 2;
  constexpr std::int64_t kLargestMerge = 100'000;  // entries
  auto is_of = [&](const ManifestFile& file) { return file.content == content; };
  if (static_cast<std::size_t>(std::count_if(manifests_.begin(), manifests_.end(), is_of)) <= kMaxManifests) return;

  std::map<int, std::vector<const ManifestFile*>> by_spec;
  for (const ManifestFile& file : manifests_) {
    if (is_of(file)) by_spec[file.spec_id].push_back(&file);
  }
  std::set<std::string> merged;
  std::vector<ManifestFile> results;
  for (auto& [spec_id, files] : by_spec) {
    const PartitionSpec& spec = metadata_.spec_by_id(spec_id);
    if (std::any_of(spec.fields.begin(), spec.fields.end(),
                    [](const PartitionField& field) { return field.transform.kind == Transform::Kind::unknown; })) {
      continue;
    }
    auto size = [](const ManifestFile* file) { return std::int64_t{file->added_files} + file->existing_files; };
    std::stable_sort(files.begin(), files.end(), [&](auto* a, auto* b) { return size(a) < size(b); });
    std::int64_t total = 0;
    std::size_t count = 0;
    for (; count < files.size(); ++count) {
      std::int64_t next = size(files[count]);
      if (count > 0 && (next > kMergeFactor * total || total + next > kLargestMerge)) break;
      total += next;
    }
    if (count < 2) continue;
    std::vector<ManifestEntry> entries;
    for (std::size_t i = 0; i < count; ++i) {
      merged.insert(files[i]->path);
      for (const ManifestEntry& entry : cache_.manifest(*files[i])->entries) {
        bool of_this = entry.snapshot_id == change_.id;
        if (!is_live(entry) && !of_this) continue;
        entries.push_back(entry);
        if (is_live(entry) && !of_this) entries.back().status = EntryStatus::existing;
      }
    }
    results.push_back(write_manifest(content, spec_id, std::move(entries)));
  }
  std::erase_if(manifests_, [&](const ManifestFile& file) { return merged.contains(file.path); });
  manifests_.insert(manifests_.begin(), results.begin(), results.end());
}

ManifestHeader SnapshotBuilder::header_for(FileContent content, int spec_id) const {
  ManifestHeader header{content, metadata_.schema(), metadata_.spec_by_id(spec_id), {}};
  for (const PartitionField& field : header.spec.fields) {
    if (field.transform.kind == Transform::Kind::unknown) {
      throw Error(ErrorKind::unprocessable, "the partition '" + field.name + "' has a transform that we cannot write");
    }
    if (header.schema.find(field.source_id) != nullptr) continue;
    // An old spec's column may be gone; then the newest schema that has it says its type.
    for (const Schema& schema : metadata_.schemas) {
      if (schema.find(field.source_id) != nullptr) header.schema = schema;
    }
  }
  header.partition = partition_fields(header.spec, header.schema, metadata_.schemas);
  return header;
}

ManifestFile SnapshotBuilder::write_manifest(FileContent content, int spec_id, std::vector<ManifestEntry> entries) {
  ManifestHeader header = header_for(content, spec_id);
  ManifestFile file;
  file.spec_id = spec_id;
  file.content = manifest_content(content);
  file.sequence_number = sequence_number_;
  file.min_sequence_number = sequence_number_;
  file.added_snapshot_id = change_.id;
  for (ManifestEntry& entry : entries) {
    if (entry.file.partition.size() != header.partition.size()) {
      throw Error(ErrorKind::invalid_argument, "a file's partition does not have its spec's fields");
    }
    count_entry(file, entry);
    // What this snapshot adds inherits its numbers, also when a merge read them back resolved.
    if (entry.status == EntryStatus::added) entry.sequence_number = entry.file_sequence_number = std::nullopt;
    if (is_live(entry) && entry.sequence_number) {
      file.min_sequence_number = std::min(file.min_sequence_number, *entry.sequence_number);
    }
  }
  file.partitions = summarise(header.partition, entries);
  std::string bytes = manifest_to_avro(header, entries);
  file.path = write(fmt::format("{}-m{}.avro", file_prefix_, manifests_written_++), bytes);
  file.length = static_cast<std::int64_t>(bytes.size());

  for (ManifestEntry& entry : entries) {
    if (!entry.sequence_number) entry.sequence_number = entry.file_sequence_number = sequence_number_;
    entry.file.spec_id = spec_id;
  }
  auto manifest = std::make_shared<const Manifest>(Manifest{file.content, spec_id, header.schema.id(), std::move(entries)});
  cache_.remember(file.path, ManifestPtr(manifest));
  return file;
}

std::string SnapshotBuilder::write(const std::string& name, std::string_view bytes) {
  std::string location = store::join(metadata_.location, "metadata/" + name);
  cache_.store().put(location, bytes, store::Durability::later);
  written_.push_back(location);
  return location;
}

Operation SnapshotBuilder::operation() const {
  if (change_.operation) return *change_.operation;
  bool removes = change_.replace_all || !change_.removed_files.empty() || !change_.added_deletes.empty();
  if (change_.restore || (removes && !change_.added_data.empty())) return Operation::overwrite;
  return removes ? Operation::delete_ : Operation::append;
}

SnapshotTotals SnapshotBuilder::new_totals(const SnapshotPtr& source) const {
  SnapshotTotals before = source != nullptr ? totals(*source) : SnapshotTotals{};
  SnapshotTotals after;
  // Counts come from the manifests, which always have them; sizes and equality deletes only the summaries have.
  for (const ManifestFile& file : manifests_) {
    bool data = file.content == FileContent::data;
    (data ? after.data_files : after.delete_files) += file.added_files + file.existing_files;
    (data ? after.records : after.position_deletes) += file.added_rows + file.existing_rows;
  }
  after.equality_deletes = std::max<std::int64_t>(0, before.equality_deletes - removed_.equality_deletes);
  after.position_deletes -= std::min(after.position_deletes, after.equality_deletes);
  after.bytes = std::max<std::int64_t>(0, before.bytes + added_.bytes - removed_.bytes);
  return after;
}

std::map<std::string, std::string> SnapshotBuilder::summary(const SnapshotPtr& source) const {
  std::map<std::string, std::string> summary = change_.summary;
  auto set = [&](const char* key, std::int64_t value) { summary[key] = std::to_string(value); };
  auto set_positive = [&](const char* key, std::int64_t value) {
    summary.erase(key);
    if (value > 0) set(key, value);
  };
  FileFigures plus = added_ + gained_;
  FileFigures minus = removed_ + lost_;
  set_positive("added-data-files", plus.data_files);
  set_positive("added-records", plus.records);
  set_positive("added-delete-files", plus.delete_files);
  set_positive("added-position-delete-files", plus.delete_files);
  set_positive("added-position-deletes", plus.position_deletes);
  set_positive("added-files-size", plus.bytes);
  set_positive("deleted-data-files", minus.data_files);
  set_positive("deleted-records", minus.records);
  set_positive("removed-delete-files", minus.delete_files);
  set_positive("removed-position-deletes", minus.position_deletes);
  set_positive("removed-equality-deletes", minus.equality_deletes);
  set_positive("removed-files-size", minus.bytes);
  set_positive("changed-partition-count", static_cast<std::int64_t>(changed_partitions_.size()));
  SnapshotTotals totals = new_totals(source);
  set("total-records", totals.records);
  set("total-data-files", totals.data_files);
  set("total-delete-files", totals.delete_files);
  set("total-position-deletes", totals.position_deletes);
  set("total-equality-deletes", totals.equality_deletes);
  set("total-files-size", totals.bytes);
  summary.erase("operation");
  return summary;
}

}  // namespace boathouse::iceberg
