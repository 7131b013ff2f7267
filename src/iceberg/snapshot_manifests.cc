// SPDX-License-Identifier: Apache-2.0
// The manifests of a new snapshot: writing them, and merging them when they become many.
#include <algorithm>

#include "base/error.h"
#include "iceberg/bounds.h"
#include "iceberg/branch_schema.h"
#include "iceberg/snapshot_builder.h"
#include "store/location.h"

namespace boathouse::iceberg {
using base::Error;
using base::ErrorKind;

namespace {

bool is_nan(const Value& value) {
  if (const auto* v = std::get_if<float>(&value)) return *v != *v;
  if (const auto* v = std::get_if<double>(&value)) return *v != *v;
  return false;
}

std::vector<PartitionSummary> summarise(const std::vector<Field>& partition,
                                        const std::vector<ManifestEntry>& entries) {
  std::vector<PartitionSummary> summaries;
  for (std::size_t i = 0; i < partition.size(); ++i) {
    PartitionSummary summary;
    if (partition[i].type.is_floating()) summary.contains_nan = false;
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

// A manifest joins a merge while it is at most twice as large as all smaller ones together, so that a file's entry is
// rewritten a logarithm of times over a table's life, not at every merge.
void keep_worth_merging(std::vector<const ManifestFile*>& files) {
  constexpr std::int64_t kMergeFactor = 2;
  constexpr std::int64_t kLargestMerge = 100'000;  // entries
  auto size = [](const ManifestFile* file) { return std::int64_t{file->added_files} + file->existing_files; };
  std::stable_sort(files.begin(), files.end(), [&](auto* a, auto* b) { return size(a) < size(b); });
  std::int64_t total = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::int64_t next = size(files[i]);
    if (i > 0 && (next > kMergeFactor * total || total + next > kLargestMerge)) return files.resize(i);
    total += next;
  }
}

bool can_write(const PartitionSpec& spec) {
  return std::none_of(spec.fields.begin(), spec.fields.end(),
                      [](const PartitionField& field) { return field.transform.kind == Transform::Kind::unknown; });
}

}  // namespace

// Past kMaxManifests the small ones of each spec become one.
void SnapshotBuilder::merge(FileContent content) {
  std::map<int, std::vector<const ManifestFile*>> by_spec;
  std::size_t count = 0;
  for (const ManifestFile& file : manifests_) {
    if (file.content != content) continue;
    ++count;
    if (can_write(metadata_.spec_by_id(file.spec_id))) by_spec[file.spec_id].push_back(&file);
  }
  if (count <= kMaxManifests) return;
  std::set<std::string> merged;
  std::vector<ManifestFile> results;
  for (auto& [spec_id, files] : by_spec) {
    keep_worth_merging(files);
    if (files.size() < 2) continue;
    std::vector<ManifestEntry> entries;
    for (const ManifestFile* file : files) {
      merged.insert(file->path);
      append_entries(*file, entries);
    }
    results.push_back(write_manifest(content, spec_id, std::move(entries)));
  }
  std::erase_if(manifests_, [&](const ManifestFile& file) { return merged.contains(file.path); });
  manifests_.insert(manifests_.begin(), results.begin(), results.end());
}

// What a merged manifest still has to tell: live files, and this snapshot's own removals.
void SnapshotBuilder::append_entries(const ManifestFile& file, std::vector<ManifestEntry>& entries) {
  const ManifestPtr manifest = cache_.manifest(file);
  for (const ManifestEntry& entry : manifest->entries) {
    bool of_this = entry.snapshot_id == change_.id;
    if (!entry.is_live() && !of_this) continue;
    entries.push_back(entry);
    if (entry.is_live() && !of_this) entries.back().status = EntryStatus::existing;
  }
}

ManifestHeader SnapshotBuilder::header_for(FileContent content, int spec_id) const {
  const PartitionSpec& spec = metadata_.spec_by_id(spec_id);
  if (!can_write(spec)) {
    throw Error(ErrorKind::unprocessable, "the table has a partition transform that we do not know and cannot write");
  }
  // An old spec's column may be gone; then the newest schema that has it says its type.
  ManifestHeader header{content, schema_with_sources(metadata_, metadata_.schema_by_id(schema_id_), spec), spec, {}};
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
    // What this snapshot adds inherits its numbers, also when a merge read them back resolved; but for that of rows which
    // are only written anew.
    if (entry.status == EntryStatus::added) {
      entry.file_sequence_number = std::nullopt;
      if (entry.sequence_number == sequence_number_) entry.sequence_number = std::nullopt;
    }
    if (entry.is_live() && entry.sequence_number) {
      file.min_sequence_number = std::min(file.min_sequence_number, *entry.sequence_number);
    }
  }
  file.partitions = summarise(header.partition, entries);
  std::string bytes = manifest_to_avro(header, entries);
  file.path = write(fmt::format("{}-m{}.avro", file_prefix_, manifests_written_++), bytes);
  file.length = static_cast<std::int64_t>(bytes.size());

  for (ManifestEntry& entry : entries) {
    if (!entry.sequence_number) entry.sequence_number = sequence_number_;
    if (!entry.file_sequence_number) entry.file_sequence_number = sequence_number_;
    entry.file.spec_id = spec_id;
  }
  auto manifest =
      std::make_shared<const Manifest>(Manifest{file.content, spec_id, header.schema.id(), std::move(entries)});
  cache_.remember(file.path, ManifestPtr(manifest));
  return file;
}

std::string SnapshotBuilder::write(const std::string& name, std::string_view bytes) {
  std::string location = store::join(metadata_.location, "metadata/" + name);
  cache_.store().put(location, bytes, store::Durability::later);
  written_.push_back(location);
  return location;
}

}  // namespace boathouse::iceberg
