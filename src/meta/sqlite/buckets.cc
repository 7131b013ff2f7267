// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/buckets.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kColumns = "id, workspace_id, name, versioning, notification, tags, has_default_trigger, created_at";
const std::string kInsert = "INSERT INTO buckets (" + kColumns +
                            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace_id, name) DO NOTHING";
const std::string kById = "SELECT " + kColumns + " FROM buckets WHERE id = ?";
const std::string kSelect = "SELECT " + kColumns + " FROM buckets WHERE workspace_id = ? ";
const std::string kFind = kSelect + "AND name = ?";
const std::string kList = kSelect + "ORDER BY name";

BucketRow bucket_row(Query& row) {
  return {.id = BucketId(row.text()),
          .workspace = base::WorkspaceId(row.text()),
          .name = row.text(),
          .versioning = static_cast<Versioning>(row.integer()),
          .notification = row.text(),
          .tags = row.text(),
          .has_default_trigger = row.boolean(),
          .created_at = row.integer()};
}

bool holds_versions(Connection& connection, const BucketId& id) {
  return Query(connection, "SELECT 1 FROM object_versions WHERE bucket_id = ? LIMIT 1", id).next();
}

}  // namespace

bool Buckets::insert_bucket(const BucketRow& bucket) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (!Query(connection, "SELECT 1 FROM workspaces WHERE id = ?", bucket.workspace).next()) {
      throw base::Error(base::ErrorKind::not_found, "The workspace does not exist any more.");
    }
    return run(connection, kInsert, bucket.id, bucket.workspace, bucket.name, static_cast<int>(bucket.versioning),
               bucket.notification, bucket.tags, bucket.has_default_trigger, bucket.created_at) > 0;
  });
}

std::optional<BucketRow> Buckets::find_bucket(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kFind, workspace, name);
    return first(query, bucket_row);
  });
}

std::vector<BucketRow> Buckets::list_buckets(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kList, workspace);
    return all(query, bucket_row);
  });
}

bool Buckets::change_bucket(const BucketId& id, const BucketChange& change) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    Query query(connection, kById, id);
    std::optional<BucketRow> row = first(query, bucket_row);
    if (!row) return false;
    change(*row);
    run(connection,
        "UPDATE buckets SET versioning = ?, notification = ?, tags = ?, has_default_trigger = ? WHERE id = ?",
        static_cast<int>(row->versioning), row->notification, row->tags, row->has_default_trigger, id);
    return true;
  });
}

ObjectChange Buckets::delete_bucket(const BucketId& id) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (holds_versions(connection, id)) return ObjectChange{.outcome = ObjectOutcome::condition_failed};
    ObjectChange change;
    remove_uploads(connection, id, change.files);
    if (run(connection, "DELETE FROM buckets WHERE id = ?", id) == 0) change.outcome = ObjectOutcome::bucket_gone;
    return change;
  });
}

bool Buckets::is_file_used(std::string_view file) {
  return database_.read([&](Connection& connection) {
    return Query(connection,
                 "SELECT 1 FROM object_versions WHERE file = ?1 AND file <> '' UNION ALL "
                 "SELECT 1 FROM object_parts WHERE file = ?1 UNION ALL "
                 "SELECT 1 FROM object_runs WHERE file = ?1 AND file <> '' LIMIT 1",
                 file)
        .next();
  });
}

}  // namespace boathouse::meta::sqlite
