// SPDX-License-Identifier: Apache-2.0
// A warehouse whose folder was moved. Its files are brought to a folder beside it, with their new locations inside; the two
// folders change names in one step; then the catalog's pointers follow, and the old files go. Each run begins where a crash
// ended the one before: files that name the new place already are left as they are.
#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "core/all_tables.h"
#include "core/copied_files.h"
#include "core/doctor_checks.h"
#include "core/move_warehouse.h"
#include "iceberg/metadata_file.h"
#include "store/location.h"

namespace boathouse::core {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorKind;

void for_each_table_anywhere(meta::MetaStore& meta, const std::function<void(const meta::TableRow&)>& look) {
  for_each_workspace(meta, [&](const meta::WorkspaceRow& workspace) {
    for_each_table(meta, workspace.id, {.quarantines = true}, look);
  });
}

// A table lies two folders below its warehouse.
std::string warehouse_of(const std::string& location) {
  return store::location_of(store::path_of(location).parent_path().parent_path());
}

std::optional<std::string> old_warehouse(meta::MetaStore& meta, const std::string& now) {
  std::optional<std::string> old;
  for_each_table_anywhere(meta, [&](const meta::TableRow& table) {
    if (!old && warehouse_of(table.location) != now) old = warehouse_of(table.location);
  });
  return old;
}

// A wrong folder must not become the catalog's.
void require_tables(meta::MetaStore& meta, const iceberg::Relocation& locations) {
  for_each_table_anywhere(meta, [&](const meta::TableRow& table) {
    const fs::path now = store::path_of(locations.moved(table.location));
    if (fs::is_directory(now)) return;
    throw Error(ErrorKind::conflict,
                fmt::format("this is not the warehouse that was at {}: {} is not there", locations.from, now.string()));
  });
}

// They all did in one step.
bool files_are_moved(meta::MetaStore& meta, const iceberg::Relocation& locations) {
  std::optional<bool> moved;
  for_each_table_anywhere(meta, [&](const meta::TableRow& table) {
    if (moved) return;
    const std::string bytes = base::read_file(store::path_of(locations.moved(table.metadata_location)));
    moved = iceberg::decode_metadata(bytes).location == locations.moved(table.location);
  });
  return moved.value_or(false);
}

void exchange(const fs::path& one, const fs::path& other) {
  if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) != 0) {
    throw base::system_error(errno, "putting the warehouse's files into their place");
  }
  base::sync_directory(one.parent_path());
}

}  // namespace

void relocate(Examination& examination, meta::MetaStore& meta) {
  const fs::path& warehouse = examination.request.warehouse;
  fs::path beside = warehouse;
  beside += ".relocating";
  fs::remove_all(beside);
  const std::string now = store::location_of(warehouse);
  const auto old = old_warehouse(meta, now);
  if (!old) {
    examination.add(Severity::note, "relocate", "nothing was moved", warehouse.string(), "");
    return;
  }
  base::TemporaryFolder spill(fs::temp_directory_path(), "boathouse-doctor-");
  const WarehouseMove move{.from = warehouse,
                           .to = beside,
                           .locations = {.from = *old, .to = now},
                           .worker = examination.request.worker,
                           .spill = spill.path(),
                           .by_links = true};
  require_tables(meta, move.locations);
  std::vector<std::string> notes;
  if (!files_are_moved(meta, move.locations)) {
    move_warehouse(move, notes, examination.progress);
    sync_folders(beside);
    exchange(warehouse, beside);
  }
  meta.catalog().relocate(move.locations.from, move.locations.to);
  fs::remove_all(beside);
  examination.add(Severity::note, "relocate", "its tables were at " + *old + " before", now, "");
  for (const std::string& note : notes) examination.add(Severity::note, "relocate", note, now, "");
}

}  // namespace boathouse::core
