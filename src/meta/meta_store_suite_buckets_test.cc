// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

class BucketSuite : public MetaStoreSuite {
 protected:
  BucketSuite() : workspace_(add_workspace("team")) { EXPECT_TRUE(buckets().insert_bucket(bucket_)); }

  BucketStore& buckets() { return store().buckets(); }
  void set_versioning(Versioning versioning) {
    bucket_.versioning = versioning;
    EXPECT_TRUE(buckets().change_bucket(bucket_.id, [&](BucketRow& row) { row.versioning = versioning; }));
  }
  ObjectPut object(const std::string& key, const std::string& file) {
    ObjectPut put;
    put.row = {.bucket = bucket_.id, .key = key, .file = file, .size = 3, .etag = "e-" + file, .at = 5};
    put.new_version = [file] { return "v-" + file; };
    return put;
  }
  ObjectChange put(const std::string& key, const std::string& file) { return buckets().put_object(object(key, file)); }
  ObjectChange remove(const std::string& key, std::optional<std::string> version = std::nullopt,
                      const std::string& marker = "m") {
    return buckets().delete_object({.bucket = bucket_.id,
                                    .key = key,
                                    .version = std::move(version),
                                    .new_version = [marker] { return marker; },
                                    .at = 6});
  }
  std::string file_of(const std::string& key, std::optional<std::string> version = std::nullopt) {
    auto row = buckets().find_object(bucket_.id, key, version);
    return !row ? "none" : row->is_marker ? "marker" : row->file;
  }
  std::vector<std::string> keys(ObjectListing listing) {
    listing.bucket = bucket_.id;
    std::vector<std::string> out;
    for (const ObjectRow& row : buckets().list_objects(listing)) out.push_back(row.key);
    return out;
  }

  base::WorkspaceId workspace_;
  BucketRow bucket_{.id = BucketId("b1"), .workspace = base::WorkspaceId("ws-team"), .name = "files"};
};

using Keys = std::vector<std::string>;

TEST_P(BucketSuite, NamesAreUniqueInAWorkspaceOnly) {
  BucketRow same = bucket_;
  same.id = BucketId("b2");
  EXPECT_FALSE(buckets().insert_bucket(same));
  same.workspace = add_workspace("other");
  EXPECT_TRUE(buckets().insert_bucket(same));
  EXPECT_EQ(buckets().find_bucket(workspace_, "files")->id, bucket_.id);
  EXPECT_EQ(buckets().list_buckets(workspace_).size(), 1U);
  same.workspace = base::WorkspaceId("gone");
  EXPECT_EQ(error_of([&] { buckets().insert_bucket(same); }), base::ErrorKind::not_found);
}

TEST_P(BucketSuite, WithoutVersioningTheNewReplacesTheOld) {
  EXPECT_TRUE(put("a", "f1").files.empty());
  EXPECT_EQ(put("a", "f2").files, Keys{"f1"});
  EXPECT_EQ(file_of("a"), "f2");
  EXPECT_TRUE(buckets().is_file_used("f2"));
  EXPECT_FALSE(buckets().is_file_used("f1"));
  EXPECT_EQ(remove("a").files, Keys{"f2"});
  EXPECT_EQ(file_of("a"), "none");
  EXPECT_EQ(remove("a").outcome, ObjectOutcome::done);
}

TEST_P(BucketSuite, WithVersioningEveryVersionStays) {
  put("a", "f0");
  set_versioning(Versioning::enabled);
  EXPECT_EQ(put("a", "f1").version, "v-f1");
  EXPECT_TRUE(put("a", "f2").files.empty());
  EXPECT_EQ(file_of("a", kNullVersion), "f0");
  ObjectChange marked = remove("a");
  EXPECT_TRUE(marked.is_marker);
  EXPECT_EQ(marked.version, "m");
  EXPECT_EQ(file_of("a"), "marker");
  EXPECT_EQ(keys({}), Keys{});
  EXPECT_TRUE(remove("a", "m").is_marker);
  EXPECT_EQ(file_of("a"), "f2");
  EXPECT_EQ(remove("a", "v-f2").files, Keys{"f2"});
  EXPECT_EQ(file_of("a"), "f1");
  EXPECT_EQ(keys({}), Keys{"a"});
  auto versions = buckets().list_versions({.bucket = bucket_.id}, std::nullopt);
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_TRUE(versions[0].is_latest);
  EXPECT_EQ(versions[1].version, kNullVersion);
  auto rest = buckets().list_versions({.bucket = bucket_.id}, VersionPlace{"a", versions[0].number});
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].file, "f0");
}

TEST_P(BucketSuite, SuspendedVersioningWritesTheNullVersion) {
  set_versioning(Versioning::enabled);
  put("a", "f1");
  set_versioning(Versioning::suspended);
  EXPECT_EQ(put("a", "f2").version, kNullVersion);
  EXPECT_EQ(put("a", "f3").files, Keys{"f2"});
  EXPECT_EQ(remove("a").version, kNullVersion);
  EXPECT_EQ(file_of("a"), "marker");
  EXPECT_EQ(file_of("a", "v-f1"), "f1");
}

TEST_P(BucketSuite, ConditionsAreJudgedWithTheChange) {
  ObjectPut fresh = object("a", "f1");
  fresh.condition.absent = true;
  EXPECT_EQ(buckets().put_object(fresh).outcome, ObjectOutcome::done);
  fresh.row.file = "f2";
  EXPECT_EQ(buckets().put_object(fresh).outcome, ObjectOutcome::condition_failed);
  ObjectPut matching = object("a", "f3");
  matching.condition.etag = "e-f1";
  EXPECT_EQ(buckets().put_object(matching).outcome, ObjectOutcome::done);
  EXPECT_EQ(buckets().put_object(matching).outcome, ObjectOutcome::condition_failed);
  matching.row.key = "b";
  EXPECT_EQ(buckets().put_object(matching).outcome, ObjectOutcome::no_object);
  EXPECT_FALSE(buckets().is_file_used("f2"));
}

TEST_P(BucketSuite, ListsByTheBytesOfKeysWithinBounds) {
  for (const char* key : {"b", "a/2", "a/1", "a", "\xc3\xa9", "Z"}) put(key, std::string("f-") + key);
  EXPECT_EQ(keys({}), (Keys{"Z", "a", "a/1", "a/2", "b", "\xc3\xa9"}));
  EXPECT_EQ(keys({.from = "a/", .before = "a0"}), (Keys{"a/1", "a/2"}));
  EXPECT_EQ(keys({.from = "a/1", .except = "a/1", .limit = 2}), (Keys{"a/2", "b"}));
}

TEST_P(BucketSuite, ABucketThatHoldsSomethingStays) {
  put("a", "f1");
  EXPECT_EQ(buckets().delete_bucket(bucket_.id).outcome, ObjectOutcome::condition_failed);
  remove("a");
  EXPECT_EQ(buckets().delete_bucket(bucket_.id).outcome, ObjectOutcome::done);
  EXPECT_EQ(buckets().delete_bucket(bucket_.id).outcome, ObjectOutcome::bucket_gone);
  EXPECT_EQ(put("a", "f2").outcome, ObjectOutcome::bucket_gone);
}

TEST_P(BucketSuite, UploadsGoWithTheirBucket) {
  UploadRow upload{.id = UploadId("u"), .bucket = bucket_.id, .key = "a"};
  EXPECT_TRUE(buckets().insert_upload(upload));
  const PartRow part{.upload = upload.id, .number = 1, .file = "p1", .size = 1};
  buckets().put_part(part);
  EXPECT_EQ(buckets().delete_bucket(bucket_.id).files, Keys{"p1"});
  EXPECT_EQ(buckets().put_part(part).outcome, ObjectOutcome::upload_gone);
  EXPECT_FALSE(buckets().is_file_used("p1"));
  EXPECT_FALSE(buckets().insert_upload(upload));
}

TEST_P(BucketSuite, AnUploadBecomesAnObjectOnceWithThePartsItNames) {
  UploadRow upload{.id = UploadId("u"), .bucket = bucket_.id, .key = "a"};
  buckets().insert_upload(upload);
  auto part = [&](std::int64_t number, const std::string& file) {
    return buckets().put_part({.upload = upload.id, .number = number, .file = file, .size = 1});
  };
  part(1, "p1");
  part(2, "p2");
  EXPECT_EQ(part(2, "p2b").files, Keys{"p2"});
  part(5, "p5");
  ObjectPut whole = object("a", "");
  whole.row.upload = upload.id;
  whole.parts = {"p1", "p2"};
  EXPECT_EQ(buckets().put_object(whole).outcome, ObjectOutcome::upload_gone);
  EXPECT_TRUE(buckets().find_upload(upload.id));
  whole.parts = {"p1", "p5"};
  EXPECT_EQ(buckets().put_object(whole).files, Keys{"p2b"});
  EXPECT_EQ(buckets().put_object(whole).outcome, ObjectOutcome::upload_gone);
  EXPECT_EQ(buckets().list_parts(upload.id, 0, 10).size(), 2U);
  EXPECT_EQ(part(1, "late").outcome, ObjectOutcome::upload_gone);
  EXPECT_EQ(buckets().find_completed(bucket_.id, "a", upload.id)->upload, upload.id);
  EXPECT_FALSE(buckets().find_completed(bucket_.id, "b", upload.id));
  EXPECT_EQ(remove("a").files, (Keys{"p1", "p5"}));
  EXPECT_TRUE(buckets().list_parts(upload.id, 0, 10).empty());
}

TEST_P(BucketSuite, JobsAreQueuedWithTheObject) {
  ObjectPut with_job = object("a", "f1");
  std::string id = "j";
  auto jobs = [&](const std::string& version) {
    return std::vector<JobRow>{
        {.id = base::JobId(id), .kind = "notify", .workspace = workspace_, .object = "files/a of " + version}};
  };
  with_job.jobs = jobs;
  buckets().put_object(with_job);
  EXPECT_EQ(store().jobs().find_job(base::JobId("j"))->object, "files/a of null");
  with_job.condition.absent = true;
  id = "k";
  buckets().put_object(with_job);
  EXPECT_FALSE(store().jobs().find_job(base::JobId("k")));
  set_versioning(Versioning::enabled);
  buckets().delete_object({.bucket = bucket_.id, .key = "a", .new_version = [] { return "m"; }, .at = 6, .jobs = jobs});
  EXPECT_EQ(store().jobs().find_job(base::JobId("k"))->object, "files/a of m");
  id = "l";
  buckets().delete_object({.bucket = bucket_.id, .key = "nobody", .version = "m", .at = 6, .jobs = jobs});
  EXPECT_FALSE(store().jobs().find_job(base::JobId("l"))) << "nothing was deleted";
}

TEST_P(BucketSuite, IdsOfVersionsAreDrawnInTheOrderOfTheirNumbers) {
  set_versioning(Versioning::enabled);
  std::atomic<int> drawn = 100;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 8; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < 20; ++i) {
        ObjectPut wanted = object("a", fmt::format("f{}-{}", writer, i));
        wanted.new_version = [&] { return std::to_string(drawn++); };
        buckets().put_object(wanted);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::vector<std::string> ids;
  for (const ObjectRow& row : buckets().list_versions({.bucket = bucket_.id}, std::nullopt)) ids.push_back(row.version);
  EXPECT_EQ(ids.size(), 160U);
  EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
}

TEST_P(BucketSuite, ABucketIsChangedAsItIsThenOrNotAtAll) {
  EXPECT_TRUE(buckets().change_bucket(bucket_.id, [](BucketRow& row) { row.tags = "t"; }));
  EXPECT_TRUE(buckets().change_bucket(bucket_.id, [](BucketRow& row) { row.notification = "of " + row.tags; }));
  EXPECT_THROW(buckets().change_bucket(bucket_.id,
                                       [](BucketRow& row) {
                                         row.tags = "lost";
                                         throw std::runtime_error("no");
                                       }),
               std::runtime_error);
  const BucketRow now = *buckets().find_bucket(workspace_, "files");
  EXPECT_EQ(now.tags, "t");
  EXPECT_EQ(now.notification, "of t");
  EXPECT_FALSE(buckets().change_bucket(BucketId("gone"), [](BucketRow&) { FAIL(); }));
}

TEST_P(BucketSuite, TagsAreSetOfTheLatestVersionOrOfOne) {
  set_versioning(Versioning::enabled);
  put("a", "f1");
  put("a", "f2");
  auto set = [&](const std::string& key, const std::optional<std::string>& version, std::string_view tags) {
    return buckets().set_object_tags(bucket_.id, key, version, tags).value_or("none");
  };
  EXPECT_EQ(set("a", std::nullopt, "new"), "v-f2");
  EXPECT_EQ(set("a", "v-f1", "old"), "v-f1");
  EXPECT_EQ(buckets().find_object(bucket_.id, "a", std::nullopt)->tags, "new");
  EXPECT_EQ(buckets().find_object(bucket_.id, "a", "v-f1")->tags, "old");
  EXPECT_EQ(set("a", "nobody", "x"), "none");
  EXPECT_EQ(set("b", std::nullopt, "x"), "none");
  remove("a");
  EXPECT_EQ(set("a", std::nullopt, "x"), "none") << "a marker";
  EXPECT_EQ(set("a", "m", "x"), "none");
}

INSTANTIATE_TEST_SUITE_P(Every, BucketSuite, every_backend(), backend_name);

}  // namespace
}  // namespace boathouse::meta
