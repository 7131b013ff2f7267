// SPDX-License-Identifier: Apache-2.0
// Profiles of versions of tables, kept so that they need not be worked out again. They go with their table. Any thread;
// calls block. Faults are base::Error as in catalog_store.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::meta {

struct ProfileRow {
  base::TableId table{};
  base::SnapshotId version = 0;
  std::string contract{};  // says which contract it was compared with; its meaning belongs to core
  std::string profile{};   // JSON
  base::Micros at = 0;
};

// How much is kept of one table: the newest that both allow, and the newest of all in any case.
struct ProfilesKept {
  std::int64_t count = 100;
  std::int64_t bytes = 64 << 20;
};

class ProfileStore {
 public:
  virtual ~ProfileStore() = default;

  // Makes or replaces, and forgets the table's oldest past `kept`. Nothing when the table is gone.
  virtual void put_profile(const ProfileRow& row, const ProfilesKept& kept) = 0;
  virtual std::optional<ProfileRow> find_profile(const base::TableId& table, base::SnapshotId version) = 0;
  // Newest first.
  virtual std::vector<base::SnapshotId> profiled_versions(const base::TableId& table) = 0;
  virtual void delete_profiles(const base::TableId& table, const std::vector<base::SnapshotId>& versions) = 0;
};

}  // namespace boathouse::meta
