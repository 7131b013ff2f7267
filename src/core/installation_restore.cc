// SPDX-License-Identifier: Apache-2.0
// An installation out of its copy. Files are written anew where they hold locations, in the order in which they hold each
// other's sizes: delete files, manifests, manifest lists, metadata.
#include <boost/json/parse.hpp>

#include "auth/passphrase_box.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/names.h"
#include "core/backup_manifest.h"
#include "core/copied_files.h"
#include "core/data_files.h"
#include "core/installation_copy.h"
#include "core/relation.h"
#include "iceberg/json_read.h"
#include "iceberg/relocate.h"
#include "meta/sqlite_store.h"
#include "store/location.h"

namespace boathouse::core {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

using base::Error;
using base::ErrorKind;
using iceberg::AvroContent;

InstallationCopy read_description(const fs::path& folder) {
  const fs::path file = folder / "installation.json";
  if (!fs::exists(file)) {
    throw Error(ErrorKind::not_found,
                folder.string() + " holds no copy of an installation: installation.json is not there");
  }
  try {
    const json::value text = iceberg::parse_json(base::read_file(file));
    const json::object& told = iceberg::as_object(text, "installation.json");
    if (iceberg::need_int64(told, "format_version") != 1) iceberg::damaged("its format is not known here");
    return {.folder = folder,
            .warehouse = iceberg::need_string(told, "warehouse"),
            .tables = iceberg::need_int64(told, "tables"),
            .files = iceberg::need_int64(told, "files"),
            .bytes = iceberg::need_int64(told, "bytes"),
            .with_keys = iceberg::as_bool(iceberg::need(told, "keys"), "keys")};
  } catch (const Error& error) {
    throw Error(ErrorKind::unprocessable, "the copy's installation.json is damaged: " + error.message())
        .code("damaged-backup");
  }
}

// The warehouse's files on their way to their new places.
class Warehouse {
 public:
  Warehouse(const RestoreInstallation& request, const InstallationCopy& copy, Progress& progress)
      : from_(request.from / "warehouse"),
        to_(request.data / "warehouse"),
        worker_(request.worker),
        spill_(request.data / "run" / "spill"),
        relocation_{.from = copy.warehouse, .to = store::location_of(to_)},
        progress_(progress) {}

  void move(std::vector<std::string>& notes) {
    fs::create_directories(to_);
    sort_files(notes);
    rewrite_deletes();
    for (const fs::path& file : plain_) copy_synced(from_ / file, to_ / file);
    rewrite(manifests_);
    rewrite(lists_);
    for (const fs::path& file : metadata_) {
      progress_.check();
      write_synced(to_ / file, iceberg::relocate_metadata(base::read_file(from_ / file), relocation_));
    }
  }

  const iceberg::Relocation& relocation() const { return relocation_; }

 private:
  std::string old_location(const fs::path& file) const { return relocation_.from + "/" + file.string(); }

  void sort_files(std::vector<std::string>& notes) {
    for (const fs::path& file : files_below(from_)) {
      progress_.check();
      const std::string name = file.filename().string();
      if (name.ends_with(".metadata.json")) {
        metadata_.push_back(file);
      } else if (file.extension() == ".avro") {
        sort_avro(file, notes);
      } else {
        plain_.insert(file);
      }
    }
    for (const std::string& location : delete_locations_) {
      const fs::path file = location.substr(std::min(location.size(), relocation_.from.size() + 1));
      if (location.starts_with(relocation_.from + "/") && plain_.erase(file) > 0) deletes_.push_back(file);
    }
  }

  void sort_avro(const fs::path& file, std::vector<std::string>& notes) {
    const std::string bytes = base::read_file(from_ / file);
    try {
      const AvroContent content = iceberg::avro_content(bytes);
      (content == AvroContent::manifest_list ? lists_ : manifests_).push_back(file);
      if (content == AvroContent::delete_manifest) delete_locations_.merge(iceberg::position_deletes_of(bytes));
    } catch (const Error& error) {
      // Left by a batch that was cut short, so that no table names it; or as damaged as it was.
      notes.push_back(file.string() + " was copied as it is: " + error.message());
      plain_.insert(file);
    }
  }

  void rewrite_deletes() {
    if (deletes_.empty()) return;
    engine::WorkerPool pool({.worker_executable = worker_, .spill_root = spill_});
    const base::WorkspaceId nobody("restore");
    engine::Confinement confinement{.kind = engine::WorkerKind::ingest,
                                    .workspaces = {nobody},
                                    .readable = {fs::canonical(from_)},
                                    .writable = {fs::canonical(to_)}};
    engine::Lease lease = pool.acquire(confinement, nobody, engine::kNoDeadline);
    const std::string inside = relocation_.from + "/";
    for (const fs::path& file : deletes_) {
      progress_.check();
      fs::create_directories((to_ / file).parent_path());
      const std::string select = fmt::format(
          "SELECT CASE WHEN starts_with(file_path, {0}) THEN concat({1}, substr(file_path, {2})) ELSE file_path END "
          "AS file_path, pos FROM read_parquet({3}, hive_partitioning = false)",
          base::quote_string(inside), base::quote_string(relocation_.to + "/"), base::code_points(inside) + 1,
          file_list({(fs::canonical(from_) / file).string()}));
      lease.execute({copy_statement(select, fs::canonical(to_) / file, position_delete_columns())});
      base::sync_file(to_ / file);
      sizes_[old_location(file)] = static_cast<std::int64_t>(base::file_size(to_ / file));
    }
  }

  // The sizes of what is written here are for those who name it.
  void rewrite(const std::vector<fs::path>& files) {
    for (const fs::path& file : files) {
      progress_.check();
      const std::string bytes = iceberg::relocate_avro(base::read_file(from_ / file), relocation_, sizes_);
      write_synced(to_ / file, bytes);
      sizes_[old_location(file)] = static_cast<std::int64_t>(bytes.size());
    }
  }

  const fs::path from_;
  const fs::path to_;
  const fs::path worker_;
  const fs::path spill_;
  const iceberg::Relocation relocation_;
  Progress& progress_;

  // Names below from_:
  std::vector<fs::path> metadata_;
  std::vector<fs::path> lists_;
  std::vector<fs::path> manifests_;
  std::vector<fs::path> deletes_;
  std::set<fs::path> plain_;

  std::set<std::string> delete_locations_;
  iceberg::NewSizes sizes_;  // of what is not as long as it was
};

void restore_keys(const RestoreInstallation& request, const InstallationCopy& copy, std::vector<std::string>& notes) {
  if (!copy.with_keys || request.passphrase.empty()) {
    notes.emplace_back(copy.with_keys ? "the copy holds sealed keys, and no passphrase was given: new keys are made"
                                      : "the copy holds no keys: new ones are made");
    notes.emplace_back("everybody logs in again; passwords and API tokens are as they were");
    notes.emplace_back("access keys cannot be used any more: delete them and make new ones");
    return;
  }
  const std::string text =
      auth::open_with_passphrase(base::read_file(request.from / "keys.sealed"), request.passphrase);
  base::make_directories_durably(request.data / "keys");
  const json::value keys = json::parse(text);
  for (const auto& [name, value] : keys.as_object()) {
    auto bytes = base::from_base64(value.as_string());
    const fs::path file = fs::path(std::string(name)).filename();
    if (bytes) write_synced(request.data / "keys" / file, *bytes);
  }
}

// Under another name until all is there.
void restore_metadata(const RestoreInstallation& request, const iceberg::Relocation& relocation) {
  const fs::path fresh = request.data / "restoring.db";
  copy_synced(request.from / "boathouse.db", fresh);
  meta::open_sqlite_store(fresh)->catalog().relocate(relocation.from, relocation.to);
  sync_folders(request.data);
  base::move_file_durably(fresh, request.data / "boathouse.db");
}

}  // namespace

RestoredInstallation restore_installation(const RestoreInstallation& request, Progress& progress) {
  RestoredInstallation restored{.copy = read_description(request.from), .notes = {}};
  check_files(request.from, progress);
  // A passphrase that is wrong says so before anything is written.
  restore_keys(request, restored.copy, restored.notes);
  Warehouse warehouse(request, restored.copy, progress);
  warehouse.move(restored.notes);
  for (const fs::path& file : files_below(request.from / "backups")) {
    copy_synced(request.from / "backups" / file, request.data / "backups" / file);
  }
  restore_metadata(request, warehouse.relocation());
  return restored;
}

}  // namespace boathouse::core
