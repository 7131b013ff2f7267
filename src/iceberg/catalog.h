// SPDX-License-Identifier: Apache-2.0
// The port to the one thing in a table that changes: the pointer to its current metadata file. Core implements it over
// the metadata store, in the transaction that also writes the rows that go with a commit. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"

namespace boathouse::iceberg {

// One table of a commit. `expected` empty: the table must have no pointer yet.
struct PointerSwap {
  base::TableId table;
  std::string expected;
  std::string replacement;
};

enum class CommitOutcome {
  committed,  // every pointer moved, durably
  conflict,   // none moved: another commit came first. Prepare again on the new base
  unknown     // all moved or none did; look for the commit's own rows before doing anything else
};

class Catalog {
 public:
  virtual ~Catalog() = default;

  // The location of the table's current metadata file; nullopt when there is no such table.
  virtual std::optional<std::string> pointer(const base::TableId& table) = 0;

  // Moves all pointers or none, each only if it is still what was expected. Other failures (a full disk) are thrown as
  // base::Error and mean that nothing moved.
  virtual CommitOutcome swap(std::span<const PointerSwap> swaps) = 0;
};

}  // namespace boathouse::iceberg
