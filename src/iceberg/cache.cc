// SPDX-License-Identifier: Apache-2.0
#include "iceberg/cache.h"

#include "base/error.h"
#include "iceberg/manifest_avro.h"
#include "iceberg/metadata_file.h"

namespace boathouse::iceberg {
namespace {

// Rough sizes in memory: what matters is that they grow with the real ones.
std::size_t weight(const TableMetadata& metadata) {
  std::size_t bytes = 4096 + metadata.snapshot_log.size() * sizeof(SnapshotLogEntry);
  for (const Schema& schema : metadata.schemas) bytes += 4 * schema.json().size();
  // The versions of a table are much alike, and a table may have very many of them: each commit asks this.
  constexpr std::size_t kBesideText = 256;
  if (!metadata.snapshots.empty()) {
    bytes += metadata.snapshots.size() * (kBesideText + metadata.snapshots.back()->json().size());
  }
  for (const auto& [key, value] : metadata.properties) bytes += 64 + key.size() + value.size();
  return bytes;
}

std::size_t weight(const std::vector<ManifestFile>& files) {
  std::size_t bytes = 64;
  for (const ManifestFile& file : files) {
    bytes += sizeof file + file.path.size() + file.partitions.size() * sizeof(PartitionSummary);
  }
  return bytes;
}

std::size_t weight(const Manifest& manifest) {
  std::size_t bytes = sizeof manifest;
  for (const ManifestEntry& entry : manifest.entries) {
    bytes += sizeof entry + entry.file.path.size() + entry.file.partition.size() * sizeof(Value) +
             entry.file.columns.size() * sizeof(ColumnStats);
  }
  return bytes;
}

// Damage is told with the file that has it, for the log.
template <class Parse>
auto parsed(const std::string& location, Parse parse) {
  try {
    return parse();
  } catch (base::Error& error) {
    error.while_doing("reading " + location);
    throw;
  }
}

}  // namespace

MetadataCache::MetadataCache(store::ObjectStore& store, std::size_t max_bytes) : store_(store), max_bytes_(max_bytes) {}

template <class Pointer>
Pointer MetadataCache::find(const std::string& location) {
  std::lock_guard lock(mutex_);
  auto found = by_location_.find(location);
  if (found == by_location_.end()) return nullptr;
  items_.splice(items_.begin(), items_, found->second);
  const Pointer* pointer = std::get_if<Pointer>(&found->second->parsed);
  return pointer != nullptr ? *pointer : nullptr;
}

void MetadataCache::insert(const std::string& location, Parsed parsed, std::size_t bytes) {
  bytes += sizeof(Item) + 2 * location.size();
  if (bytes > max_bytes_) return;
  // What makes room is destroyed after the lock is gone: it may be large.
  std::list<Item> dropped;
  std::lock_guard lock(mutex_);
  if (by_location_.contains(location)) return;
  items_.push_front({location, std::move(parsed), bytes});
  by_location_.emplace(items_.front().location, items_.begin());
  bytes_ += bytes;
  while (bytes_ > max_bytes_) {
    bytes_ -= items_.back().bytes;
    by_location_.erase(items_.back().location);
    dropped.splice(dropped.begin(), items_, std::prev(items_.end()));
  }
}

MetadataPtr MetadataCache::metadata(const std::string& location) {
  if (auto known = find<MetadataPtr>(location)) return known;
  auto fresh =
      parsed(location, [&] { return std::make_shared<const TableMetadata>(decode_metadata(store_.get(location))); });
  remember(location, MetadataPtr(fresh));
  return fresh;
}

ManifestListPtr MetadataCache::manifest_list(const std::string& location) {
  if (auto known = find<ManifestListPtr>(location)) return known;
  auto fresh = parsed(location, [&] {
    return std::make_shared<const std::vector<ManifestFile>>(manifest_list_from_avro(store_.get(location)));
  });
  remember(location, ManifestListPtr(fresh));
  return fresh;
}

ManifestPtr MetadataCache::manifest(const ManifestFile& file) {
  if (auto known = find<ManifestPtr>(file.path)) return known;
  auto fresh = parsed(
      file.path, [&] { return std::make_shared<const Manifest>(manifest_from_avro(store_.get(file.path), file)); });
  remember(file.path, ManifestPtr(fresh));
  return fresh;
}

void MetadataCache::remember(const std::string& location, MetadataPtr metadata) {
  std::size_t bytes = weight(*metadata);
  insert(location, std::move(metadata), bytes);
}

void MetadataCache::remember(const std::string& location, ManifestListPtr list) {
  std::size_t bytes = weight(*list);
  insert(location, std::move(list), bytes);
}

void MetadataCache::remember(const std::string& location, ManifestPtr manifest) {
  std::size_t bytes = weight(*manifest);
  insert(location, std::move(manifest), bytes);
}

void MetadataCache::forget(const std::string& location) {
  std::lock_guard lock(mutex_);
  auto found = by_location_.find(location);
  if (found == by_location_.end()) return;
  auto item = found->second;
  bytes_ -= item->bytes;
  by_location_.erase(found);
  items_.erase(item);
}

std::size_t MetadataCache::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace boathouse::iceberg
