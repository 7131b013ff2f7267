// SPDX-License-Identifier: Apache-2.0
// What is wrong with a data folder and the machine under it: the metadata's integrity, every table's pointer, manifests and
// data files against the disk, files that nothing refers to, keys, backups, the engine's confinement, room on the disk.
// Blocking; one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/progress.h"

namespace boathouse::core {

// note: worth knowing. warning: works, but should be mended. error: does not work, or something is lost.
enum class Severity { note, warning, error };
std::string_view to_string(Severity severity);

struct Finding {
  Severity severity = Severity::note;
  std::string check;      // what was looked at: "disk", "table", "orphans", ...
  std::string what;       // what is wrong
  std::string where;      // path, location or table
  std::string mend;       // how to mend it; empty for what needs nothing
  bool repaired = false;  // by this run
};

struct DoctorRequest {
  std::filesystem::path data;
  std::filesystem::path warehouse;
  std::filesystem::path worker;  // the engine's executable
  // A server works on the folder: what it may be writing at the moment is not judged, and nothing can be repaired.
  bool running = false;
  // Also read every row of every data file and compare every backup with its checksums.
  bool checksums = false;
  // Do what loses nothing: remove files that nothing has referred to for `grace`, staging's leftovers, others' rights on
  // keys. Not while a server runs.
  bool repair = false;
  base::Micros grace = base::kHour;
  // First make everything name the folder that it lies in now. Not while a server runs.
  bool relocate = false;
};

struct Diagnosis {
  std::int64_t tables = 0;  // quarantines counted too
  std::int64_t files = 0;   // that tables refer to
  std::vector<Finding> findings;

  // Nothing is left that should be mended.
  bool is_sound() const;
};

// Finds all there is; what cannot be looked at is a finding too. Error{invalid_argument} for a change while a server runs,
// Error{conflict} for a warehouse that is not the one that was moved, and what its files' rewriting throws: then nothing has
// changed.
Diagnosis examine(const DoctorRequest& request, Progress& progress);

}  // namespace boathouse::core
