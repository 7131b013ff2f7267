// SPDX-License-Identifier: Apache-2.0
// Buckets, objects and uploads over one database. As thread-safe as the database is.
#pragma once

#include "meta/bucket_store.h"
#include "meta/job_signal.h"
#include "meta/sqlite/database.h"

namespace boathouse::meta::sqlite {

class Buckets : public BucketStore {
 public:
  Buckets(Database& database, JobSignal& signal) : database_(database), signal_(signal) {}

  bool insert_bucket(const BucketRow& bucket) override;
  std::optional<BucketRow> find_bucket(const base::WorkspaceId& workspace, std::string_view name) override;
  std::vector<BucketRow> list_buckets(const base::WorkspaceId& workspace) override;
  bool change_bucket(const BucketId& id, const BucketChange& change) override;
  ObjectChange delete_bucket(const BucketId& id) override;

  ObjectChange put_object(const ObjectPut& put) override;
  ObjectChange delete_object(const ObjectDelete& wanted) override;
  std::optional<ObjectRow> find_object(const BucketId& bucket, std::string_view key,
                                       const std::optional<std::string>& version) override;
  std::optional<std::string> watched_state(const BucketId& bucket, std::string_view key) override;
  std::optional<std::string> set_object_tags(const BucketId& bucket, std::string_view key,
                                             const std::optional<std::string>& version, std::string_view tags) override;
  std::vector<ObjectRow> list_objects(const ObjectListing& listing) override;
  std::vector<ObjectRow> list_versions(const ObjectListing& listing, const std::optional<VersionPlace>& after) override;

  bool insert_upload(const UploadRow& upload) override;
  std::optional<UploadRow> find_upload(const UploadId& id) override;
  std::vector<UploadRow> list_uploads(const ObjectListing& listing, std::string_view after_id) override;
  ObjectChange put_part(const PartRow& part) override;
  std::vector<PartRow> list_parts(const UploadId& upload, std::int64_t after, std::size_t limit) override;
  ObjectChange delete_upload(const UploadId& id) override;
  std::optional<ObjectRow> find_completed(const BucketId& bucket, std::string_view key,
                                          const UploadId& upload) override;

  bool is_file_used(std::string_view file) override;

 private:
  Database& database_;
  JobSignal& signal_;
};

// Parts of larger transactions. All add the files of what they remove to `files`.
void remove_uploads(Connection& connection, const BucketId& bucket, std::vector<std::string>& files);
void remove_parts(Connection& connection, const UploadId& upload, std::vector<std::string>& files);
// False when the upload is gone, or lacks one of the parts.
bool turn_into_object(Connection& connection, const UploadId& upload, const std::vector<std::string>& parts,
                      std::vector<std::string>& files);

}  // namespace boathouse::meta::sqlite
