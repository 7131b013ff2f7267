// SPDX-License-Identifier: Apache-2.0
// Every file that the versions of a table need: manifest lists, manifests, live data and delete files, statistics. The one
// walk of what may not go (core's maintenance) and of what must be there (its doctor). What is read passes by the metadata
// cache, whose content serves queries. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "iceberg/metadata.h"
#include "store/object_store.h"

namespace boathouse::iceberg {

struct NeededFile {
  std::string_view location;  // as the metadata spells it
  std::int64_t size = -1;     // bytes; -1 where nobody says
  std::int64_t rows = -1;     // of data and delete files
  bool by_current = false;    // the current version needs it
};

class NeededFileVisitor {
 public:
  virtual ~NeededFileVisitor() = default;

  // False: it was there before, so that what it leads to is not read again.
  virtual bool visit(const NeededFile& file) = 0;
  // A manifest list or a manifest that cannot be read: ObjectStore::get's error, or Error{internal}, "damaged-metadata".
  // Returning goes on with the others.
  virtual void unreadable(std::string_view location, const base::Error& error) = 0;
};

// Files of the current version come first. A file comes more than once where the visitor lets it.
void visit_needed_files(store::ObjectStore& store, const TableMetadata& metadata, NeededFileVisitor& visitor);

// What is equal where locations name one file: `file:/a`, `file:///a` and `/a` do.
std::string_view path_part(std::string_view location);

}  // namespace boathouse::iceberg
