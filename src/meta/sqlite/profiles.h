// SPDX-License-Identifier: Apache-2.0
// Profiles in SQLite. As thread-safe as the database is.
#pragma once

#include "meta/profile_store.h"
#include "meta/sqlite/database.h"

namespace boathouse::meta::sqlite {

class Profiles : public ProfileStore {
 public:
  explicit Profiles(Database& database) : database_(database) {}

  void put_profile(const ProfileRow& row, const ProfilesKept& kept) override;
  std::optional<ProfileRow> find_profile(const base::TableId& table, base::SnapshotId version) override;
  std::vector<base::SnapshotId> profiled_versions(const base::TableId& table) override;
  void delete_profiles(const base::TableId& table, const std::vector<base::SnapshotId>& versions) override;

 private:
  Database& database_;
};

}  // namespace boathouse::meta::sqlite
