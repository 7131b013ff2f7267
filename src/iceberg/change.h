// SPDX-License-Identifier: Apache-2.0
// A change to a table is a value. prepare() applies it to a base: it writes the manifests, the manifest lists and the new
// metadata file, and leaves moving the table's pointer to the catalog (catalog.h). Nothing that it writes is visible
// before that, so a conflict costs a discard() and another prepare() on the new base. Any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "iceberg/cache.h"

namespace boathouse::iceberg {

// Data files whose rows are written anew: `made`, of the same spec, take the place of the first of `of` in the order of
// files (scan.h), with its data sequence number; all of `of` go. Without `made`, no row is left.
struct Rewrite {
  std::vector<std::string> of;  // locations
  std::vector<DataFile> made;
};
std::vector<std::string> locations_made(const std::vector<Rewrite>& rewrites);

// One new version on one branch, which is written with the branch's columns (branch_schema.h).
struct SnapshotChange {
  std::string branch{kMainBranch};
  SnapshotId id = 0;  // base::new_snapshot_id(), given by the caller so that it can be named before the commit
  // Derived when absent: append when files are only added, delete when only removed, replace when only written anew,
  // otherwise overwrite.
  std::optional<Operation> operation;
  std::map<std::string, std::string> summary;  // beside Iceberg's own figures

  std::vector<DataFile> added_data;     // partition set, and spec_id (spec_as_known() tells it for a new spec)
  std::vector<DataFile> added_deletes;  // position deletes; they apply to files of older snapshots and of this one
  // Locations of data or delete files that go. A delete file that concerns a removed data file only goes with it.
  std::vector<std::string> removed_files;
  std::vector<Rewrite> rewrites;  // none with replace_all
  bool replace_all = false;       // every file of the branch goes before the added ones come

  // Data files that must still be live in the branch: those that added_deletes point into.
  std::vector<std::string> required_files;

  // Where a branch that does not exist yet begins; without it, empty and with main's columns.
  std::optional<SnapshotId> branch_from;
  std::optional<Schema> schema;  // the branch's columns from this version on; its id is given here
  std::optional<PartitionSpec>
      spec;  // of added files, where the table may not know it yet; ids as spec_as_known() tells
  // The files of this snapshot become the branch's again, before the above is applied: a rollback as a new version.
  std::optional<SnapshotId> restore;
};

// Sets a branch or tag (value) or removes it (nullopt).
struct RefChange {
  std::string name;
  std::optional<SnapshotRef> ref;
};

struct Change {
  base::Micros at = 0;
  std::optional<Schema> schema;       // main's, from evolve.h; its id is given here, an equal older one is used again
  std::optional<PartitionSpec> spec;  // the table's usual one; ids are given here, equal fields keep theirs
  std::map<std::string, std::string> set_properties;
  std::vector<std::string> removed_properties;
  std::vector<SnapshotChange> snapshots;  // applied in this order
  std::vector<RefChange> refs;            // applied after the snapshots, which they may name
  std::vector<SnapshotId> expired;        // versions to forget; heads of refs are refused
};

struct PreparedMetadata {
  MetadataPtr metadata;
  std::string location;
  // Everything that was written and is not durable yet. Sync it, with data files and with other tables of the same
  // commit, by one ObjectStore::sync_all() before the pointer moves.
  std::vector<std::string> written;
};

// `base_location` is where `base` was read from; empty for a table that has none yet (create_table()).
// Throws Error{conflict} when a file to remove or a required file is not live any more or a version to forget is the head
// of a ref, Error{invalid_argument} when the change contradicts itself or the table, and what the store throws. On an
// error everything written so far is removed again.
PreparedMetadata prepare(MetadataCache& cache, const MetadataPtr& base, const std::string& base_location,
                         const Change& change);

// The spec as `base` would know it after a Change that sets it: with the id of an equal spec or the next free one, and field
// ids alike. Error{invalid_argument} when it does not fit `schema`.
PartitionSpec spec_as_known(const TableMetadata& base, const PartitionSpec& spec, const Schema& schema);

// Removes what a prepare() that will not be committed wrote.
void discard(MetadataCache& cache, const PreparedMetadata& prepared) noexcept;

// At most this many manifests of each content in a version; past it the small ones are merged.
inline constexpr std::size_t kMaxManifests = 100;

}  // namespace boathouse::iceberg
