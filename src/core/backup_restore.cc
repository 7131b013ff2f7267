// SPDX-License-Identifier: Apache-2.0
// Bringing a backup back: every file is held against its checksum, its rows are written anew with the table's field ids and
// partitioning, and one commit makes them the table's current version together with columns and contract.
#include <boost/json/serialize.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"
#include "core/backups.h"
#include "core/commit.h"
#include "core/relation.h"
#include "core/reshape.h"
#include "core/table_files.h"
#include "core/table_moment.h"
#include "core/table_state.h"
#include "core/versions.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

constexpr int kMaxAttempts = 20;
// In a version's summary: the backup that its rows are from.
constexpr std::string_view kSummaryBackup = "boathouse.backup-id";

// True when what was written for `before` is right for `now` too.
bool same_shape(const std::optional<TableState>& before, const std::optional<TableState>& now) {
  if (before.has_value() != now.has_value()) return false;
  return !now ||
         (before->row.id == now->row.id && before->metadata->current_schema_id == now->metadata->current_schema_id &&
          before->metadata->default_spec_id == now->metadata->default_spec_id &&
          before->metadata->last_column_id == now->metadata->last_column_id);
}

// One restore. Files that it wrote and did not commit are taken away when it goes.
class Restore {
 public:
  Restore(const Parts& parts, const RestoreRequest& request, const BackupManifest& manifest,
          std::filesystem::path folder, Progress& progress)
      : parts_(parts),
        request_(request),
        manifest_(manifest),
        folder_(std::move(folder)),
        progress_(progress),
        staging_(parts.layout.staging_of(request.workspace.id)) {}
  ~Restore() { drop_files(); }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

  CommitOutcome run() {
    const FileUses::Use use = parts_.uses.begin(request_.workspace.id);
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
      base_ = find_state(parts_, request_.workspace.id, request_.table);
      if (base_ && !base_->row.quarantine_of.empty()) throw_no_table(request_.table);
      plan();
      write();
      CommitOutcome outcome = commit();
      if (outcome != CommitOutcome::conflict) return outcome;
      drop_files();
    }
    throw Error(ErrorKind::conflict, "the table changes too fast for the backup to get in: try again");
  }

  // What it came to, once committed.
  Restored restored() const {
    return {.table = manifest_.table, .backup = manifest_.id, .version = version_, .rows = manifest_.rows};
  }

 private:
  // What the table is to be like, against what it is now.
  void plan() {
    auth::check_bytes(auth::parse_limits(request_.workspace.limits), parts_.meta.catalog().usage(request_.workspace.id),
                      manifest_.bytes());
    change_ = {};
    change_.contract = manifest_.contract;
    if (base_) {
      change_.row = base_->row;
      schema_ = set_shape(change_.change, *base_->metadata,
                          {.columns = manifest_.schema.fields(),
                           .drop_others = true,
                           .replace_misfits = true,
                           .partition = manifest_.partition});
      const iceberg::TableMetadata& metadata = *base_->metadata;
      spec_ = change_.change.spec ? iceberg::spec_as_known(metadata, *change_.change.spec, schema_) : metadata.spec();
      return;
    }
    auth::check_tables(auth::parse_limits(request_.workspace.limits),
                       parts_.meta.catalog().usage(request_.workspace.id), 1);
    change_.row = new_table_row(parts_, request_.workspace.id, manifest_.table);
    change_.row.contract = manifest_.contract;
    change_.row.settings = manifest_.settings;
    schema_ = iceberg::Schema(0, iceberg::assign_fresh_ids(manifest_.schema.fields()));
    spec_ = iceberg::parse_partition_spec(manifest_.partition, schema_);
    change_.fresh = std::make_shared<const iceberg::TableMetadata>(iceberg::create_table(
        change_.row.location, schema_, spec_, {}, change_.row.id.value, base::now_micros() / base::kMillisecond));
    spec_ = change_.fresh->spec();
  }

  void write() {
    std::int64_t done = 0;
    for (const BackupFile& part : manifest_.files) {
      if (!part.is_parquet()) continue;
      progress_.check();
      write_part(part);
      done += part.rows;
      progress_.advance(done, manifest_.rows, "rows");
    }
    std::int64_t written = 0;
    for (const iceberg::DataFile& file : files_) written += file.record_count;
    if (written != manifest_.rows) {
      throw_damaged(manifest_.id, fmt::format("it is to hold {} rows and holds {}", manifest_.rows, written));
    }
  }

  void write_part(const BackupFile& part) {
    engine::Confinement confinement = parts_.layout.ingest_confinement(request_.workspace.id);
    confinement.readable.push_back(folder_);
    engine::Lease worker =
        parts_.engine.acquire(confinement, request_.workspace.id, base::steady_micros() + parts_.limits.ingest_timeout);
    RowsToWrite rows{.rows = fmt::format("SELECT * FROM read_parquet({}, hive_partitioning = false)",
                                         file_list({(folder_ / part.name).string()})),
                     .columns = schema_.fields(),
                     .schema = schema_,
                     .spec = spec_};
    adopt_table_files(parts_.store(), change_.row.location, rows,
                      write_table_files(parts_.limits, worker, rows, staging_.path()), files_);
  }

  CommitOutcome commit() {
    TableLocks::Guard lock = parts_.locks.lock(request_.workspace.id, request_.table);
    auto now = find_state(parts_, request_.workspace.id, request_.table);
    if (!same_shape(base_, now)) return CommitOutcome::conflict;
    change_.base = now;
    change_.change.at = base::now_micros();
    change_.change.snapshots = {snapshot()};
    change_.change.set_properties.clear();
    if (now && now->row.contract != manifest_.contract) remember_before(change_.change, *now);
    version_ = change_.change.snapshots.front().id;
    CommitRequest wanted;
    for (const iceberg::DataFile& file : files_) wanted.files.push_back(file.path);
    wanted.batches.push_back(batch_row());
    wanted.tables.push_back(change_);
    if (request_.job) {
      wanted.job_done = request_.job;
      wanted.job_done->result = boost::json::serialize(to_json(restored()));
    }
    try {
      CommitOutcome outcome = commit_tables(parts_, wanted);
      if (outcome == CommitOutcome::committed) files_.clear();
      return outcome;
    } catch (const Error& error) {
      // The files may be part of a version by now.
      if (error.kind() == ErrorKind::unknown_outcome) files_.clear();
      throw;
    }
  }

  iceberg::SnapshotChange snapshot() const {
    iceberg::SnapshotChange snapshot;
    snapshot.id = base::new_snapshot_id();
    snapshot.operation = iceberg::Operation::overwrite;
    snapshot.replace_all = true;
    snapshot.added_data = files_;
    snapshot.summary = {{std::string(kSummaryBatch), request_.batch.value},
                        {std::string(kSummaryRequest), request_.actor.request.value},
                        {std::string(kSummaryBy), request_.actor.principal},
                        {std::string(kSummaryBackup), manifest_.id.value}};
    return snapshot;
  }

  meta::BatchRow batch_row() const {
    return {.id = request_.batch,
            .table = change_.row.id,
            .workspace = request_.workspace.id,
            .request = request_.actor.request,
            .principal = request_.actor.principal,
            .door = request_.actor.door,
            .file_name = {},
            .mode = "restore",
            .rows_received = manifest_.rows,
            .rows_accepted = manifest_.rows,
            .rows_rejected = 0,
            .version = version_,
            .at = change_.change.at};
  }

  void drop_files() {
    std::vector<std::string> locations;
    for (const iceberg::DataFile& file : files_) locations.push_back(file.path);
    store::remove_all_quietly(parts_.store(), locations);
    files_.clear();
  }

  const Parts& parts_;
  const RestoreRequest& request_;
  const BackupManifest& manifest_;
  const std::filesystem::path folder_;
  Progress& progress_;
  const base::TemporaryFolder staging_;

  std::optional<TableState> base_;  // what the files below were written for
  TableChange change_;
  iceberg::Schema schema_;
  iceberg::PartitionSpec spec_;
  std::vector<iceberg::DataFile> files_;
  base::SnapshotId version_ = 0;
};

// Every line of SHA256SUMS is what the manifest says; so the manifest is the one that was written.
void check_manifest(store::ObjectStore& archive, const std::string& folder, const BackupManifest& manifest,
                    std::string_view text) {
  std::string sums;
  try {
    sums = archive.get(store::join(folder, kSumsFile));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw_damaged(manifest.id, "its SHA256SUMS is missing");
  }
  if (sums != checksums_text(manifest, text)) {
    throw_damaged(manifest.id, "manifest.json and SHA256SUMS do not belong together");
  }
}

}  // namespace

BackupManifest Backups::verified(const std::string& folder, const BackupId& id, Progress& progress) const {
  const std::string text = archive_.get(store::join(folder, kManifestFile));
  BackupManifest manifest;
  try {
    manifest = parse_manifest(text);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unprocessable) throw;
    throw_damaged(id, error.message());
  }
  if (manifest.id != id) throw_damaged(id, "its manifest.json is that of another backup");
  check_manifest(archive_, folder, manifest, text);
  std::int64_t done = 0;
  for (const BackupFile& file : manifest.files) {
    const std::string location = store::join(folder, file.name);
    if (!archive_.exists(location)) throw_damaged(id, file.name + " is missing");
    const auto size = static_cast<std::int64_t>(archive_.size(location));
    if (size != file.bytes) {
      throw_damaged(id, fmt::format("{} has {} bytes, and {} were written", file.name, size, file.bytes));
    }
    const std::string sum =
        base::to_hex(base::sha256_of_file(*archive_.local_path(location), [&](std::size_t) { progress.check(); }));
    if (sum != file.sha256) throw_damaged(id, "the SHA-256 of " + file.name + " is not the one that was written");
    progress.advance(done += size, manifest.bytes(), "bytes");
  }
  progress.log(fmt::format("{} files of backup {} are as they were written", manifest.files.size(), id.value));
  return manifest;
}

boost::json::object to_json(const Restored& restored) {
  return {{"backup", restored.backup.value},
          {"table", restored.table},
          {"version", std::to_string(restored.version)},
          {"rows", restored.rows}};
}

Restored Backups::restore(const RestoreRequest& request, Progress& progress) const {
  const BackupId id = find(request.workspace, request.table, request.backup);
  const std::string folder = store::join(folder_of(request.workspace, request.table), id.value);
  const BackupManifest manifest = verified(folder, id, progress);
  Restore restore(parts_, request, manifest, *archive_.local_path(folder), progress);
  auto done = parts_.meta.catalog().find_batch(request.batch);
  if (!done && restore.run() == CommitOutcome::replay) done = parts_.meta.catalog().find_batch(request.batch);
  Restored restored = restore.restored();
  if (done) restored.version = done->version;
  progress.log(fmt::format("{} rows of backup {} are version {}", restored.rows, id.value, restored.version));
  return restored;
}

}  // namespace boathouse::core
