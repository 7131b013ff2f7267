// SPDX-License-Identifier: Apache-2.0
// Buckets and their objects. Files are only named here: whoever calls removes those that a change says nobody needs any
// more. Any thread; calls block. Faults are base::Error as in catalog_store.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meta/bucket_rows.h"
#include "meta/rows.h"

namespace boathouse::meta {

// What must hold of the key's latest version at the moment of the change. A delete marker is no object.
struct ObjectCondition {
  bool absent = false;                // If-None-Match: *
  bool present = false;               // If-Match: *
  std::optional<std::string> etag{};  // If-Match
};

enum class ObjectOutcome { done, condition_failed, no_object, bucket_gone, upload_gone };

struct NewRun {
  JobRow job{};
  std::string trigger{};
};

// Both are called within the transaction of the change, quickly and without the store, so that what they draw grows as the
// versions of a key do.
using DrawId = std::function<std::string()>;
// Told the version that was written or removed.
using JobsOfVersion = std::function<std::vector<JobRow>(const std::string& version)>;

struct ObjectPut {
  ObjectRow row{};       // number and version are the store's to give
  DrawId new_version{};  // its id where the bucket's versioning is enabled
  ObjectCondition condition{};
  // Of an upload that becomes this object, the files of its parts; other parts go. All must still be its.
  std::vector<std::string> parts{};
  JobsOfVersion jobs{};  // queued with it; none: nothing
  // The same; each reads the version and keeps its bytes (trigger_store.h). Their ids are the store's to give: they grow in
  // the order in which versions come to be.
  std::vector<NewRun> runs{};
  std::string watched_state{};  // of the watched file whose bytes these are; empty: of none
};

struct ObjectChange {
  ObjectOutcome outcome = ObjectOutcome::done;
  std::string version{};             // of the row that was written or removed
  bool is_marker = false;            // that row is a delete marker
  std::vector<std::string> files{};  // that nothing refers to any more
  std::vector<base::JobId> runs{};   // that were queued
};

struct ObjectDelete {
  BucketId bucket{};
  std::string key{};
  std::optional<std::string> version{};  // none: what clients see is deleted, a marker made where there is versioning
  DrawId new_version{};                  // the marker's id where the bucket's versioning is enabled
  ObjectCondition condition{};
  base::Micros at = 0;
  JobsOfVersion jobs{};  // queued when something was deleted or marked; none: nothing
};

// Greater than every key, since no UTF-8 has such a byte.
inline constexpr const char* kPastEveryKey = "\xff";

// Rows with `from` <= key < `before`, but for the key `except`, in the order of their keys.
struct ObjectListing {
  BucketId bucket{};
  std::string from{};
  std::string before{kPastEveryKey};
  std::optional<std::string> except{};
  std::size_t limit = 1000;
};

// A listing of versions begins after this one.
struct VersionPlace {
  std::string key{};
  std::int64_t number = 0;
};

// Changes a row in place, quickly and without the store; what it throws comes out, and nothing is changed.
using BucketChange = std::function<void(BucketRow&)>;

class BucketStore {
 public:
  virtual ~BucketStore() = default;

  // False when the workspace has one of that name. Error{not_found} when the workspace is gone.
  virtual bool insert_bucket(const BucketRow& bucket) = 0;
  virtual std::optional<BucketRow> find_bucket(const base::WorkspaceId& workspace, std::string_view name) = 0;
  // By name.
  virtual std::vector<BucketRow> list_buckets(const base::WorkspaceId& workspace) = 0;
  // What its owner may change of the row as it is then; others change nothing in between. False when the bucket is gone.
  virtual bool change_bucket(const BucketId& id, const BucketChange& change) = 0;
  // `done`, and its uploads go with it; `condition_failed` (it holds versions) or `bucket_gone`.
  virtual ObjectChange delete_bucket(const BucketId& id) = 0;

  // Makes a version visible: the one way into a bucket.
  virtual ObjectChange put_object(const ObjectPut& put) = 0;
  // Of a version that is not there: `done`, with nothing changed.
  virtual ObjectChange delete_object(const ObjectDelete& wanted) = 0;
  // The latest version, which may be a marker, or that of an id.
  virtual std::optional<ObjectRow> find_object(const BucketId& bucket, std::string_view key,
                                               const std::optional<std::string>& version) = 0;
  // The state of the watched file that an object of that key was last made of, whatever became of the object.
  virtual std::optional<std::string> watched_state(const BucketId& bucket, std::string_view key) = 0;
  // Of the latest version or that of an id, which is told; none when there is none, or a marker.
  virtual std::optional<std::string> set_object_tags(const BucketId& bucket, std::string_view key,
                                                     const std::optional<std::string>& version,
                                                     std::string_view tags) = 0;
  // The latest versions that are no markers.
  virtual std::vector<ObjectRow> list_objects(const ObjectListing& listing) = 0;
  // All versions and markers, of a key newest first.
  virtual std::vector<ObjectRow> list_versions(const ObjectListing& listing,
                                               const std::optional<VersionPlace>& after) = 0;

  // False when the bucket is gone.
  virtual bool insert_upload(const UploadRow& upload) = 0;
  virtual std::optional<UploadRow> find_upload(const UploadId& id) = 0;
  // By key, then by id; those after (key, id).
  virtual std::vector<UploadRow> list_uploads(const ObjectListing& listing, std::string_view after_id) = 0;
  // The outcome is `done` or `upload_gone`; an earlier part of that number is replaced.
  virtual ObjectChange put_part(const PartRow& part) = 0;
  // By number, those after `after`. Also of an upload that has become an object.
  virtual std::vector<PartRow> list_parts(const UploadId& upload, std::int64_t after, std::size_t limit) = 0;
  virtual ObjectChange delete_upload(const UploadId& id) = 0;
  // The version that an upload of that key has become, while it is there.
  virtual std::optional<ObjectRow> find_completed(const BucketId& bucket, std::string_view key,
                                                  const UploadId& upload) = 0;

  // Whether any version, part or run has this file.
  virtual bool is_file_used(std::string_view file) = 0;
};

}  // namespace boathouse::meta
