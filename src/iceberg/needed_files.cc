// SPDX-License-Identifier: Apache-2.0
#include "iceberg/needed_files.h"

#include <optional>

#include "iceberg/json_read.h"
#include "iceberg/manifest_avro.h"

namespace boathouse::iceberg {
namespace {

class Walk {
 public:
  Walk(store::ObjectStore& store, const TableMetadata& metadata, NeededFileVisitor& visitor)
      : store_(store), metadata_(metadata), visitor_(visitor) {}

  void run() {
    SnapshotPtr current = metadata_.current_snapshot();
    if (current) snapshot(*current, true);
    for (const SnapshotPtr& each : metadata_.snapshots) {
      if (!current || each->id() != current->id()) snapshot(*each, false);
    }
    for (std::string_view list : {"statistics", "partition-statistics"}) statistics(list);
  }

 private:
  void snapshot(const Snapshot& snapshot, bool is_current) {
    if (!visitor_.visit({.location = snapshot.manifest_list(), .by_current = is_current})) return;
    auto manifests =
        read(snapshot.manifest_list(), [](std::string_view bytes) { return manifest_list_from_avro(bytes); });
    if (!manifests) return;
    for (const ManifestFile& file : *manifests) manifest(file, is_current);
  }

  void manifest(const ManifestFile& file, bool is_current) {
    if (!visitor_.visit({.location = file.path, .size = file.length, .by_current = is_current})) return;
    auto manifest = read(file.path, [&](std::string_view bytes) { return manifest_from_avro(bytes, file); });
    if (!manifest) return;
    for (const ManifestEntry& entry : manifest->entries) {
      if (!entry.is_live()) continue;
      visitor_.visit({.location = entry.file.path,
                      .size = entry.file.file_size,
                      .rows = entry.file.record_count,
                      .by_current = is_current});
    }
  }

  // What the visitor throws is not about the file, so it is not called in here.
  template <class Decode>
  auto read(const std::string& location, Decode decode) -> std::optional<decltype(decode(""))> {
    try {
      return decode(store_.get(location));
    } catch (const base::Error& error) {
      visitor_.unreadable(location, error);
      return std::nullopt;
    }
  }

  void statistics(std::string_view list) {
    const boost::json::value* files = find(metadata_.others, list);
    if (files == nullptr) return;
    for (const boost::json::value& file : as_array(*files, list)) {
      visitor_.visit({.location = need_string(as_object(file, list), "statistics-path")});
    }
  }

  store::ObjectStore& store_;
  const TableMetadata& metadata_;
  NeededFileVisitor& visitor_;
};

}  // namespace

void visit_needed_files(store::ObjectStore& store, const TableMetadata& metadata, NeededFileVisitor& visitor) {
  Walk(store, metadata, visitor).run();
}

std::string_view path_part(std::string_view location) {
  if (location.starts_with("file:")) {
    location.remove_prefix(std::string_view("file:").size());
    while (location.starts_with("//")) location.remove_prefix(1);
  }
  return location;
}

}  // namespace boathouse::iceberg
