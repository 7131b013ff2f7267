// SPDX-License-Identifier: Apache-2.0
// Makes one snapshot out of the files of another and what a SnapshotChange adds and removes. Part of prepare(); one thread.
//
// The live entries of one data sequence number and spec are always in one manifest, in the order in which their rows came:
// a commit writes them so, a rewritten file takes its place among them, and a merge moves whole manifests.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "iceberg/change.h"
#include "iceberg/manifest_avro.h"

namespace boathouse::iceberg {

// Files and what they hold, counted while they come and go.
struct FileFigures {
  std::int64_t data_files = 0;
  std::int64_t records = 0;
  std::int64_t delete_files = 0;
  std::int64_t position_deletes = 0;
  std::int64_t equality_deletes = 0;
  std::int64_t bytes = 0;

  void count(const DataFile& file);
  FileFigures operator+(const FileFigures& other) const;
};

class SnapshotBuilder {
 public:
  // `metadata` already has the change's schema and specs, `schema_id` is the branch's. Everything written is appended to
  // `written`.
  SnapshotBuilder(MetadataCache& cache, const TableMetadata& metadata, const SnapshotChange& change, int schema_id,
                  std::vector<std::string>& written);

  // `parent` is the head of the branch, `source` the snapshot whose files are gone out from; each may be nullptr.
  SnapshotPtr build(const SnapshotPtr& parent, const SnapshotPtr& source, std::int64_t timestamp_ms);

 private:
  void load(const SnapshotPtr& source);
  void check_required();
  void remove_files();
  void remove_all();
  void rewrite_without(ManifestFile& file, const Manifest& manifest, const std::set<std::string>& gone);
  void put_in_place(const ManifestEntry& old, std::vector<ManifestEntry>& entries);
  void add_files();
  ManifestEntry added(const DataFile& file, FileContent content);
  void count_difference(const SnapshotPtr& parent, const SnapshotPtr& source);
  void merge(FileContent content);
  void append_entries(const ManifestFile& file, std::vector<ManifestEntry>& entries);

  ManifestEntry removed(const ManifestEntry& entry);
  ManifestFile write_manifest(FileContent content, int spec_id, std::vector<ManifestEntry> entries);
  ManifestHeader header_for(FileContent content, int spec_id) const;
  std::string write(const std::string& name, std::string_view bytes);

  Operation operation() const;
  std::map<std::string, std::string> summary(const SnapshotPtr& source) const;
  SnapshotTotals new_totals(const SnapshotPtr& source) const;

  MetadataCache& cache_;
  const TableMetadata& metadata_;
  const SnapshotChange& change_;
  const int schema_id_;
  std::vector<std::string>& written_;
  const std::int64_t sequence_number_;
  const std::string file_prefix_;  // of this snapshot's manifests, unique
  int manifests_written_ = 0;

  std::map<std::string_view, const Rewrite*> places_;  // by the file whose place the made ones take
  std::vector<ManifestFile> manifests_;                // those with live files or with this snapshot's removals
  FileFigures added_;
  FileFigures removed_;
  // Of a restore: what the branch has with the restored files and had not, and the other way round.
  FileFigures gained_;
  FileFigures lost_;
  std::set<std::string> changed_partitions_;
};

}  // namespace boathouse::iceberg
