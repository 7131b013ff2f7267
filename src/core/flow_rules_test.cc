// SPDX-License-Identifier: Apache-2.0
#include "core/flow_rules.h"

#include "core/core_fixture.h"
#include "core/flow_tasks.h"
#include "core/sink_job.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

class FlowRulesTest : public CoreTest {
 protected:
  FlowRulesTest() {
    meta::NewUser ada;
    ada.user = {.id = base::UserId("ada"), .name = "ada", .personal_workspace = base::WorkspaceId("ada-ws")};
    ada.personal = {.id = ada.user.personal_workspace, .name = "ada"};
    ada.memberships = {{ada.personal.id, ada.user.id, meta::Role::owner}};
    EXPECT_EQ(meta_->accounts().create_user(ada, {}), meta::CreateUserOutcome::created);
    caller_.principal = {.user = ada.user.id, .name = "ada", .personal_workspace = ada.personal.id};
    fid_ = flows_.create(caller_, {.title = "data"}).fid;
  }

  void set_rules(const std::string& text) { rules_.set(caller_, fid_, json::parse(text)); }
  std::size_t open(const FlowIncident& incident) { return rules_.open_tasks(home(), incident); }
  base::WorkspaceId home() const { return caller_.principal.personal_workspace; }
  std::vector<meta::FlowTaskRow> tasks() { return tasks_.list(caller_, fid_, {}, {}).rows; }

  auth::Caller caller_;
  Flows flows_{parts_};
  FlowTasks tasks_{parts_, flows_};
  FlowRules rules_{parts_, flows_};
  std::int64_t fid_ = 0;
};

TEST_F(FlowRulesTest, AnEventOpensATaskWhereARuleAsksForIt) {
  const FlowIncident drift{.event = "drift", .subject = "people", .message = "age: PSI 0.4", .table = "people"};
  EXPECT_EQ(open(drift), 0u);
  set_rules(R"([{"event":"sink_failed"},{"event":"drift"}])");
  EXPECT_EQ(rules_.open_tasks(workspace_.id, drift), 0u) << "another workspace's";
  EXPECT_EQ(open(drift), 1u);
  ASSERT_EQ(tasks().size(), 1u);
  EXPECT_EQ(tasks()[0].title, "Data has drifted: people");
  EXPECT_EQ(tasks()[0].description, "age: PSI 0.4");
  EXPECT_EQ(json::parse(tasks()[0].target), (json::object{{"table", "people"}}));
  EXPECT_EQ(open({.event = "trigger_failed", .subject = "people", .message = "x"}), 0u);
}

TEST_F(FlowRulesTest, OfACauseOneTaskIsOpenAtATime) {
  set_rules(R"([{"event":"drift","title":"Look"}])");
  const FlowIncident drift{.event = "drift", .subject = "people", .message = "m"};
  EXPECT_EQ(open(drift), 1u);
  EXPECT_EQ(open(drift), 0u);
  EXPECT_EQ(open({.event = "drift", .subject = "ports", .message = "m"}), 1u);
  tasks_.change(caller_, fid_, tasks()[0].tid, {.status = "done"});
  EXPECT_EQ(open(drift), 1u);
  ASSERT_EQ(tasks().size(), 3u);
  EXPECT_EQ(tasks()[2].title, "Look: people (2)");
}

TEST_F(FlowRulesTest, ALongSubjectAndMessageAreCut) {
  set_rules(R"([{"event":"drift"}])");
  EXPECT_EQ(open({.event = "drift", .subject = std::string(1000, 'x'), .message = std::string(20'000, 'y')}), 1u);
  EXPECT_LE(tasks()[0].title.size(), kMaxFlowTitle);
  EXPECT_EQ(tasks()[0].description->size(), kMaxFlowDescription);
}

TEST_F(FlowRulesTest, AFailedCopyIsAboutItsTable) {
  set_rules(R"([{"event":"sink_failed"}])");
  const meta::SinkRow sink{.id = meta::SinkId("s"), .workspace = home(), .name = "lake"};
  rules_.job_failed(sink_job(sink, {.workspace = home(), .name = "people"}), "no such host");
  rules_.job_failed(sink_job(sink, {.workspace = workspace_.id, .name = "ports"}), "no such host");
  ASSERT_EQ(tasks().size(), 2u);
  EXPECT_EQ(tasks()[0].title, "A copy could not be made: people@lake");
  EXPECT_EQ(json::parse(tasks()[0].target), (json::object{{"table", "people"}}));
  EXPECT_NE(tasks()[0].description->find("no such host"), std::string::npos);
  EXPECT_EQ(tasks()[1].target, "null") << "the table lies in another workspace";
}

}  // namespace
}  // namespace boathouse::core
