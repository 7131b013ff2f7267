// SPDX-License-Identifier: Apache-2.0
#include "core/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "core/doctor_checks.h"
#include "meta/sqlite_file.h"
#include "meta/sqlite_store.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kPutBack = "restore the installation from a backup, or this file from a copy of the disk";

// True when tables can be looked at through it.
bool check_metadata(Examination& examination, const std::filesystem::path& file) {
  try {
    meta::SqliteHealth health = meta::check_sqlite_file(file);
    for (const std::string& damage : health.damage) {
      examination.add(Severity::error, "metadata", damage, file.string(), kPutBack);
    }
    if (health.schema > health.newest_schema) {
      examination.add(
          Severity::error, "metadata",
          fmt::format("was written by a newer Boathouse (schema {}, here {})", health.schema, health.newest_schema),
          file.string(), "use that version or a later one");
    } else if (health.schema < health.newest_schema) {
      examination.add(Severity::warning, "metadata",
                      fmt::format("has the older schema {} of {}; its tables were not looked at", health.schema,
                                  health.newest_schema),
                      file.string(), "start the server once, which brings it up to date");
    }
    return health.damage.empty() && health.schema == health.newest_schema;
  } catch (const Error& error) {
    examination.add(Severity::error, "metadata", error.message(), file.string(), kPutBack);
    return false;
  }
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "";
}

bool Diagnosis::is_sound() const {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::note || finding.repaired; });
}

Diagnosis examine(const DoctorRequest& request, Progress& progress) {
  if ((request.repair || request.relocate) && request.running) {
    throw Error(ErrorKind::invalid_argument, "nothing can be changed while a server runs: stop it first");
  }
  Diagnosis diagnosis;
  Examination examination{request, progress, diagnosis};
  if (request.running) {
    examination.add(Severity::note, "lock", "a server works on the folder: what it writes now was not judged",
                    request.data.string(), "");
  }
  check_environment(examination);
  check_folders(examination);
  check_keys(examination);
  const std::filesystem::path file = request.data / "boathouse.db";
  if (check_metadata(examination, file)) {
    auto meta = meta::open_sqlite_store(file);
    if (request.relocate) relocate(examination, *meta);
    check_tables(examination, *meta);
  }
  check_backups(examination);
  return diagnosis;
}

}  // namespace boathouse::core
