// SPDX-License-Identifier: Apache-2.0
// Insights, audit, names of roles and states.
#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

class RestSuite : public MetaStoreSuite {};
INSTANTIATE_TEST_SUITE_P(Every, RestSuite, every_backend(), backend_name);

TEST_P(RestSuite, AnInsightIsMadeReplacedListedAndRemoved) {
  InsightRow row{.workspace = add_workspace("main"),
                 .name = "HIRES",
                 .sql = "SELECT 1",
                 .is_public = true,
                 .description = "d",
                 .updated_at = 5};
  EXPECT_TRUE(store().insights().put_insight(row));
  row.sql = "SELECT 2";
  row.name = "Hires";
  EXPECT_FALSE(store().insights().put_insight(row));
  auto found = store().insights().find_insight(row.workspace, "hires");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Hires");
  EXPECT_EQ(found->sql, "SELECT 2");
  EXPECT_TRUE(found->is_public);
  EXPECT_EQ(found->description, "d");
  EXPECT_EQ(store().insights().list_insights(row.workspace).size(), 1u);
  EXPECT_FALSE(store().insights().find_insight(add_workspace("other"), "hires"));
  EXPECT_TRUE(store().insights().delete_insight(row.workspace, "HIRES"));
  EXPECT_FALSE(store().insights().delete_insight(row.workspace, "HIRES"));
  row.workspace = base::WorkspaceId("nowhere");
  EXPECT_EQ(error_of([&] { store().insights().put_insight(row); }), base::ErrorKind::not_found);
}

TEST_P(RestSuite, AuditRowsComeNewestFirstAndByPage) {
  for (int i = 1; i <= 5; ++i) {
    AuditRow row = audit("act-" + std::to_string(i));
    row.target = "x";
    row.workspace = base::WorkspaceId(i % 2 ? "w" : "");
    row.outcome = "permission-denied";
    store().audit().append(row);
  }
  auto page = store().audit().list({.limit = 3});
  ASSERT_EQ(page.size(), 3u);
  EXPECT_EQ(page[0].what, "act-5");
  EXPECT_EQ(page[0].who, "tester");
  EXPECT_EQ(page[0].workspace.value, "w");
  EXPECT_EQ(page[0].outcome, "permission-denied");
  EXPECT_EQ(page[0].request.value, "r-1");
  EXPECT_TRUE(page[1].workspace.empty());
  page = store().audit().list({.before = page[2].id, .limit = 3});
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].what, "act-2");
  EXPECT_EQ(page[1].what, "act-1");
}

TEST_P(RestSuite, AuditRowsAreNarrowedByWhatIsAskedFor) {
  for (int i = 1; i <= 4; ++i) {
    AuditRow row = audit(i == 1 ? "first" : "other");
    row.workspace = base::WorkspaceId(i == 2 ? "w" : "");
    row.who = i == 3 ? "ada" : "bob";
    row.outcome = i == 4 ? "conflict" : "ok";
    row.request = base::RequestId("r-" + std::to_string(i));
    store().audit().append(row);
  }
  auto requests = [&](const AuditListing& listing) {
    std::string found;
    for (const AuditRow& row : store().audit().list(listing)) found += row.request.value + " ";
    return found;
  };
  EXPECT_EQ(requests({}), "r-4 r-3 r-2 r-1 ");
  EXPECT_EQ(requests({.what = "first"}), "r-1 ");
  EXPECT_EQ(requests({.workspace = base::WorkspaceId("w")}), "r-2 ");
  EXPECT_EQ(requests({.who = "ada"}), "r-3 ");
  EXPECT_EQ(requests({.outcome = "conflict"}), "r-4 ");
  EXPECT_EQ(requests({.request = base::RequestId("r-2")}), "r-2 ");
  EXPECT_EQ(requests({.who = "bob", .what = "other", .outcome = "ok", .limit = 1}), "r-2 ");
  EXPECT_EQ(requests({.who = "ada", .outcome = "conflict"}), "");
}

TEST(Rows, RolesAndStatesHaveNames) {
  for (Role role : {Role::viewer, Role::editor, Role::owner}) EXPECT_EQ(parse_role(to_string(role)), role);
  EXPECT_FALSE(parse_role("Owner"));
  EXPECT_EQ(parse_job_state("running"), JobState::running);
  EXPECT_FALSE(parse_job_state(""));
}

}  // namespace
}  // namespace boathouse::meta
