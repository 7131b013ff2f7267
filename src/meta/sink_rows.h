// SPDX-License-Identifier: Apache-2.0
// Rows of sinks: copies of tables that are kept up to date elsewhere. A text described as JSON is stored as it comes; its
// meaning belongs to core.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::meta {

using SinkId = base::Id<struct SinkTag>;

// A table by its name, since sinks may follow tables that are still to come.
struct SinkTable {
  base::WorkspaceId workspace{};
  std::string name{};

  bool operator==(const SinkTable&) const = default;
};

struct SinkRow {
  SinkId id{};
  base::WorkspaceId workspace{};
  std::string name{};  // unique in its workspace
  std::string kind{};
  std::string sealed_url{};                        // opaque to the store
  std::string options = "{}";                      // JSON
  std::optional<std::vector<SinkTable>> tables{};  // nullopt: those of its workspace that are fed to it
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

// How far a sink is with one table, as far as the house knows: what holds is kept beside the rows in the sink itself.
struct SinkCopyRow {
  SinkId sink{};
  SinkTable table{};
  base::SnapshotId version = 0;  // copied; 0: none yet
  std::int64_t rows = 0;         // of that version
  std::string target{};          // what it is called there
  std::string error{};           // of the last attempt; empty: it succeeded
  base::Micros at = 0;           // of the last attempt
};

}  // namespace boathouse::meta
