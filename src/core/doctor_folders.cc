// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "auth/key_files.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"
#include "core/backup_manifest.h"
#include "core/doctor_checks.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;
using base::Error;

constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;

// What only the house's own user may read.
std::vector<fs::path> secrets(const fs::path& data) {
  std::vector<fs::path> out;
  for (const char* name : {"boathouse.db", "boathouse.db-wal", "boathouse.db-shm", "keys"}) {
    if (fs::exists(data / name)) out.push_back(data / name);
  }
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(data / "keys", none)) out.push_back(entry.path());
  return out;
}

void check_rights(Examination& examination) {
  for (const fs::path& path : secrets(examination.request.data)) {
    std::error_code gone;
    const fs::file_status status = fs::symlink_status(path, gone);
    if (gone || fs::is_symlink(status) || (status.permissions() & kOthers) == fs::perms::none) continue;
    Finding& finding = examination.add(
        Severity::error, "permissions",
        fmt::format("others than its owner may use it (mode {:o})", static_cast<unsigned>(status.permissions())),
        path.string(), "boathouse doctor --repair, or chmod go= PATH; then rotate the keys if others could read them");
    if (!examination.request.repair) continue;
    std::error_code failed;
    fs::permissions(path, kOthers, fs::perm_options::remove, failed);
    finding.repaired = !failed;
  }
}

// A server removes these at its start, and its batches their own.
void check_staging(Examination& examination) {
  const fs::path staging = examination.request.data / "staging";
  if (examination.request.running) return;
  std::vector<fs::path> left;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(staging, none)) {
    // An empty folder of a workspace is no leftover.
    if (!fs::is_empty(entry.path(), none)) left.push_back(entry.path());
  }
  if (left.empty()) return;
  Finding& finding =
      examination.add(Severity::note, "staging", fmt::format("{} folders of batches that were cut short", left.size()),
                      staging.string(), "boathouse doctor --repair, or start the server");
  if (!examination.request.repair) return;
  std::error_code failed;
  for (const fs::path& path : left) fs::remove_all(path, failed);
  finding.repaired = !failed;
}

// One complete backup against its manifest.
void check_backup(Examination& examination, const fs::path& folder) {
  auto damaged = [&](const std::string& what, const fs::path& where) {
    examination.add(Severity::error, "backups", what, where.string(),
                    "make another backup of the table, then remove this folder");
  };
  try {
    const BackupManifest manifest = parse_manifest(base::read_file(folder / kManifestFile));
    for (const BackupFile& file : manifest.files) {
      examination.progress.check();
      const fs::path path = folder / file.name;
      if (!fs::is_regular_file(path)) {
        damaged("a file that the manifest names is not there", path);
      } else if (base::file_size(path) != static_cast<std::uint64_t>(file.bytes)) {
        damaged(fmt::format("has {} bytes, not the {} of the manifest", base::file_size(path), file.bytes), path);
      } else if (examination.request.checksums && base::to_hex(base::sha256_of_file(path)) != file.sha256) {
        damaged("is not what the manifest's checksum says", path);
      }
    }
  } catch (const Error& error) {
    damaged(error.message(), folder / kManifestFile);
  }
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
    if (entry.is_directory() && !entry.is_symlink()) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

void check_folders(Examination& examination) {
  check_rights(examination);
  check_staging(examination);
}

void check_keys(Examination& examination) {
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(examination.request.data / "keys", none)) {
    const auto kind = auth::kind_of_key_file(entry.path().filename().string());
    if (!kind || !entry.is_regular_file()) continue;
    try {
      auth::read_key_file(entry.path(), *kind);
    } catch (const Error& error) {
      examination.add(Severity::error, "keys", error.message(), entry.path().string(),
                      "put the file back from a backup; without it, what it sealed or signed is lost");
    }
  }
}

void check_backups(Examination& examination) {
  for (const fs::path& workspace : folders_in(examination.request.data / "backups")) {
    for (const fs::path& table : folders_in(workspace)) {
      for (const fs::path& backup : folders_in(table)) {
        if (fs::exists(backup / kManifestFile)) check_backup(examination, backup);
      }
    }
  }
}

}  // namespace boathouse::core
