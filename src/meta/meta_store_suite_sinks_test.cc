// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SinkSuite : public MetaStoreSuite {
 protected:
  SinkSuite() : workspace_(add_workspace("team")) {}

  SinkStore& sinks() { return store().sinks(); }
  SinkRow sink(const std::string& name, std::optional<std::vector<SinkTable>> tables = std::nullopt) const {
    return {.id = SinkId("sink-" + name),
            .workspace = workspace_,
            .name = name,
            .kind = "postgresql",
            .sealed_url = "sealed",
            .options = R"({"schema":"public"})",
            .tables = std::move(tables),
            .created_at = 5,
            .updated_at = 5};
  }
  JobRow job(const std::string& id, const std::string& object) const {
    return {.id = base::JobId(id), .kind = "sink", .workspace = workspace_, .object = object, .single = true};
  }
  // The objects of the jobs that it queues.
  std::vector<std::string> put(const SinkRow& row) {
    std::vector<std::string> queued;
    sinks().put_sink(row, [&](const SinkTable& table) {
      queued.push_back(table.name + "@" + row.name);
      return job("job-" + std::to_string(++jobs_), queued.back());
    });
    return queued;
  }
  bool is_new(const SinkRow& row) {
    return sinks().put_sink(row, [&](const SinkTable&) { return job("job-" + std::to_string(++jobs_), "x"); });
  }
  std::vector<std::string> followed_by(const std::string& name) {
    std::vector<std::string> names;
    for (const SinkTable& table : sinks().tables_of(SinkId("sink-" + name))) names.push_back(table.name);
    return names;
  }
  // The objects of the jobs that a commit to the table queues.
  std::vector<std::string> told_by(const PointerSwap& swap) {
    std::vector<std::string> told;
    auto make = [&](const SinkRow& to, const SinkTable& table) {
      told.push_back(table.name + "@" + to.name);
      return job("job-" + std::to_string(++jobs_), told.back());
    };
    EXPECT_TRUE(is_committed(catalog().commit({.at = 40, .swaps = {swap}, .sink_job = make})));
    std::ranges::sort(told);
    return told;
  }
  PointerSwap move(const base::TableId& table, int from, bool new_version = true) {
    std::string location = catalog().find_table(table)->metadata_location;
    return {.table = table,
            .expected = location,
            .next = location + "/" + std::to_string(from),
            .figures = {.version = from},
            .new_version = new_version};
  }

  const base::WorkspaceId workspace_;
  int jobs_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Every, SinkSuite, every_backend(), backend_name);

TEST_P(SinkSuite, ASinkIsMadeReplacedListedAndRemoved) {
  SinkTable orders{workspace_, "orders"};
  EXPECT_TRUE(is_new(sink("Lake", {{orders}})));
  EXPECT_TRUE(store().jobs().find_job(base::JobId("job-1")));
  restart();
  auto found = sinks().find_sink(workspace_, "lake");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Lake");
  EXPECT_EQ(found->kind, "postgresql");
  EXPECT_EQ(found->sealed_url, "sealed");
  EXPECT_EQ(found->options, R"({"schema":"public"})");
  EXPECT_THAT(*found->tables, ElementsAre(orders));
  EXPECT_EQ(found->created_at, 5);

  SinkRow other = sink("LAKE");
  other.id = SinkId("another");
  other.sealed_url = "sealed again";
  other.created_at = other.updated_at = 9;
  EXPECT_FALSE(is_new(other));
  found = sinks().find_sink(SinkId("sink-Lake"));
  ASSERT_TRUE(found) << "it keeps its id";
  EXPECT_EQ(found->name, "LAKE");
  EXPECT_EQ(found->sealed_url, "sealed again");
  EXPECT_FALSE(found->tables);
  EXPECT_EQ(found->created_at, 5);
  EXPECT_EQ(found->updated_at, 9);

  put(sink("archive"));
  EXPECT_EQ(sinks().list_sinks(workspace_).front().name, "archive");
  EXPECT_EQ(sinks().list_sinks(workspace_).size(), 2u);
  EXPECT_THAT(sinks().list_sinks(add_workspace("foreign")), IsEmpty());
  EXPECT_TRUE(sinks().delete_sink(workspace_, "lake"));
  EXPECT_FALSE(sinks().delete_sink(workspace_, "lake"));
  SinkRow nowhere = sink("x");
  nowhere.workspace = base::WorkspaceId("nowhere");
  EXPECT_EQ(error_of([&] { put(nowhere); }), base::ErrorKind::not_found);
}

TEST_P(SinkSuite, ASinkFollowsTheTablesThatItNamesOrThoseThatAreFedToIt) {
  EXPECT_THAT(put(sink("named", {{{workspace_, "b"}, {workspace_, "a"}}})), ElementsAre("a@named", "b@named"));
  EXPECT_THAT(put(sink("all")), IsEmpty());
  put(sink("some"));
  EXPECT_THAT(followed_by("named"), ElementsAre("a", "b"));
  EXPECT_THAT(followed_by("all"), IsEmpty());

  EXPECT_TRUE(sinks().feed({workspace_, "Orders"}, std::vector<std::string>{"SOME"}));
  EXPECT_FALSE(sinks().feed({workspace_, "orders"}, std::vector<std::string>{"some"})) << "is so already";
  EXPECT_THAT(followed_by("all"), IsEmpty());
  EXPECT_THAT(followed_by("some"), ElementsAre("Orders"));
  EXPECT_TRUE(sinks().feed({workspace_, "orders"}, std::vector<std::string>{"named", "none"}));
  EXPECT_THAT(followed_by("some"), ElementsAre("Orders")) << "what was said before goes on";
  EXPECT_THAT(followed_by("named"), ElementsAre("a", "b"));
  EXPECT_TRUE(sinks().feed({workspace_, "orders"}, std::nullopt));
  EXPECT_FALSE(sinks().feed({workspace_, "orders"}, std::nullopt));
  EXPECT_FALSE(sinks().feed({workspace_, "orders"}, std::vector<std::string>{"all"}));
  EXPECT_THAT(followed_by("all"), ElementsAre("Orders"));
  EXPECT_THAT(put(sink("later")), ElementsAre("Orders@later"));
  EXPECT_TRUE(sinks().feed({workspace_, "quiet"}, std::vector<std::string>{}));
  EXPECT_THAT(followed_by("all"), ElementsAre("Orders"));

  EXPECT_TRUE(sinks().is_followed(SinkId("sink-all"), {workspace_, "ORDERS"}));
  EXPECT_FALSE(sinks().is_followed(SinkId("sink-all"), {workspace_, "quiet"}));
  EXPECT_FALSE(sinks().is_followed(SinkId("sink-all"), {add_workspace("foreign"), "orders"}));
}

TEST_P(SinkSuite, ACommitTellsEachSinkThatFollowsItsTable) {
  base::WorkspaceId foreign = add_workspace("foreign");
  put(sink("named", {{{workspace_, "orders"}, {foreign, "orders"}}}));
  put(sink("all"));
  base::TableId orders = add_table(workspace_, "orders");
  base::TableId theirs = add_table(foreign, "orders");
  EXPECT_THAT(told_by(move(orders, 1)), ElementsAre("orders@named"));
  sinks().feed({workspace_, "orders"}, std::nullopt);
  EXPECT_THAT(told_by(move(orders, 2)), ElementsAre("orders@all", "orders@named"));
  EXPECT_THAT(told_by(move(orders, 2, false)), IsEmpty()) << "a branch moved, main did not";
  EXPECT_THAT(told_by(move(theirs, 3)), ElementsAre("orders@named"));
  EXPECT_EQ(store().jobs().list_jobs({.kind = "sink"}).size(), 2u) << "one that waits already stands for the next";
  PointerSwap made = creation(workspace_, "Fresh");
  made.new_version = true;
  sinks().feed({workspace_, "fresh"}, std::nullopt);
  EXPECT_THAT(told_by(made), ElementsAre("Fresh@all"));
}

TEST_P(SinkSuite, WhatIsCopiedIsRememberedUntilTheSinkGoes) {
  put(sink("lake"));
  SinkId id("sink-lake");
  SinkTable table{workspace_, "Orders"};
  EXPECT_FALSE(sinks().find_copy(id, table));
  SinkCopyRow copy{.sink = id, .table = table, .version = 7, .rows = 8, .target = "t", .error = "e", .at = 9};
  sinks().put_copy(copy);
  copy.version = 10;
  copy.error.clear();
  sinks().put_copy(copy);
  auto found = sinks().find_copy(id, {workspace_, "orders"});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->table, table);
  EXPECT_EQ(found->version, 10);
  EXPECT_EQ(found->rows, 8);
  EXPECT_EQ(found->target, "t");
  EXPECT_EQ(found->error, "");
  EXPECT_EQ(found->at, 9);
  put(sink("lake"));
  EXPECT_TRUE(sinks().find_copy(id, table)) << "it is the same";
  SinkRow changed = sink("lake");
  changed.updated_at = 6;
  put(changed);
  EXPECT_FALSE(sinks().find_copy(id, table));
  sinks().put_copy(copy);
  sinks().delete_sink(workspace_, "lake");
  EXPECT_FALSE(sinks().find_copy(id, table));
  sinks().put_copy(copy);
  EXPECT_FALSE(sinks().find_copy(id, table));
}

TEST_P(SinkSuite, SecretsAreSealedAnewOnlyWhereTheyAreAsSeen) {
  put(sink("a"));
  put(sink("b"));
  auto page = sinks().list_all_sinks(SinkId(), 1);
  ASSERT_EQ(page.size(), 1u);
  EXPECT_EQ(page[0].name, "a");
  EXPECT_EQ(sinks().list_all_sinks(page[0].id, 5).size(), 1u);
  EXPECT_FALSE(sinks().reseal_sink(page[0].id, "other", "new"));
  EXPECT_TRUE(sinks().reseal_sink(page[0].id, "sealed", "new"));
  EXPECT_EQ(sinks().find_sink(page[0].id)->sealed_url, "new");
}

}  // namespace
}  // namespace boathouse::meta
