// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FlowSuite : public MetaStoreSuite {
 protected:
  FlowSuite() : ada_(add_user("ada")), bob_(add_user("bob")) {}

  FlowStore& flows() { return store().flows(); }

  static FlowEventRow event(std::int64_t fid, const std::string& what = "test") {
    return {.fid = fid, .at = 7, .who = "tester", .what = what};
  }
  static FlowRow flow_row(const base::UserId& owner, const std::string& title) {
    return {.workspace = base::WorkspaceId("ws-" + owner.value.substr(5)),
            .title = title,
            .owner = owner,
            .created_at = 1,
            .updated_at = 1};
  }
  std::int64_t add_flow(const base::UserId& owner, const std::string& title) {
    flows().uid_of(owner);
    return flows().insert_flow(flow_row(owner, title), event(0)).value().fid;
  }
  FlowOutcome add(FlowTaskRow& task) { return flows().insert_task(task, event(task.fid)); }
  std::int64_t add_task(std::int64_t fid, const std::string& title, const std::string& cause = "") {
    FlowTaskRow task{.fid = fid, .title = title, .cause = cause};
    EXPECT_EQ(add(task), FlowOutcome::done);
    return task.tid;
  }
  FlowOutcome change(std::int64_t fid, std::int64_t tid, const FlowTaskChange& change) {
    return flows().update_task(fid, tid, change, event(fid));
  }
  std::vector<std::int64_t> tasks(const FlowTaskListing& listing) {
    std::vector<std::int64_t> tids;
    for (const FlowTaskRow& task : flows().list_tasks(listing)) tids.push_back(task.tid);
    return tids;
  }
  std::vector<std::int64_t> seen_by(const base::UserId& user, const std::string& search = "", std::int64_t after = 0) {
    std::vector<std::int64_t> fids;
    for (const FlowRow& flow : flows().list_flows({.seen_by = user, .search = search, .after = after})) {
      fids.push_back(flow.fid);
    }
    return fids;
  }
  bool put_token(const base::UserId& user, const std::string& hash, const std::string& password_hash) {
    return flows().put_refresh_token(
        {.uid = flows().uid_of(user), .token_hash = hash, .created_at = 1, .updated_at = 1, .expires_at = 9}, user,
        password_hash);
  }
  FlowOutcome add_dataset(std::int64_t fid, bool only_first, std::int64_t* number = nullptr) {
    FlowDatasetRow dataset{.fid = fid, .bucket = "flows", .key = "k", .table = "t", .version = 5, .at = 3};
    const std::string job = "job-" + std::to_string(++jobs_);
    auto job_for = [&](const FlowDatasetRow& row) {
      return JobRow{.id = base::JobId(job), .kind = "summary", .object = std::to_string(row.number)};
    };
    const FlowOutcome outcome = flows().insert_dataset(dataset, only_first, job_for, event(fid));
    if (number != nullptr) *number = dataset.number;
    return outcome;
  }

  const base::UserId ada_;
  const base::UserId bob_;
  int jobs_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Every, FlowSuite, every_backend(), backend_name);

TEST_P(FlowSuite, AUserHasOneNumberForEver) {
  const std::int64_t ada = flows().uid_of(ada_);
  const std::int64_t bob = flows().uid_of(bob_);
  EXPECT_NE(ada, bob);
  restart();
  EXPECT_EQ(flows().uid_of(ada_), ada);
  EXPECT_EQ(error_of([&] { flows().uid_of(base::UserId("nobody")); }), base::ErrorKind::not_found);
  accounts().delete_user(bob_, ada_, audit());
  EXPECT_GT(flows().uid_of(add_user("bob")), bob) << "a number is never given twice";
}

TEST_P(FlowSuite, AUserIsFoundByAnEmailThatNobodyElseHas) {
  EXPECT_EQ(accounts().find_user_by_email("ADA@example.org")->id, ada_);
  EXPECT_FALSE(accounts().find_user_by_email(""));
  EXPECT_FALSE(accounts().find_user_by_email("nobody@example.org"));
  EXPECT_TRUE(accounts().has_email("ADA@example.org"));
  EXPECT_FALSE(accounts().has_email(""));
  EXPECT_FALSE(accounts().has_email("nobody@example.org"));
  accounts().update_user(bob_, {.email = "Ada@example.org"}, audit());
  EXPECT_FALSE(accounts().find_user_by_email("ada@example.org"));
  EXPECT_TRUE(accounts().has_email("ada@example.org")) << "also where several have it";
}

TEST_P(FlowSuite, OneRefreshTokenIsKept) {
  EXPECT_TRUE(put_token(ada_, "one", "hash-ada"));
  EXPECT_TRUE(put_token(ada_, "two", "hash-ada"));
  EXPECT_FALSE(put_token(ada_, "three", "another hash"));
  EXPECT_FALSE(flows().find_refresh_token("one"));
  restart();
  EXPECT_EQ(flows().find_refresh_token("two")->user, ada_);
  EXPECT_FALSE(flows().delete_refresh_token("one"));
  EXPECT_TRUE(flows().has_refresh_token(flows().uid_of(ada_)));
  EXPECT_TRUE(flows().delete_refresh_token("two"));
  EXPECT_FALSE(flows().delete_refresh_token("two"));
  EXPECT_FALSE(flows().has_refresh_token(flows().uid_of(ada_)));
}

TEST_P(FlowSuite, ANewPasswordEndsTheRefreshToken) {
  put_token(ada_, "one", "hash-ada");
  put_token(bob_, "two", "hash-bob");
  accounts().update_user(ada_, {.password_hash = "new"}, audit());
  EXPECT_FALSE(flows().find_refresh_token("one"));
  EXPECT_TRUE(flows().find_refresh_token("two"));
}

TEST_P(FlowSuite, ATitleIsItsOwnersOnce) {
  const std::int64_t fid = add_flow(ada_, "churn");
  EXPECT_FALSE(flows().insert_flow(flow_row(ada_, "churn"), event(0)));
  add_flow(ada_, "Churn");
  const std::int64_t bobs = add_flow(bob_, "churn");
  restart();
  EXPECT_EQ(flows().find_flow(fid, ada_)->owner_uid, flows().uid_of(ada_));
  EXPECT_EQ(flows().find_flow(fid)->owner_name, "ada");
  EXPECT_FALSE(flows().find_flow(fid, bob_));
  const std::int64_t other = add_flow(bob_, "other");
  EXPECT_EQ(flows().update_flow(other, {.title = "churn"}, event(other)), FlowOutcome::taken);
  EXPECT_EQ(flows().update_flow(other, {.title = "other"}, event(other)), FlowOutcome::done);
  EXPECT_EQ(flows().update_flow(999, {.title = "x"}, event(999)), FlowOutcome::gone);
  EXPECT_THAT(seen_by(bob_), ElementsAre(bobs, other));
}

TEST_P(FlowSuite, AFlowChangesInWhatIsSaid) {
  const std::int64_t fid = add_flow(ada_, "churn");
  flows().update_flow(fid, {.description = "about", .at = 5}, event(fid));
  EXPECT_EQ(flows().find_flow(fid)->title, "churn");
  EXPECT_EQ(flows().find_flow(fid)->description, "about");
  flows().update_flow(fid, {.title = "leavers"}, event(fid));
  EXPECT_EQ(flows().find_flow(fid)->description, "about");
  flows().update_flow(fid, {.description = std::optional<std::string>()}, event(fid));
  EXPECT_EQ(flows().find_flow(fid)->description, std::nullopt);
}

TEST_P(FlowSuite, FlowsOfAUserWhoLeavesAreNumberedAndTitledForTheirHeir) {
  const base::UserId heir = add_user("heir");
  const std::int64_t first = add_flow(ada_, "churn");
  const std::int64_t second = add_flow(ada_, "churn (2)");
  const std::int64_t other = add_flow(ada_, "other");
  ASSERT_EQ(accounts().delete_user(ada_, heir, audit()), ChangeOutcome::done);
  ASSERT_GT(flows().find_flow(first)->owner_uid, 0) << "the heir has never been at this door";
  EXPECT_EQ(flows().find_flow(first)->owner_uid, flows().uid_of(heir));
  const std::int64_t own = add_flow(bob_, "churn");
  ASSERT_EQ(accounts().delete_user(heir, bob_, audit()), ChangeOutcome::done);
  EXPECT_EQ(flows().find_flow(first)->title, "churn (3)");
  EXPECT_EQ(flows().find_flow(second)->title, "churn (2)");
  EXPECT_EQ(flows().find_flow(own)->title, "churn");
  EXPECT_THAT(seen_by(bob_), ElementsAre(first, second, other, own));
  EXPECT_FALSE(flows().insert_flow(flow_row(bob_, "other"), event(0))) << "he has it in another workspace";
  EXPECT_EQ(flows().update_flow(own, {.title = "other"}, event(own)), FlowOutcome::taken);
  EXPECT_EQ(flows().update_flow(own, {.title = "new"}, event(own)), FlowOutcome::done);
}

TEST_P(FlowSuite, ATitleThatGetsANumberKeepsItsLimit) {
  const std::string title = std::string(kMaxFlowTitle - 1, 'x') + "\u00fc";
  const std::int64_t fid = add_flow(ada_, title);
  add_flow(bob_, title);
  ASSERT_EQ(accounts().delete_user(ada_, bob_, audit()), ChangeOutcome::done);
  EXPECT_EQ(flows().find_flow(fid)->title, std::string(kMaxFlowTitle - 4, 'x') + " (2)");
}

TEST_P(FlowSuite, FlowsAreFoundByAPartOfTheirText) {
  const std::int64_t sales = add_flow(ada_, "Winter Sales");
  const std::int64_t churn = add_flow(ada_, "churn");
  flows().update_flow(churn, {.description = "after the sales"}, event(churn));
  add_flow(ada_, "other");
  EXPECT_THAT(seen_by(ada_, "SALES"), ElementsAre(sales, churn));
  EXPECT_THAT(seen_by(ada_, "sales", sales), ElementsAre(churn));
  EXPECT_THAT(seen_by(ada_, "100%"), IsEmpty());
}

TEST_P(FlowSuite, MembersComeAndGo) {
  const std::int64_t fid = add_flow(ada_, "churn");
  flows().uid_of(bob_);
  EXPECT_EQ(flows().add_member(fid, bob_, event(fid), audit()), FlowOutcome::done);
  EXPECT_EQ(flows().add_member(fid, bob_, event(fid), audit()), FlowOutcome::taken);
  EXPECT_EQ(flows().add_member(fid, base::UserId("nobody"), event(fid), audit()), FlowOutcome::gone);
  EXPECT_THAT(seen_by(bob_), ElementsAre(fid));
  const std::vector<FlowMemberRow> members = flows().members_of(fid);
  ASSERT_EQ(members.size(), 2u);
  EXPECT_TRUE(members[0].is_owner && members[0].user == ada_);
  EXPECT_FALSE(members[1].is_owner);
  const std::int64_t tid = add_task(fid, "one");
  EXPECT_EQ(change(fid, tid, {.assignee = bob_}), FlowOutcome::done);
  EXPECT_EQ(flows().find_task(fid, tid)->assignee_name, "bob");
  EXPECT_EQ(flows().remove_member(fid, ada_, event(fid), audit()), FlowOutcome::gone);
  EXPECT_EQ(flows().remove_member(fid, bob_, event(fid), audit()), FlowOutcome::done);
  EXPECT_EQ(flows().remove_member(fid, bob_, event(fid), audit()), FlowOutcome::gone);
  EXPECT_TRUE(flows().find_task(fid, tid)->assignee.empty());
  EXPECT_EQ(change(fid, tid, {.assignee = bob_}), FlowOutcome::gone);
  EXPECT_THAT(seen_by(bob_), IsEmpty());
}

TEST_P(FlowSuite, WhoLeavesTheHouseLeavesFlowsToTheHeir) {
  const std::int64_t fid = add_flow(ada_, "churn");
  const std::int64_t tid = add_task(fid, "one");
  change(fid, tid, {.assignee = ada_});
  accounts().delete_user(ada_, bob_, audit());
  EXPECT_EQ(flows().find_flow(fid, bob_)->owner, bob_);
  EXPECT_TRUE(flows().find_task(fid, tid)->assignee.empty());
}

TEST_P(FlowSuite, ATaskHasItsTitleInItsFlow) {
  const std::int64_t fid = add_flow(ada_, "churn"), other = add_flow(ada_, "other");
  const std::int64_t tid = add_task(fid, "one");
  FlowTaskRow again{.fid = fid, .title = "one"}, lost{.fid = 999, .title = "one"};
  EXPECT_EQ(add(again), FlowOutcome::taken);
  EXPECT_EQ(add(lost), FlowOutcome::gone);
  const std::int64_t elsewhere = add_task(other, "one");
  const std::int64_t second = add_task(fid, "two");
  EXPECT_EQ(change(fid, second, {.title = "one"}), FlowOutcome::taken);
  EXPECT_EQ(change(fid, second, {.title = "two", .status = "done", .due = "2024-01-01", .at = 9}), FlowOutcome::done);
  EXPECT_EQ(change(fid, elsewhere, {.title = "x"}), FlowOutcome::gone);
  restart();
  const FlowTaskRow task = flows().find_task(fid, second).value();
  EXPECT_EQ(task.status, "done");
  EXPECT_EQ(task.due, "2024-01-01");
  EXPECT_EQ(task.updated_at, 9);
  EXPECT_THAT(tasks({.fid = fid}), ElementsAre(tid, second));
  EXPECT_THAT(tasks({.fid = fid, .status = "done"}), ElementsAre(second));
  EXPECT_THAT(tasks({.fid = fid, .search = "ON"}), ElementsAre(tid));
  EXPECT_THAT(tasks({.fid = fid, .after = tid, .limit = 1}), ElementsAre(second));
  EXPECT_FALSE(flows().delete_task(fid, elsewhere, event(fid)));
  EXPECT_EQ(flows().delete_task(fid, tid, event(fid))->title, "one");
  EXPECT_FALSE(flows().find_task(fid, tid));
}

TEST_P(FlowSuite, OfACauseOneTaskIsOpen) {
  const std::int64_t fid = add_flow(ada_, "churn");
  const std::int64_t first = add_task(fid, "one", "cause");
  FlowTaskRow again{.fid = fid, .title = "another", .cause = "cause"};
  EXPECT_EQ(add(again), FlowOutcome::taken);
  EXPECT_TRUE(flows().has_open_task(fid, "cause"));
  EXPECT_FALSE(flows().has_open_task(fid, "another"));
  change(fid, first, {.status = "done"});
  EXPECT_FALSE(flows().has_open_task(fid, "cause"));
  EXPECT_EQ(add(again), FlowOutcome::done);
  EXPECT_EQ(change(fid, first, {.status = "open"}), FlowOutcome::taken);
  add_task(fid, "without a cause");
  add_task(fid, "without one too");
}

TEST_P(FlowSuite, CommentsGoWithTheirTaskAndEventsStay) {
  const std::int64_t fid = add_flow(ada_, "churn");
  const std::int64_t tid = add_task(fid, "one");
  auto say = [&](std::optional<std::int64_t> about) {
    FlowCommentRow comment{.fid = fid, .tid = about, .user = ada_, .author = "ada", .text = "hm", .at = 4};
    const FlowOutcome outcome = flows().insert_comment(comment, event(fid, "comment"));
    return std::pair(outcome, comment.cid);
  };
  const auto of_flow = say(std::nullopt), of_task = say(tid);
  EXPECT_EQ(say(999).first, FlowOutcome::gone);
  EXPECT_EQ(flows().list_comments(fid, std::nullopt, 0, 10).size(), 2u);
  EXPECT_EQ(flows().list_comments(fid, tid, 0, 10).at(0).cid, of_task.second);
  EXPECT_TRUE(flows().list_comments(fid, std::nullopt, of_task.second, 10).empty());
  EXPECT_FALSE(flows().delete_comment(fid, of_flow.second, bob_));
  EXPECT_TRUE(flows().delete_comment(fid, of_flow.second, ada_));
  flows().delete_task(fid, tid, event(fid, "deleted"));
  EXPECT_TRUE(flows().list_comments(fid, std::nullopt, 0, 10).empty());
  const std::vector<FlowEventRow> feed = flows().list_events(fid, std::nullopt, 2);
  ASSERT_EQ(feed.size(), 2u);
  EXPECT_EQ(feed[0].what, "deleted");
  EXPECT_EQ(feed[1].what, "comment");
  EXPECT_EQ(flows().list_events(fid, feed[1].id, 10).size(), 3u);
}

TEST_P(FlowSuite, TheNewestEventsAreKept) {
  const std::int64_t fid = add_flow(ada_, "churn");
  for (std::int64_t i = 0; i < kMaxFlowEvents + 5; ++i) {
    flows().update_flow(fid, {.at = i}, event(fid, "number " + std::to_string(i)));
  }
  const std::vector<FlowEventRow> feed = flows().list_events(fid, std::nullopt, 2 * kMaxFlowEvents);
  EXPECT_EQ(feed.size(), static_cast<std::size_t>(kMaxFlowEvents));
  EXPECT_EQ(feed.front().what, "number " + std::to_string(kMaxFlowEvents + 4));
  EXPECT_EQ(feed.back().what, "number 5");
}

TEST_P(FlowSuite, OneFirstDatasetAndThenVersions) {
  const std::int64_t fid = add_flow(ada_, "churn");
  EXPECT_EQ(flows().claim_table(fid, "flow_1"), "flow_1");
  EXPECT_EQ(flows().claim_table(fid, "another"), "flow_1");
  EXPECT_EQ(flows().claim_table(999, "x"), std::nullopt);
  EXPECT_EQ(add_dataset(fid, true), FlowOutcome::done);
  EXPECT_EQ(add_dataset(fid, true), FlowOutcome::taken);
  EXPECT_FALSE(store().jobs().find_job(base::JobId("job-2")));
  std::int64_t number = 0;
  EXPECT_EQ(add_dataset(fid, false, &number), FlowOutcome::done);
  EXPECT_EQ(number, 2);
  EXPECT_EQ(add_dataset(999, false), FlowOutcome::gone);
  EXPECT_TRUE(flows().put_summary(fid, 1, "{}"));
  EXPECT_FALSE(flows().put_summary(fid, 3, "{}"));
  restart();
  EXPECT_EQ(flows().find_flow(fid)->dataset, 2);
  EXPECT_EQ(flows().find_dataset(fid, 1)->summary, "{}");
  EXPECT_EQ(flows().find_dataset(fid, 2)->version, 5);
  EXPECT_EQ(store().jobs().find_job(base::JobId("job-3"))->object, "2");
  EXPECT_EQ(flows().find_dataset(fid, 2)->summary_job, base::JobId("job-3"));
}

TEST_P(FlowSuite, AFlowGoesWithAllThatIsItsOwn) {
  const std::int64_t fid = add_flow(ada_, "churn");
  add_task(fid, "one");
  add_dataset(fid, true);
  flows().update_flow(fid, {.rules = R"([{"event":"drift"}])"}, event(fid));
  EXPECT_EQ(flows().flows_with_rules(base::WorkspaceId("ws-ada")).size(), 1u);
  EXPECT_TRUE(flows().flows_with_rules(base::WorkspaceId("ws-bob")).empty());
  EXPECT_TRUE(flows().delete_flow(fid, audit()));
  EXPECT_FALSE(flows().delete_flow(fid, audit()));
  EXPECT_THAT(tasks({.fid = fid}), IsEmpty());
  EXPECT_FALSE(flows().find_dataset(fid, 1));
  EXPECT_TRUE(flows().list_events(fid, std::nullopt, 10).empty());
  EXPECT_TRUE(flows().flows_with_rules(base::WorkspaceId("ws-ada")).empty());
}

}  // namespace
}  // namespace boathouse::meta
