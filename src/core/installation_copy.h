// SPDX-License-Identifier: Apache-2.0
// The whole installation in one folder, and back:
//
//   boathouse.db        the metadata as it was at one moment
//   warehouse/..        the files of its tables
//   backups/..          the tables' own backups
//   buckets/..          the bytes of objects
//   keys.sealed         the installation's keys, if a passphrase was given
//   SHA256SUMS          of all of these, as sha256sum checks them
//   installation.json   written last: a folder without one is no copy. {format, format_version, at, warehouse, tables, files,
//                       bytes, keys}; `warehouse` is the location that the files' own locations begin with
//
// Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/parts.h"
#include "core/progress.h"

namespace boathouse::core {

struct InstallationCopy {
  std::filesystem::path folder;
  std::string warehouse;
  std::int64_t tables = 0;
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  bool with_keys = false;
};
// {path,tables,files,bytes,keys}
boost::json::object to_json(const InstallationCopy& copy);

struct CopyRequest {
  std::filesystem::path data;  // the data folder
  std::filesystem::path to;    // absolute, empty or not there, outside the data folder
  std::string passphrase;      // empty: the keys stay out
};

// Copies a running installation; no file is removed meanwhile. Error{invalid_argument} for a target that will not do. What
// fails in the middle leaves nothing.
InstallationCopy copy_installation(const Parts& parts, store::ObjectStore& archive, const CopyRequest& request,
                                   Progress& progress);

struct RestoreInstallation {
  std::filesystem::path from;
  std::filesystem::path data;       // there, and empty but for the lock that the caller holds
  std::filesystem::path warehouse;  // where its tables are to lie: empty, or not there
  std::string passphrase;
  std::filesystem::path worker;  // the executable that rewrites delete files
};

struct RestoredInstallation {
  InstallationCopy copy;
  std::vector<std::string> notes;  // what has to be set again, and files that could not be moved
};

// Checks every file first, then makes `data` an installation whose files name their new places. The metadata store comes
// last: what fails before leaves no installation. Error{unprocessable, "damaged-backup"} says what is wrong.
RestoredInstallation restore_installation(const RestoreInstallation& request, Progress& progress);

}  // namespace boathouse::core
