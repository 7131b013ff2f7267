// SPDX-License-Identifier: Apache-2.0
// Object versions: a key's newest row is its latest, and which of them that is changes only here.
#include "meta/sqlite/buckets.h"
#include "meta/sqlite/subjects.h"
#include "meta/sqlite/triggers.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kColumns =
    "bucket_id, key, number, version, is_latest, is_marker, file, upload_id, size, etag, facts, tags, at";
const std::string kSelect = "SELECT " + kColumns + " FROM object_versions ";
const std::string kLatest = kSelect + "WHERE bucket_id = ? AND key = ? ORDER BY number DESC LIMIT 1";
const std::string kOfVersion = kSelect + "WHERE bucket_id = ? AND key = ? AND version = ?";
const std::string kOfUpload = kSelect + "WHERE bucket_id = ? AND key = ? AND upload_id = ?";
const std::string kInsert =
    "INSERT INTO object_versions (" + kColumns + ") VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)";
const std::string kListed = kSelect +
                            "INDEXED BY objects_listed WHERE bucket_id = ?1 AND is_latest = 1 AND is_marker = 0 AND "
                            "key >= ?2 AND key < ?3 AND key IS NOT ?4 ORDER BY key LIMIT ?5";
const std::string kVersions = kSelect +
                              "WHERE bucket_id = ?1 AND key >= ?2 AND key < ?3 AND key IS NOT ?4 AND NOT (?5 IS NOT "
                              "NULL AND key = ?2 AND number >= ?5) ORDER BY key, number DESC LIMIT ?6";

ObjectRow object_row(Query& row) {
  return {.bucket = BucketId(row.text()),
          .key = row.text(),
          .number = row.integer(),
          .version = row.text(),
          .is_latest = row.boolean(),
          .is_marker = row.boolean(),
          .file = row.text(),
          .upload = UploadId(row.text()),
          .size = row.integer(),
          .etag = row.text(),
          .facts = row.text(),
          .tags = row.text(),
          .at = row.integer()};
}

std::optional<ObjectRow> latest(Connection& connection, const BucketId& bucket, std::string_view key) {
  Query query(connection, kLatest, bucket, key);
  return first(query, object_row);
}

std::optional<ObjectRow> of_version(Connection& connection, const BucketId& bucket, std::string_view key,
                                    std::string_view version) {
  Query query(connection, kOfVersion, bucket, key, version);
  return first(query, object_row);
}

std::optional<ObjectRow> of_or_latest(Connection& connection, const BucketId& bucket, std::string_view key,
                                      const std::optional<std::string>& version) {
  return version ? of_version(connection, bucket, key, *version) : latest(connection, bucket, key);
}

std::optional<Versioning> versioning_of(Connection& connection, const BucketId& bucket) {
  Query query(connection, "SELECT versioning FROM buckets WHERE id = ?", bucket);
  return first(query, [](Query& row) { return static_cast<Versioning>(row.integer()); });
}

ObjectOutcome judge(const ObjectCondition& condition, const std::optional<ObjectRow>& now) {
  const bool there = now && !now->is_marker;
  if (condition.absent && there) return ObjectOutcome::condition_failed;
  if (!condition.present && !condition.etag) return ObjectOutcome::done;
  if (!there) return ObjectOutcome::no_object;
  return condition.etag && *condition.etag != now->etag ? ObjectOutcome::condition_failed : ObjectOutcome::done;
}

void erase(Connection& connection, const ObjectRow& row, std::vector<std::string>& files) {
  run(connection, "DELETE FROM object_versions WHERE bucket_id = ? AND key = ? AND number = ?", row.bucket, row.key,
      row.number);
  free_bytes(connection, row.file, row.upload, files);
}

void insert(Connection& connection, const ObjectRow& row) {
  run(connection, kInsert, row.bucket, row.key, row.number, row.version, row.is_marker, row.file, row.upload, row.size,
      row.etag, row.facts, row.tags, row.at);
}

// `row` becomes the key's latest version, by the rules of the bucket's versioning.
void put_on_top(Connection& connection, Versioning versioning, const DrawId& new_version,
                const std::optional<ObjectRow>& before, ObjectRow& row, std::vector<std::string>& files) {
  row.version = versioning == Versioning::enabled ? new_version() : kNullVersion;
  row.number = before ? before->number + 1 : 1;
  if (before) {
    run(connection, "UPDATE object_versions SET is_latest = 0 WHERE bucket_id = ? AND key = ? AND number = ?",
        before->bucket, before->key, before->number);
  }
  if (versioning != Versioning::enabled) {
    if (auto replaced = of_version(connection, row.bucket, row.key, kNullVersion)) erase(connection, *replaced, files);
  }
  insert(connection, row);
}

// The newest that is left becomes the latest.
void remove_version(Connection& connection, const ObjectRow& row, std::vector<std::string>& files) {
  erase(connection, row, files);
  if (!row.is_latest) return;
  run(connection,
      "UPDATE object_versions SET is_latest = 1 WHERE bucket_id = ?1 AND key = ?2 AND number = (SELECT max(number) "
      "FROM "
      "object_versions WHERE bucket_id = ?1 AND key = ?2)",
      row.bucket, row.key);
}

void queue_jobs(Connection& connection, const JobsOfVersion& jobs, const std::string& version) {
  if (!jobs) return;
  for (const JobRow& job : jobs(version)) insert_job(connection, job);
}

ObjectChange delete_visible(Connection& connection, Versioning versioning, const ObjectDelete& wanted,
                            const std::optional<ObjectRow>& now) {
  ObjectChange change;
  if (versioning == Versioning::never) {
    if (now) remove_version(connection, *now, change.files);
    return change;
  }
  ObjectRow marker{.bucket = wanted.bucket, .key = wanted.key, .is_marker = true, .at = wanted.at};
  put_on_top(connection, versioning, wanted.new_version, now, marker, change.files);
  change.version = marker.version;
  change.is_marker = true;
  return change;
}

}  // namespace

ObjectChange Buckets::put_object(const ObjectPut& put) {
  ObjectChange change = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    ObjectChange done;
    auto versioning = versioning_of(connection, put.row.bucket);
    if (!versioning) return ObjectChange{.outcome = ObjectOutcome::bucket_gone};
    auto before = latest(connection, put.row.bucket, put.row.key);
    done.outcome = judge(put.condition, before);
    if (done.outcome != ObjectOutcome::done) return done;
    if (!put.row.upload.empty() && !turn_into_object(connection, put.row.upload, put.parts, done.files)) {
      transaction.roll_back();
      return ObjectChange{.outcome = ObjectOutcome::upload_gone};
    }
    ObjectRow row = put.row;
    put_on_top(connection, *versioning, put.new_version, before, row, done.files);
    if (!put.watched_state.empty()) {
      run(connection, "INSERT OR REPLACE INTO watched_files (bucket_id, key, state) VALUES (?, ?, ?)", row.bucket,
          row.key, put.watched_state);
    }
    queue_jobs(connection, put.jobs, row.version);
    done.runs = queue_runs(connection, put.runs, row);
    done.version = row.version;
    return done;
  });
  if ((put.jobs || !put.runs.empty()) && change.outcome == ObjectOutcome::done) signal_.changed();
  return change;
}

ObjectChange Buckets::delete_object(const ObjectDelete& wanted) {
  bool has_changed = false;
  ObjectChange change = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    auto versioning = versioning_of(connection, wanted.bucket);
    if (!versioning) return ObjectChange{.outcome = ObjectOutcome::bucket_gone};
    auto now = latest(connection, wanted.bucket, wanted.key);
    ObjectOutcome outcome = judge(wanted.condition, now);
    if (outcome != ObjectOutcome::done) return ObjectChange{.outcome = outcome};
    auto named = wanted.version ? of_version(connection, wanted.bucket, wanted.key, *wanted.version) : now;
    has_changed = named.has_value() || (!wanted.version && *versioning != Versioning::never);
    ObjectChange done;
    if (!wanted.version) {
      done = delete_visible(connection, *versioning, wanted, now);
    } else {
      done.version = *wanted.version;
      done.is_marker = named && named->is_marker;
      if (named) remove_version(connection, *named, done.files);
    }
    if (has_changed) queue_jobs(connection, wanted.jobs, done.version);
    return done;
  });
  if (has_changed && wanted.jobs) signal_.changed();
  return change;
}

std::optional<ObjectRow> Buckets::find_object(const BucketId& bucket, std::string_view key,
                                              const std::optional<std::string>& version) {
  return database_.read([&](Connection& connection) { return of_or_latest(connection, bucket, key, version); });
}

std::optional<ObjectRow> Buckets::find_completed(const BucketId& bucket, std::string_view key, const UploadId& upload) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kOfUpload, bucket, key, upload);
    return first(query, object_row);
  });
}

std::optional<std::string> Buckets::watched_state(const BucketId& bucket, std::string_view key) {
  return database_.read([&](Connection& connection) {
    Query query(connection, "SELECT state FROM watched_files WHERE bucket_id = ? AND key = ?", bucket, key);
    return first(query, [](Query& row) { return row.text(); });
  });
}

std::optional<std::string> Buckets::set_object_tags(const BucketId& bucket, std::string_view key,
                                                    const std::optional<std::string>& version, std::string_view tags) {
  return database_.write([&](Transaction& transaction) -> std::optional<std::string> {
    Connection& connection = transaction.connection();
    std::optional<ObjectRow> row = of_or_latest(connection, bucket, key, version);
    if (!row || row->is_marker) return std::nullopt;
    run(connection, "UPDATE object_versions SET tags = ? WHERE bucket_id = ? AND key = ? AND number = ?", tags, bucket,
        key, row->number);
    return std::move(row->version);
  });
}

std::vector<ObjectRow> Buckets::list_objects(const ObjectListing& listing) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kListed, listing.bucket, listing.from, listing.before, listing.except, listing.limit);
    return all(query, object_row);
  });
}

std::vector<ObjectRow> Buckets::list_versions(const ObjectListing& listing, const std::optional<VersionPlace>& after) {
  return database_.read([&](Connection& connection) {
    std::optional<std::int64_t> number;
    if (after) number = after->number;
    Query query(connection, kVersions, listing.bucket, after ? after->key : listing.from, listing.before,
                listing.except, number, listing.limit);
    return all(query, object_row);
  });
}

}  // namespace boathouse::meta::sqlite
