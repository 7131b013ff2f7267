// SPDX-License-Identifier: Apache-2.0
#include "core/buckets.h"

#include <algorithm>

#include "base/error.h"
#include "core/object_errors.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_address(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 3 &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

void check_bucket_name(std::string_view name) {
  const bool fine =
      name.size() >= 3 && name.size() <= 63 && is_letter_or_digit(name.front()) && is_letter_or_digit(name.back()) &&
      name.find("..") == std::string_view::npos && !is_address(name) &&
      std::all_of(name.begin(), name.end(), [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; });
  if (fine) return;
  throw Error(ErrorKind::invalid_argument,
              "The specified bucket is not valid: a bucket's name has 3 to 63 lower-case letters, digits, dots and "
              "hyphens, begins and ends with a letter or digit, and is no IP address.")
      .code("bad-bucket-name");
}

meta::BucketRow Buckets::create(const meta::WorkspaceRow& workspace, const std::string& name, bool default_trigger,
                                const ObjectTags& tags) const {
  check_bucket_name(name);
  meta::BucketRow bucket{.id = meta::BucketId(base::uuid_v4()),
                         .workspace = workspace.id,
                         .name = name,
                         .tags = tags_to_json(tags),
                         .has_default_trigger = default_trigger,
                         .created_at = base::now_micros()};
  if (parts_.meta.buckets().insert_bucket(bucket)) return bucket;
  throw Error(ErrorKind::already_exists,
              "Your previous request to create the named bucket succeeded and you already own it.")
      .code("bucket-exists");
}

meta::BucketRow Buckets::find(const meta::WorkspaceRow& workspace, const std::string& name) const {
  auto bucket = parts_.meta.buckets().find_bucket(workspace.id, name);
  if (!bucket) throw no_such_bucket(name);
  return *std::move(bucket);
}

meta::BucketRow Buckets::find_or_create(const meta::WorkspaceRow& workspace, const std::string& name,
                                        bool default_trigger) const {
  if (auto bucket = parts_.meta.buckets().find_bucket(workspace.id, name)) return *std::move(bucket);
  try {
    return create(workspace, name, default_trigger);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::already_exists) throw;
  }
  return find(workspace, name);
}

std::vector<meta::BucketRow> Buckets::list(const meta::WorkspaceRow& workspace) const {
  return parts_.meta.buckets().list_buckets(workspace.id);
}

void Buckets::change(const meta::BucketRow& bucket, const meta::BucketChange& change) const {
  if (!parts_.meta.buckets().change_bucket(bucket.id, change)) throw no_such_bucket(bucket.name);
}

void Buckets::remove(const meta::BucketRow& bucket) const {
  const meta::ObjectChange change = parts_.meta.buckets().delete_bucket(bucket.id);
  switch (change.outcome) {
    case meta::ObjectOutcome::done: break;
    case meta::ObjectOutcome::condition_failed:
      throw Error(ErrorKind::conflict,
                  "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
          .code("bucket-not-empty");
    default: throw no_such_bucket(bucket.name);
  }
  files_.remove(change.files);
  files_.remove_folders(bucket);
}

}  // namespace boathouse::core
