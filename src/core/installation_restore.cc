// SPDX-License-Identifier: Apache-2.0
// An installation out of its copy.
#include <boost/json/parse.hpp>

#include "auth/passphrase_box.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "core/backup_manifest.h"
#include "core/copied_files.h"
#include "core/installation_copy.h"
#include "core/move_warehouse.h"
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
  const WarehouseMove move{.from = request.from / "warehouse",
                           .to = request.warehouse,
                           .locations = {.from = restored.copy.warehouse, .to = store::location_of(request.warehouse)},
                           .worker = request.worker,
                           .spill = request.data / "run" / "spill"};
  move_warehouse(move, restored.notes, progress);
  for (const char* folder : {"backups", "buckets"}) {
    for (const fs::path& file : files_below(request.from / folder)) {
      copy_synced(request.from / folder / file, request.data / folder / file);
    }
  }
  restore_metadata(request, move.locations);
  return restored;
}

}  // namespace boathouse::core
