// SPDX-License-Identifier: Apache-2.0
#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

class TriggerSuite : public MetaStoreSuite {
 protected:
  TriggerSuite() : workspace_(add_workspace("main")) {}

  TriggerStore& triggers() { return store().triggers(); }
  BucketStore& buckets() { return store().buckets(); }

  TriggerRow trigger(const std::string& name, const std::string& bucket = "files") {
    return {.workspace = workspace_,
            .name = name,
            .bucket = bucket,
            .prefix = "data/",
            .suffix = ".csv",
            .settings = R"({"mode":"auto"})",
            .created_at = 3,
            .updated_at = 4};
  }
  BucketRow bucket(const std::string& name = "files") {
    BucketRow row{.id = BucketId("b-" + name), .workspace = workspace_, .name = name, .has_default_trigger = true};
    EXPECT_TRUE(buckets().insert_bucket(row));
    return row;
  }
  // A put whose version has a run of a trigger "t".
  ObjectPut put(const BucketRow& bucket, const std::string& key, const std::string& file) {
    ObjectPut wanted;
    wanted.row = {.bucket = bucket.id, .key = key, .file = file, .size = 7, .etag = "e", .at = ++clock_};
    wanted.new_version = [id = "v" + std::to_string(clock_)] { return id; };
    wanted.runs = {{.job = {.kind = "ingest",
                            .workspace = workspace_,
                            .object = bucket.name + "/" + key,
                            .ordered = true,
                            .max_attempts = 3},
                    .trigger = "t"}};
    return wanted;
  }
  base::JobId put_with_run(const BucketRow& bucket, const std::string& key, const std::string& file) {
    ObjectChange change = buckets().put_object(put(bucket, key, file));
    EXPECT_EQ(change.outcome, ObjectOutcome::done);
    EXPECT_EQ(change.runs.size(), 1u);
    return change.runs.at(0);
  }
  std::optional<JobRow> claim() {
    return store().jobs().claim_job(
        {.owner = "me", .now = 100, .lease_until = 200, .kinds = {"ingest"}, .most_of_workspace = 10});
  }
  void end(const JobRow& job, JobState state) {
    store().jobs().end_job({.report = {.id = job.id, .fencing = job.fencing}, .state = state}, 101);
  }
  std::vector<std::string> names(const std::vector<TriggerRow>& rows) {
    std::vector<std::string> out;
    for (const TriggerRow& row : rows) out.push_back(row.name);
    return out;
  }

  base::WorkspaceId workspace_;
  base::Micros clock_ = 10;
};
INSTANTIATE_TEST_SUITE_P(Every, TriggerSuite, every_backend(), backend_name);

using Names = std::vector<std::string>;

TEST_P(TriggerSuite, ATriggerKeepsEveryFieldAndIsReplaced) {
  EXPECT_TRUE(triggers().put_trigger(trigger("Orders")));
  restart();
  auto found = triggers().find_trigger(workspace_, "orders");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Orders");
  EXPECT_EQ(found->bucket, "files");
  EXPECT_EQ(found->prefix, "data/");
  EXPECT_EQ(found->suffix, ".csv");
  EXPECT_EQ(found->settings, R"({"mode":"auto"})");
  EXPECT_EQ(found->created_at, 3);
  EXPECT_EQ(found->updated_at, 4);
  TriggerRow other = trigger("ORDERS", "others");
  other.created_at = other.updated_at = 9;
  EXPECT_FALSE(triggers().put_trigger(other));
  found = triggers().find_trigger(workspace_, "orders");
  EXPECT_EQ(found->bucket, "others");
  EXPECT_EQ(found->created_at, 3);
  EXPECT_EQ(found->updated_at, 9);
}

TEST_P(TriggerSuite, TriggersAreListedByNameAndByBucketAndRemoved) {
  for (const char* name : {"b", "A", "c"}) triggers().put_trigger(trigger(name, name[0] == 'c' ? "others" : "files"));
  EXPECT_EQ(names(triggers().list_triggers(workspace_)), (Names{"A", "b", "c"}));
  EXPECT_EQ(names(triggers().triggers_of(workspace_, "files")), (Names{"A", "b"}));
  EXPECT_TRUE(triggers().list_triggers(add_workspace("other")).empty());
  EXPECT_TRUE(triggers().delete_trigger(workspace_, "a"));
  EXPECT_FALSE(triggers().delete_trigger(workspace_, "a"));
  EXPECT_EQ(names(triggers().triggers_of(workspace_, "files")), (Names{"b"}));
}

TEST_P(TriggerSuite, AWorkspaceThatIsGoneTakesNone) {
  TriggerRow lost = trigger("t");
  lost.workspace = base::WorkspaceId("gone");
  EXPECT_EQ(error_of([&] { triggers().put_trigger(lost); }), base::ErrorKind::not_found);
}

TEST_P(TriggerSuite, ABucketsDefaultGivesWayToItsOwn) {
  bucket();
  bucket("others");
  EXPECT_TRUE(buckets().find_bucket(workspace_, "files")->has_default_trigger);
  triggers().put_trigger(trigger("t"));
  EXPECT_FALSE(buckets().find_bucket(workspace_, "files")->has_default_trigger);
  EXPECT_TRUE(buckets().find_bucket(workspace_, "others")->has_default_trigger);
}

TEST_P(TriggerSuite, ARunKnowsItsVersionAndEndsWithIt) {
  const BucketRow files = bucket();
  const base::JobId id = put_with_run(files, "data/a.csv", "f1");
  auto run = triggers().find_run(id);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->workspace, workspace_);
  EXPECT_EQ(run->trigger, "t");
  EXPECT_EQ(run->bucket, files.id);
  EXPECT_EQ(run->key, "data/a.csv");
  EXPECT_EQ(run->number, 1);
  EXPECT_EQ(run->version, kNullVersion);
  EXPECT_EQ(run->file, "f1");
  EXPECT_EQ(run->size, 7);
  EXPECT_EQ(run->etag, "e");
  auto version = buckets().find_object(files.id, "data/a.csv", std::nullopt);
  auto states = triggers().runs_of(*version);
  ASSERT_EQ(states.size(), 1u);
  EXPECT_EQ(states[0].job, id);
  EXPECT_EQ(states[0].state, JobState::queued);
  ObjectRow another = *version;
  another.at += 1;
  EXPECT_TRUE(triggers().runs_of(another).empty());
}

TEST_P(TriggerSuite, APutThatIsRefusedQueuesNothing) {
  const BucketRow files = bucket();
  ObjectPut refused = put(files, "a", "f1");
  refused.condition.present = true;
  EXPECT_EQ(buckets().put_object(refused).outcome, ObjectOutcome::no_object);
  EXPECT_FALSE(claim());
}

TEST_P(TriggerSuite, BytesStayUntilTheRunIsReleased) {
  const BucketRow files = bucket();
  const base::JobId first = put_with_run(files, "a", "f1");
  ObjectPut overwrite = put(files, "a", "f2");
  overwrite.runs.clear();
  EXPECT_TRUE(buckets().put_object(overwrite).files.empty()) << "the run still reads the bytes of the first version";
  EXPECT_TRUE(buckets().is_file_used("f1"));
  EXPECT_EQ(triggers().release(first), (Names{"f1"}));
  EXPECT_FALSE(buckets().is_file_used("f1"));
  EXPECT_TRUE(triggers().find_run(first)->file.empty());
  EXPECT_TRUE(triggers().release(first).empty());

  const base::JobId second = put_with_run(files, "b", "f3");
  EXPECT_TRUE(triggers().release(second).empty()) << "the version has them";
  EXPECT_TRUE(buckets().is_file_used("f3"));
  EXPECT_EQ(buckets().delete_object({.bucket = files.id, .key = "b"}).files, (Names{"f3"}));
}

TEST_P(TriggerSuite, PartsOfAnUploadStayUntilTheRunIsReleased) {
  const BucketRow files = bucket();
  UploadRow upload{.id = UploadId("u"), .bucket = files.id, .key = "a"};
  ASSERT_TRUE(buckets().insert_upload(upload));
  for (int i = 1; i <= 2; ++i) {
    buckets().put_part({.upload = upload.id, .number = i, .file = "p" + std::to_string(i), .size = 5});
  }
  ObjectPut wanted = put(files, "a", "");
  wanted.row.upload = upload.id;
  wanted.parts = {"p1", "p2"};
  const base::JobId run = buckets().put_object(wanted).runs.at(0);
  EXPECT_TRUE(buckets().delete_object({.bucket = files.id, .key = "a"}).files.empty());
  EXPECT_EQ(buckets().list_parts(upload.id, 0, 10).size(), 2u);
  EXPECT_TRUE(buckets().is_file_used("p1"));
  EXPECT_EQ(triggers().release(run), (Names{"p1", "p2"}));
  EXPECT_TRUE(buckets().list_parts(upload.id, 0, 10).empty());
}

TEST_P(TriggerSuite, RunsThatSucceededOrWhoseJobsAreGoneAreSpent) {
  const BucketRow files = bucket();
  const base::JobId good = put_with_run(files, "a", "f1");
  const base::JobId bad = put_with_run(files, "b", "f2");
  EXPECT_TRUE(triggers().spent_runs(10).empty());
  end(*claim(), JobState::succeeded);
  end(*claim(), JobState::failed);
  EXPECT_EQ(triggers().spent_runs(10), (std::vector{good}));
  triggers().release(good);
  EXPECT_TRUE(triggers().spent_runs(10).empty()) << "one that failed may be tried again";
  EXPECT_EQ(store().jobs().prune_jobs(1000, 0, 10), 2);
  EXPECT_EQ(triggers().spent_runs(10).size(), 2u);
  EXPECT_EQ(triggers().spent_runs(1).size(), 1u);
  triggers().release(good);
  triggers().release(bad);
  EXPECT_TRUE(triggers().spent_runs(10).empty());
  EXPECT_FALSE(triggers().find_run(bad));
}

TEST_P(TriggerSuite, RunsOfAKeyComeOneAfterTheOtherAndOthersBesideThem) {
  const BucketRow files = bucket();
  const base::JobId first = put_with_run(files, "a", "f1");
  const base::JobId second = put_with_run(files, "a", "f2");
  const base::JobId other = put_with_run(files, "b", "f3");
  EXPECT_LT(first, second);
  auto running = claim();
  EXPECT_EQ(running->id, first);
  EXPECT_TRUE(running->ordered);
  EXPECT_EQ(claim()->id, other);
  EXPECT_FALSE(claim());
  // One that waits to be tried again is waited for, too.
  store().jobs().end_job(
      {.report = {.id = first, .fencing = running->fencing}, .state = JobState::queued, .run_at = 500}, 101);
  EXPECT_FALSE(claim());
  store().jobs().cancel_job(first, 102);
  EXPECT_EQ(claim()->id, second);
}

TEST_P(TriggerSuite, RunsThatBeganAreListedBothWaysAndSinceATime) {
  const BucketRow files = bucket();
  std::vector<base::JobId> ids;
  for (const char* key : {"a", "b", "c", "d"}) ids.push_back(put_with_run(files, key, std::string("f") + key));
  for (int i = 0; i < 3; ++i) claim();
  auto listed = [&](RunListing listing) {
    listing.workspace = workspace_;
    listing.trigger = "t";
    std::vector<base::JobId> out;
    for (const JobRow& row : triggers().list_runs(listing)) out.push_back(row.id);
    return out;
  };
  EXPECT_EQ(listed({}), (std::vector{ids[0], ids[1], ids[2]})) << "the last has not begun";
  EXPECT_EQ(listed({.newest_first = true, .limit = 2}), (std::vector{ids[2], ids[1]}));
  EXPECT_EQ(listed({.newest_first = true, .after = ids[1]}), (std::vector{ids[0]}));
  EXPECT_EQ(listed({.after = ids[1]}), (std::vector{ids[2]}));
  EXPECT_TRUE(listed({.changed_since = 101}).empty());
  EXPECT_EQ(triggers().triggers_with_runs(workspace_), (Names{"t"}));
  EXPECT_TRUE(triggers().triggers_with_runs(add_workspace("other")).empty());
}

TEST_P(TriggerSuite, AQueueIsCountedByWorkspaceAndKind) {
  const BucketRow files = bucket();
  put_with_run(files, "a", "f1");
  put_with_run(files, "b", "f2");
  EXPECT_EQ(store().jobs().count_queued(workspace_, "ingest"), 2);
  EXPECT_EQ(store().jobs().count_queued(workspace_, "profile"), 0);
  EXPECT_EQ(store().jobs().count_queued(base::WorkspaceId("w"), "ingest"), 0);
  claim();
  EXPECT_EQ(store().jobs().count_queued(workspace_, "ingest"), 1);
}

}  // namespace
}  // namespace boathouse::meta
