// SPDX-License-Identifier: Apache-2.0
// The checks of core/doctor, each in a file of its own. A check adds what it finds and throws only where the rest of the
// examination must end too.
#pragma once

#include "core/doctor.h"
#include "iceberg/cache.h"
#include "meta/meta_store.h"

namespace boathouse::core {

struct Examination {
  const DoctorRequest& request;
  Progress& progress;
  Diagnosis& diagnosis;

  Finding& add(Severity severity, std::string check, std::string what, std::string where, std::string mend) {
    return diagnosis.findings.emplace_back(
        Finding{severity, std::move(check), std::move(what), std::move(where), std::move(mend)});
  }
};

// Kernel, memory, open files, disk, clock, and whether a confined worker starts.
void check_environment(Examination& examination);
// Who may read what only the house may; what staging still holds.
void check_folders(Examination& examination);
// Keys can be read.
void check_keys(Examination& examination);
// Makes tables whose warehouse was moved name their new places.
void relocate(Examination& examination, meta::MetaStore& meta);
// Every table's files, and those that belong to none.
void check_tables(Examination& examination, meta::MetaStore& meta);
// Complete backups have all their files.
void check_backups(Examination& examination);

// A file that tables refer to, for the deep check.
struct DataFileToRead {
  std::filesystem::path path;
  std::int64_t rows = 0;
  std::string table;
};
// Reads each, in a confined worker, and compares its rows with what the manifest says.
void read_data_files(Examination& examination, const std::vector<DataFileToRead>& files);

}  // namespace boathouse::core
