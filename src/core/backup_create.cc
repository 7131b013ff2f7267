// SPDX-License-Identifier: Apache-2.0
// Making a backup: a confined worker writes the rows as Parquet into staging, reads those files back to give them as Avro,
// and the server moves both into the archive. The manifest comes last.
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"
#include "core/backups.h"
#include "core/data_files.h"
#include "core/file_consumer.h"
#include "core/relation.h"
#include "core/table_state.h"
#include "iceberg/scan.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

// Of Parquet. A part is what is verified, restored and read by other programs in one piece.
constexpr std::uint64_t kPartBytes = 512ULL << 20;

// The scan in stretches of about a part each, so that the work can be followed and cancelled in between.
std::vector<iceberg::Scan> stretches_of(iceberg::Scan scan) {
  std::vector<iceberg::Scan> stretches;
  std::uint64_t bytes = kPartBytes;
  for (iceberg::ScanFile& file : scan.files) {
    if (bytes >= kPartBytes) {
      stretches.push_back({.snapshot = scan.snapshot, .schema = scan.schema, .files = {}});
      bytes = 0;
    }
    bytes += static_cast<std::uint64_t>(file.data->file.file_size);
    stretches.back().files.push_back(std::move(file));
  }
  return stretches;
}

BackupManifest begin_manifest(const TableState& state, const meta::WorkspaceRow& workspace, const BackupId& id) {
  BackupManifest manifest;
  manifest.id = id;
  manifest.workspace = workspace.name;
  manifest.table = state.row.name;
  manifest.table_id = state.row.id;
  manifest.at = base::now_micros();
  manifest.version = state.row.figures.version;
  manifest.schema = state.schema();
  for (const iceberg::PartitionField& field : state.metadata->spec().fields) {
    const bool lives = manifest.schema.find(field.source_id) != nullptr;
    if (lives && field.transform.kind != iceberg::Transform::Kind::void_) {
      manifest.partition.push_back(iceberg::contract_spelling(field, manifest.schema));
    }
  }
  manifest.contract = state.row.contract;
  manifest.settings = state.row.settings;
  return manifest;
}

// One backup on its way into its folder of the archive; let go without commit(), it takes away what it put there.
class BackupWriter {
 public:
  BackupWriter(const Parts& parts, store::ObjectStore& archive, std::string folder, const TableState& state,
               Progress& progress)
      : parts_(parts),
        archive_(archive),
        folder_(std::move(folder)),
        state_(state),
        progress_(progress),
        staging_(parts.layout.staging_of(state.row.workspace)) {}
  ~BackupWriter() {
    if (!committed_) store::remove_all_quietly(archive_, locations_);
  }
  BackupWriter(const BackupWriter&) = delete;
  BackupWriter& operator=(const BackupWriter&) = delete;

  void write_rows(BackupManifest& manifest) {
    iceberg::Scan scan = iceberg::plan_scan(parts_.cache, state_.metadata, state_.head());
    const std::int64_t total = state_.row.figures.rows;
    std::size_t stretch = 0;
    for (const iceberg::Scan& part : stretches_of(scan)) {
      progress_.check();
      write_stretch(part, staging_.path() / fmt::format("stretch-{}", stretch++), manifest);
      progress_.advance(manifest.rows, total, "rows");
    }
    if (manifest.files.empty()) write_empty(std::move(scan), manifest);
    if (manifest.rows != total) {
      throw Error(ErrorKind::internal, fmt::format("the version has {} rows and {} were read: its backup is given up",
                                                   total, manifest.rows));
    }
  }

  void commit(const BackupManifest& manifest) {
    progress_.check();
    const std::string text = to_json_text(manifest);
    put(kSumsFile, checksums_text(manifest, text));
    archive_.sync_all(locations_);
    put(kManifestFile, text);
    archive_.sync_all({&locations_.back(), 1});
    committed_ = true;
  }

 private:
  // A worker of one thread: with more, files of a limited size get their row groups in any order.
  engine::Lease lease() const {
    return parts_.engine.acquire(parts_.layout.ingest_confinement(state_.row.workspace, engine::WorkerKind::background),
                                 state_.row.workspace, base::steady_micros() + parts_.limits.ingest_timeout,
                                 progress_.stop_token());
  }

  std::string select(const iceberg::Scan& scan) const {
    const iceberg::Schema& schema = state_.schema();
    return rows_sql(parts_.store(), scan,
                    {.schema = schema, .by = columns_by(*state_.metadata, schema), .in_order = true});
  }

  const Columns& columns() const { return state_.schema().fields(); }

  void write_stretch(const iceberg::Scan& scan, const std::filesystem::path& folder, BackupManifest& manifest) {
    engine::Lease worker = lease();
    auto copied = worker.execute({copy_split_statement(select(scan), folder, columns(), kPartBytes)});
    for (const WrittenFile& written : files_from_copy(copied.back(), columns())) {
      progress_.check();
      add_part(worker, written.path, written.file.record_count, manifest);
    }
  }

  // A table without rows still has columns to tell.
  void write_empty(iceberg::Scan scan, BackupManifest& manifest) {
    scan.files.clear();
    engine::Lease worker = lease();
    const std::filesystem::path file = staging_.path() / "empty.parquet";
    worker.execute({copy_statement(select(scan), file, columns())});
    add_part(worker, file, 0, manifest);
  }

  void add_part(engine::Lease& worker, const std::filesystem::path& parquet, std::int64_t rows,
                BackupManifest& manifest) {
    const std::string name = fmt::format("part-{:05}", manifest.files.size() / 2 + 1);
    const std::filesystem::path avro = staging_.path() / (name + ".avro");
    engine::QueryCommand command;
    command.sql = fmt::format("SELECT * FROM read_parquet({}, hive_partitioning = false)", file_list({parquet}));
    command.format = engine::ResultFormat::avro;
    FileConsumer consumer(avro);
    const auto written = static_cast<std::int64_t>(worker.query(command, consumer).row_count);
    if (written != rows) throw Error(ErrorKind::internal, "the Avro part has other rows than the Parquet part");
    manifest.rows += rows;
    adopt(parquet, name + ".parquet", rows, manifest);
    adopt(avro, name + ".avro", rows, manifest);
  }

  void adopt(const std::filesystem::path& path, std::string name, std::int64_t rows, BackupManifest& manifest) {
    BackupFile file{.name = std::move(name),
                    .rows = rows,
                    .bytes = static_cast<std::int64_t>(base::file_size(path)),
                    .sha256 = base::to_hex(base::sha256_of_file(path))};
    locations_.push_back(store::join(folder_, file.name));
    archive_.adopt(path, locations_.back(), store::Durability::later);
    manifest.files.push_back(std::move(file));
  }

  // Through staging, so that the name leads to all of the text or does not exist.
  void put(std::string_view name, std::string_view text) {
    const std::filesystem::path path = staging_.path() / name;
    base::write_all(base::create_file(path).get(), text);
    base::sync_file(path);
    locations_.push_back(store::join(folder_, name));
    archive_.adopt(path, locations_.back(), store::Durability::later);
  }

  const Parts& parts_;
  store::ObjectStore& archive_;
  const std::string folder_;
  const TableState& state_;
  Progress& progress_;
  const base::TemporaryFolder staging_;
  std::vector<std::string> locations_;  // what lies in the archive by now
  bool committed_ = false;
};

}  // namespace

BackupManifest Backups::create(const meta::WorkspaceRow& workspace, std::string_view table, const BackupId& id,
                               Progress& progress, const std::optional<TableMoment>& moment) const {
  const std::string folder = store::join(folder_of(workspace, table), id.value);
  const std::string manifest_location = store::join(folder, kManifestFile);
  if (archive_.exists(manifest_location)) return parse_manifest(archive_.get(manifest_location));
  for (const store::ObjectInfo& left_over : archive_.list(folder)) archive_.remove(left_over.location);

  const FileUses::Use use = parts_.uses.begin(workspace.id);
  TableState state = require_state(parts_, workspace.id, table);
  if (!state.row.quarantine_of.empty()) throw_no_table(table);
  if (moment) state = at_moment(std::move(state), *moment);
  BackupManifest manifest = begin_manifest(state, workspace, id);
  BackupWriter writer(parts_, archive_, folder, state, progress);
  writer.write_rows(manifest);
  writer.commit(manifest);
  progress.log(fmt::format("{} rows in {} files, {} bytes", manifest.rows, manifest.files.size(), manifest.bytes()));
  return manifest;
}

}  // namespace boathouse::core
