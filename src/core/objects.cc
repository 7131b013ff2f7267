// SPDX-License-Identifier: Apache-2.0
#include "core/objects.h"

#include "base/encoding.h"
#include "base/error.h"
#include "core/object_errors.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kCopyPiece = 1 << 20;

void refuse(meta::ObjectOutcome outcome, const meta::BucketRow& bucket, const std::string& key) {
  switch (outcome) {
    case meta::ObjectOutcome::done: return;
    case meta::ObjectOutcome::condition_failed: throw condition_failed();
    case meta::ObjectOutcome::no_object: throw no_such_key(key);
    case meta::ObjectOutcome::bucket_gone: throw no_such_bucket(bucket.name);
    case meta::ObjectOutcome::upload_gone: throw no_such_upload();
  }
}

bool is_same_bytes(const meta::ObjectRow& a, const meta::ObjectRow& b) {
  return a.number == b.number && a.file == b.file && a.upload == b.upload;
}

// The first checksum that was asked for is the one that is kept.
std::optional<Checksum> kept_checksum(const ObjectWriter& writer, const std::optional<Checksum>& wanted) {
  if (!wanted) return std::nullopt;
  auto raw = writer.checksum(wanted->kind);
  if (!raw) return std::nullopt;
  return Checksum{.kind = wanted->kind, .value = base::to_base64(*raw)};
}

}  // namespace

std::string new_version_id() { return base::uuid_v7(); }

void check_object_key(std::string_view key) {
  if (key.empty()) throw Error(ErrorKind::invalid_argument, "An object's key must not be empty.");
  if (key.size() > kMostKeyBytes) {
    throw Error(ErrorKind::invalid_argument, "Your key is too long").code("key-too-long").with("limit", kMostKeyBytes);
  }
  if (!base::is_utf8(key) || key.find('\0') != std::string_view::npos) {
    throw Error(ErrorKind::invalid_argument, "An object's key must be UTF-8 without NUL.");
  }
}

ObjectWriter Objects::begin(const meta::BucketRow& bucket, const std::vector<ChecksumKind>& checksums) const {
  try {
    return ObjectWriter(files_, bucket, checksums);
  } catch (const Error&) {
    // Its folder goes with the bucket.
    if (!parts_.meta.buckets().find_bucket(bucket.workspace, bucket.name)) throw no_such_bucket(bucket.name);
    throw;
  }
}

meta::ObjectRow Objects::finish(const meta::BucketRow& bucket, NewObject object, ObjectWriter& writer) const {
  object.facts.checksum = kept_checksum(writer, object.facts.checksum);
  meta::ObjectPut put;
  put.row = {.key = std::move(object.key),
             .file = writer.name(),
             .size = writer.size(),
             .etag = base::to_hex(writer.md5()),
             .facts = to_json(object.facts),
             .tags = tags_to_json(object.tags)};
  put.condition = std::move(object.condition);
  put.watched_state = std::move(object.watched_state);
  try {
    meta::ObjectRow row = publish(bucket, std::move(put), object.by, object.event);
    writer.keep();
    return row;
  } catch (const Error& error) {
    // The row may be there after all: the file stays until a sweep knows.
    if (error.kind() == ErrorKind::unknown_outcome) writer.keep();
    throw;
  }
}

// What it replaces is not taken off: it is there until the new one is.
void Objects::hold_to_limits(const meta::BucketRow& bucket, std::int64_t size) const {
  auto workspace = parts_.meta.accounts().find_workspace(bucket.workspace);
  if (!workspace) throw no_such_bucket(bucket.name);
  const auth::WorkspaceLimits limits = auth::parse_limits(workspace->limits);
  if (limits.bytes) auth::check_bytes(limits, parts_.meta.catalog().usage(bucket.workspace), size);
}

meta::ObjectRow Objects::publish(const meta::BucketRow& bucket, meta::ObjectPut put, const Actor& by,
                                 std::string_view event) const {
  hold_to_limits(bucket, put.row.size);
  put.row.bucket = bucket.id;
  put.row.at = base::now_micros();
  put.new_version = new_version_id;
  put.runs = triggers_.runs_for(bucket, put.row.key, by);
  put.jobs = notifications_.jobs_for(bucket, {.name = std::string(event),
                                              .bucket = bucket.name,
                                              .key = put.row.key,
                                              .size = put.row.size,
                                              .etag = put.row.etag,
                                              .at = put.row.at,
                                              .by = by});
  meta::ObjectChange change = parts_.meta.buckets().put_object(put);
  refuse(change.outcome, bucket, put.row.key);
  files_.remove(change.files);
  put.row.version = change.version;
  return std::move(put.row);
}

meta::ObjectRow Objects::find(const meta::BucketRow& bucket, const std::string& key,
                              const std::optional<std::string>& version) const {
  auto row = parts_.meta.buckets().find_object(bucket.id, key, version);
  if (!row && version) {
    throw Error(ErrorKind::not_found, "The specified version does not exist.")
        .code("no-such-version")
        .with("key", key)
        .with("version", *version);
  }
  if (!row) throw no_such_key(key);
  if (!row->is_marker) return *std::move(row);
  if (!version) throw no_such_key(key).with("marker", row->version);
  throw Error(ErrorKind::conflict, "The specified version is a delete marker.")
      .code("is-delete-marker")
      .with("marker", row->version);
}

Objects::Opened Objects::open(const meta::BucketRow& bucket, const std::string& key,
                              const std::optional<std::string>& version) const {
  while (true) {
    meta::ObjectRow row = find(bucket, key, version);
    ObjectBytes bytes(files_, pieces_of(parts_.meta.buckets(), row.file, row.upload, row.size));
    // Held now; if the version is still there, its files have not been removed before they were.
    if (is_same_bytes(row, find(bucket, key, version))) return {std::move(row), std::move(bytes)};
  }
}

meta::ObjectRow Objects::copy(Opened& source, const meta::BucketRow& bucket, NewObject object) const {
  std::vector<ChecksumKind> kinds;
  if (object.facts.checksum) kinds.push_back(object.facts.checksum->kind);
  ObjectWriter writer = begin(bucket, kinds);
  copy_bytes(source.bytes, writer);
  writer.finish();
  object.event = kObjectCopy;
  return finish(bucket, std::move(object), writer);
}

void copy_bytes(ObjectBytes& bytes, ObjectWriter& writer) {
  std::string piece(kCopyPiece, '\0');
  while (std::size_t got = bytes.read(piece)) writer.append(std::string_view(piece).substr(0, got));
}

DeletedObject Objects::remove(const meta::BucketRow& bucket, const std::string& key,
                              const std::optional<std::string>& version, const meta::ObjectCondition& condition,
                              const Actor& by) const {
  meta::ObjectDelete wanted{.bucket = bucket.id,
                            .key = key,
                            .version = version,
                            .new_version = new_version_id,
                            .condition = condition,
                            .at = base::now_micros()};
  const bool marks = !version && bucket.versioning != meta::Versioning::never;
  wanted.jobs = notifications_.jobs_for(bucket, {.name = std::string(marks ? kObjectMarked : kObjectDeleted),
                                                 .bucket = bucket.name,
                                                 .key = key,
                                                 .version = version.value_or(""),
                                                 .at = wanted.at,
                                                 .by = by});
  meta::ObjectChange change = parts_.meta.buckets().delete_object(wanted);
  refuse(change.outcome, bucket, key);
  files_.remove(change.files);
  return {.version = std::move(change.version), .is_marker = change.is_marker};
}

std::string Objects::set_tags(const meta::BucketRow& bucket, const std::string& key,
                              const std::optional<std::string>& version, const ObjectTags& tags) const {
  if (auto set = parts_.meta.buckets().set_object_tags(bucket.id, key, version, tags_to_json(tags))) {
    return *std::move(set);
  }
  find(bucket, key, version);  // tells what is wrong
  throw no_such_key(key);
}

}  // namespace boathouse::core
