// SPDX-License-Identifier: Apache-2.0
// The user pool: its row, clients, groups; and what users keep for it.
#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

class PoolsSuite : public MetaStoreSuite {
 protected:
  PoolStore& pools() { return store().pools(); }
  static PoolClientRow client(const std::string& id, base::Micros at) {
    return {.id = id,
            .name = "n-" + id,
            .sealed_secret = "s-" + id,
            .flows = "[\"A\"]",
            .created_at = at,
            .updated_at = at};
  }
  static std::vector<std::string> ids(const std::vector<PoolClientRow>& rows) {
    std::vector<std::string> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
  }
};
INSTANTIATE_TEST_SUITE_P(Every, PoolsSuite, every_backend(), backend_name);

TEST_P(PoolsSuite, ThePoolIsMadeOnceWithItsFirstClient) {
  EXPECT_EQ(pools().ensure_pool({.id = "r_one", .created_at = 7}, client("c1", 7)).id, "r_one");
  restart();
  PoolRow again = pools().ensure_pool({.id = "r_two", .created_at = 8}, client("c2", 8));
  EXPECT_EQ(again.id, "r_one");
  EXPECT_EQ(again.created_at, 7);
  EXPECT_EQ(ids(pools().list_clients("", 10)), std::vector<std::string>{"c1"});
}

TEST_P(PoolsSuite, ClientsComeOldestFirstAndByPage) {
  pools().insert_client(client("b", 1), audit("create-pool-client"));
  pools().insert_client(client("a", 2), audit());
  pools().insert_client(client("c", 2), audit());
  EXPECT_EQ(ids(pools().list_clients("", 2)), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(ids(pools().list_clients("a", 2)), std::vector<std::string>{"c"});
  auto found = pools().find_client("b");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "n-b");
  EXPECT_EQ(found->flows, "[\"A\"]");
  EXPECT_TRUE(pools().reseal_client("b", "s-b", "new"));
  EXPECT_FALSE(pools().reseal_client("b", "s-b", "newer"));
  EXPECT_EQ(pools().find_client("b")->sealed_secret, "new");
  EXPECT_TRUE(pools().delete_client("b", audit()));
  EXPECT_FALSE(pools().delete_client("b", audit()));
  EXPECT_FALSE(pools().find_client("b"));
}

TEST_P(PoolsSuite, GroupsHaveMembersUntilEitherGoes) {
  base::UserId ada = add_user("ada"), bob = add_user("bob");
  add_workspace("main", add_user("root"));
  EXPECT_TRUE(pools().insert_group(
      {.name = "Crew", .description = "d", .precedence = 3, .created_at = 1, .updated_at = 1}, audit()));
  EXPECT_FALSE(pools().insert_group({.name = "Crew"}, audit()));
  EXPECT_TRUE(pools().insert_group({.name = "crew"}, audit()));
  EXPECT_TRUE(pools().add_to_group("Crew", ada, audit()));
  EXPECT_TRUE(pools().add_to_group("Crew", ada, audit()));
  EXPECT_TRUE(pools().add_to_group("Crew", bob, audit()));
  EXPECT_FALSE(pools().add_to_group("none", ada, audit()));
  EXPECT_FALSE(pools().add_to_group("Crew", base::UserId("nobody"), audit()));
  auto users = pools().users_in_group("Crew", "", 10);
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0].name, "ada");
  EXPECT_EQ(pools().users_in_group("Crew", "ADA", 10).size(), 1u);
  auto groups = pools().groups_of(ada);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].description, "d");
  EXPECT_EQ(groups[0].precedence, 3);
  EXPECT_EQ(pools().list_groups("", 10).size(), 2u);
  EXPECT_EQ(pools().list_groups("Crew", 10).size(), 1u);
  EXPECT_TRUE(pools().remove_from_group("Crew", bob, audit()));
  EXPECT_TRUE(pools().remove_from_group("Crew", bob, audit()));
  EXPECT_FALSE(pools().remove_from_group("none", bob, audit()));
  accounts().delete_user(ada, base::UserId("user-root"), audit());
  EXPECT_TRUE(pools().users_in_group("Crew", "", 10).empty());
  pools().add_to_group("Crew", bob, audit());
  EXPECT_TRUE(pools().delete_group("Crew", audit()));
  EXPECT_FALSE(pools().delete_group("Crew", audit()));
  EXPECT_TRUE(pools().groups_of(bob).empty());
}

TEST_P(PoolsSuite, AVerifierGoesWithItsPassword) {
  base::UserId ada = add_user("ada");
  auto verifier = [&] { return accounts().find_user(ada)->srp_verifier; };
  EXPECT_FALSE(accounts().set_srp_verifier(ada, "another-hash", "v"));
  EXPECT_TRUE(accounts().set_srp_verifier(ada, "hash-ada", "v"));
  EXPECT_EQ(verifier(), "v");
  accounts().update_user(ada, {.email = "x@y", .attributes = "{\"a\":\"b\"}", .at = 20}, audit());
  EXPECT_EQ(verifier(), "v");
  EXPECT_EQ(accounts().find_user(ada)->attributes, "{\"a\":\"b\"}");
  accounts().update_user(ada, {.password_hash = "h2", .srp_verifier = "v2", .at = 21}, audit());
  EXPECT_EQ(verifier(), "v2");
  accounts().update_user(ada, {.password_hash = "h3", .at = 22}, audit());
  EXPECT_EQ(verifier(), "");
}

TEST_P(PoolsSuite, ASignOutEndsRefreshTokensAndIsCounted) {
  base::UserId ada = add_user("ada");
  RefreshTokenRow token{.id = base::TokenId("t"), .user = ada, .token_hash = "h", .created_at = 1, .expires_at = 100};
  ASSERT_TRUE(accounts().insert_refresh_token(token, "hash-ada"));
  accounts().update_user(ada, {.at = 20}, audit());
  EXPECT_TRUE(accounts().find_refresh_token("h"));
  EXPECT_EQ(accounts().find_user(ada)->sign_outs, 0);
  accounts().update_user(ada, {.sign_out = true, .at = 21}, audit());
  EXPECT_FALSE(accounts().find_refresh_token("h"));
  EXPECT_EQ(accounts().find_user(ada)->sign_outs, 1);
}

}  // namespace
}  // namespace boathouse::meta
