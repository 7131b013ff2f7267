// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/profiles.h"

namespace boathouse::meta::sqlite {

void Profiles::put_profile(const ProfileRow& row, const ProfilesKept& kept) {
  database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    run(connection,
        "INSERT INTO profiles (table_id, version, contract, profile, at) SELECT id, ?2, ?3, ?4, ?5 FROM tables "
        "WHERE id = ?1 ON CONFLICT (table_id, version) DO UPDATE SET contract = excluded.contract, "
        "profile = excluded.profile, at = excluded.at",
        row.table, row.version, row.contract, row.profile, row.at);
    run(connection,
        "DELETE FROM profiles WHERE table_id = ?1 AND version IN (SELECT version FROM (SELECT version, "
        "row_number() OVER newest AS number, sum(length(profile)) OVER newest AS bytes FROM profiles "
        "WHERE table_id = ?1 WINDOW newest AS (ORDER BY at DESC, version DESC)) "
        "WHERE number > 1 AND (number > ?2 OR bytes > ?3))",
        row.table, kept.count, kept.bytes);
  });
}

std::optional<ProfileRow> Profiles::find_profile(const base::TableId& table, base::SnapshotId version) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT table_id, version, contract, profile, at FROM profiles WHERE table_id = ? AND version = ?",
                table, version);
    return first(query, [](Query& row) {
      return ProfileRow{.table = base::TableId(row.text()),
                        .version = row.integer(),
                        .contract = row.text(),
                        .profile = row.text(),
                        .at = row.integer()};
    });
  });
}

std::vector<base::SnapshotId> Profiles::profiled_versions(const base::TableId& table) {
  return database_.read([&](Connection& connection) {
    Query query(connection, "SELECT version FROM profiles WHERE table_id = ? ORDER BY at DESC, version DESC", table);
    return all(query, [](Query& row) { return base::SnapshotId(row.integer()); });
  });
}

void Profiles::delete_profiles(const base::TableId& table, const std::vector<base::SnapshotId>& versions) {
  database_.write([&](Transaction& transaction) {
    for (base::SnapshotId version : versions) {
      run(transaction.connection(), "DELETE FROM profiles WHERE table_id = ? AND version = ?", table, version);
    }
  });
}

}  // namespace boathouse::meta::sqlite
