// SPDX-License-Identifier: Apache-2.0
// A warehouse's files at another place: what restoring an installation elsewhere and following a moved folder share. Files
// that hold locations are written anew, in the order in which they hold each other's sizes: delete files, manifests, manifest
// lists, metadata. The catalog's pointers are moved afterwards (meta::CatalogStore::relocate). Blocking; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/progress.h"
#include "iceberg/relocate.h"

namespace boathouse::core {

struct WarehouseMove {
  std::filesystem::path from;
  std::filesystem::path to;       // made; what was written there before must be gone
  iceberg::Relocation locations;  // of what lies in `from`, and what they become
  std::filesystem::path worker;   // the executable that rewrites delete files
  std::filesystem::path spill;    // a folder for it
  bool by_links = false;          // files that hold no locations are linked, not copied: on one file system
};

// Changes nothing in `from`. What could not be understood and was brought as it is becomes a note.
void move_warehouse(const WarehouseMove& move, std::vector<std::string>& notes, Progress& progress);

}  // namespace boathouse::core
