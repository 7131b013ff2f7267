// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "meta/sqlite/buckets.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kColumns = "id, bucket_id, key, facts, tags, who, at";
const std::string kInsert =
    "INSERT INTO object_uploads (" + kColumns + ") SELECT ?2, id, ?3, ?4, ?5, ?6, ?7 FROM buckets WHERE id = ?1";
const std::string kSelect = "SELECT " + kColumns + " FROM object_uploads ";
const std::string kFind = kSelect + "WHERE id = ?";
const std::string kList = kSelect +
                          "WHERE bucket_id = ?1 AND key >= ?2 AND key < ?3 AND key IS NOT ?4 AND NOT (key = ?2 AND id "
                          "<= ?5) ORDER BY key, id LIMIT ?6";
const std::string kPartColumns = "upload_id, number, file, size, etag, checksum, at";

UploadRow upload_row(Query& row) {
  return {.id = UploadId(row.text()),
          .bucket = BucketId(row.text()),
          .key = row.text(),
          .facts = row.text(),
          .tags = row.text(),
          .who = row.text(),
          .at = row.integer()};
}

PartRow part_row(Query& row) {
  return {.upload = UploadId(row.text()),
          .number = row.integer(),
          .file = row.text(),
          .size = row.integer(),
          .etag = row.text(),
          .checksum = row.text(),
          .at = row.integer()};
}

bool is_open(Connection& connection, const UploadId& id) {
  return Query(connection, "SELECT 1 FROM object_uploads WHERE id = ?", id).next();
}

void remove_part(Connection& connection, const UploadId& upload, std::int64_t number, std::vector<std::string>& files) {
  Query query(connection, "DELETE FROM object_parts WHERE upload_id = ? AND number = ? RETURNING file", upload, number);
  while (query.next()) files.push_back(query.text());
}

}  // namespace

void remove_uploads(Connection& connection, const BucketId& bucket, std::vector<std::string>& files) {
  {
    Query query(connection,
                "DELETE FROM object_parts WHERE upload_id IN (SELECT id FROM object_uploads WHERE bucket_id = ?) "
                "RETURNING file",
                bucket);
    while (query.next()) files.push_back(query.text());
  }
  run(connection, "DELETE FROM object_uploads WHERE bucket_id = ?", bucket);
}

void remove_parts(Connection& connection, const UploadId& upload, std::vector<std::string>& files) {
  Query query(connection, "DELETE FROM object_parts WHERE upload_id = ? RETURNING file", upload);
  while (query.next()) files.push_back(query.text());
}

bool turn_into_object(Connection& connection, const UploadId& upload, const std::vector<std::string>& parts,
                      std::vector<std::string>& files) {
  if (run(connection, "DELETE FROM object_uploads WHERE id = ?", upload) == 0) return false;
  const std::set<std::string_view> wanted(parts.begin(), parts.end());
  std::size_t found = 0;
  std::vector<std::int64_t> others;
  {
    Query query(connection, "SELECT number, file FROM object_parts WHERE upload_id = ?", upload);
    while (query.next()) {
      const std::int64_t number = query.integer();
      if (wanted.contains(query.text())) {
        ++found;
      } else {
        others.push_back(number);
      }
    }
  }
  for (std::int64_t number : others) remove_part(connection, upload, number, files);
  return found == parts.size();
}

bool Buckets::insert_upload(const UploadRow& upload) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), kInsert, upload.bucket, upload.id, upload.key, upload.facts, upload.tags,
               upload.who, upload.at) > 0;
  });
}

std::optional<UploadRow> Buckets::find_upload(const UploadId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kFind, id);
    return first(query, upload_row);
  });
}

std::vector<UploadRow> Buckets::list_uploads(const ObjectListing& listing, std::string_view after_id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kList, listing.bucket, listing.from, listing.before, listing.except, after_id,
                listing.limit);
    return all(query, upload_row);
  });
}

ObjectChange Buckets::put_part(const PartRow& part) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (!is_open(connection, part.upload)) return ObjectChange{.outcome = ObjectOutcome::upload_gone};
    ObjectChange change;
    remove_part(connection, part.upload, part.number, change.files);
    run(connection, "INSERT INTO object_parts (" + kPartColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?)", part.upload,
        part.number, part.file, part.size, part.etag, part.checksum, part.at);
    return change;
  });
}

std::vector<PartRow> Buckets::list_parts(const UploadId& upload, std::int64_t after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(
        connection,
        "SELECT " + kPartColumns + " FROM object_parts WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?",
        upload, after, limit);
    return all(query, part_row);
  });
}

ObjectChange Buckets::delete_upload(const UploadId& id) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    ObjectChange change;
    if (run(connection, "DELETE FROM object_uploads WHERE id = ?", id) == 0) {
      change.outcome = ObjectOutcome::upload_gone;
      return change;
    }
    remove_parts(connection, id, change.files);
    return change;
  });
}

}  // namespace boathouse::meta::sqlite
