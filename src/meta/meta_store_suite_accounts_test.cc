// SPDX-License-Identifier: Apache-2.0
#include "meta/meta_store_suite.h"

namespace boathouse::meta {
namespace {

using base::UserId;
using base::WorkspaceId;

class AccountsSuite : public MetaStoreSuite {
 protected:
  std::size_t audit_rows() { return store().audit().list({.limit = 1000}).size(); }
  ApiTokenRow api_token(const std::string& id, const UserId& user) {
    return {.id = base::TokenId(id), .user = user, .name = "n", .token_hash = "hash-" + id, .created_at = 1};
  }
  AccessKeyRow access_key(const std::string& id, const UserId& user) {
    return {.id = base::AccessKeyId(id), .user = user, .sealed_secret = "sealed-" + id, .created_at = 1};
  }
  RefreshTokenRow refresh_token(const std::string& id, const UserId& user, base::Micros at = 1) {
    return {
        .id = base::TokenId(id), .user = user, .token_hash = "hash-" + id, .created_at = at, .expires_at = at + 100};
  }
};
INSTANTIATE_TEST_SUITE_P(Every, AccountsSuite, every_backend(), backend_name);

TEST_P(AccountsSuite, AUserComesWithAWorkspaceAndMemberships) {
  WorkspaceId main = add_workspace("main");
  NewUser rows = user_rows("Ada");
  rows.user.temporary = true;
  rows.personal.name = "ada";
  rows.memberships.push_back({main, rows.user.id, Role::editor});
  ASSERT_EQ(accounts().create_user(rows, audit("create-user")), CreateUserOutcome::created);
  restart();
  auto user = accounts().find_user("aDA");
  ASSERT_TRUE(user);
  EXPECT_EQ(user->id, rows.user.id);
  EXPECT_EQ(user->name, "Ada");
  EXPECT_EQ(user->email, "Ada@example.org");
  EXPECT_EQ(user->password_hash, "hash-Ada");
  EXPECT_TRUE(user->temporary);
  EXPECT_FALSE(user->disabled);
  EXPECT_EQ(user->created_at, 10);
  EXPECT_EQ(accounts().find_user(user->id)->name, "Ada");
  EXPECT_EQ(accounts().find_workspace("ada")->personal_of, user->id);
  EXPECT_TRUE(accounts().find_workspace("main")->personal_of.empty());
  EXPECT_EQ(accounts().find_role(main, user->id), Role::editor);
  auto memberships = accounts().memberships_of(user->id);
  ASSERT_EQ(memberships.size(), 2u);
  EXPECT_EQ(memberships[0].workspace.name, "ada");
  EXPECT_EQ(memberships[0].role, Role::owner);
  EXPECT_EQ(memberships[1].workspace.name, "main");
  EXPECT_EQ(store().audit().list({.limit = 1})[0].what, "create-user");
}

TEST_P(AccountsSuite, NamesOfUsersAndWorkspacesAreUnique) {
  add_user("ada");
  std::size_t before = audit_rows();
  NewUser rows = user_rows("ADA");
  rows.personal.name = "free";
  EXPECT_EQ(accounts().create_user(rows, audit()), CreateUserOutcome::user_name_taken);
  rows = user_rows("bob");
  rows.personal.name = "ada";
  EXPECT_EQ(accounts().create_user(rows, audit()), CreateUserOutcome::workspace_name_taken);
  rows = user_rows("bob");
  rows.memberships.push_back({WorkspaceId("nowhere"), rows.user.id, Role::viewer});
  EXPECT_EQ(accounts().create_user(rows, audit()), CreateUserOutcome::workspace_gone);
  EXPECT_FALSE(accounts().find_workspace("free"));
  EXPECT_FALSE(accounts().find_workspace("bob"));
  EXPECT_FALSE(accounts().find_user("bob"));
  EXPECT_FALSE(accounts().create_workspace({.id = WorkspaceId("x"), .name = "ada"}, std::nullopt, audit()));
  EXPECT_EQ(audit_rows(), before);
}

TEST_P(AccountsSuite, UsersAndWorkspacesAreListedByPage) {
  for (const char* name : {"b", "C", "a"}) add_user(name);
  auto page = accounts().list_users("", 2);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].name, "a");
  EXPECT_EQ(page[1].name, "b");
  page = accounts().list_users("B", 2);
  ASSERT_EQ(page.size(), 1u);
  EXPECT_EQ(page[0].name, "C");
  EXPECT_EQ(accounts().list_workspaces("a", 10).size(), 1u);
  EXPECT_EQ(accounts().list_workspaces("", 10).size(), 3u);
}

TEST_P(AccountsSuite, AChangeOfAUserChangesWhatItNames) {
  UserId ada = add_user("ada");
  ASSERT_EQ(accounts().update_user(ada, {.email = "x@y.z", .at = 99}, audit()), ChangeOutcome::done);
  EXPECT_EQ(accounts().find_user(ada)->email, "x@y.z");
  EXPECT_EQ(accounts().find_user(ada)->password_hash, "hash-ada");
  EXPECT_EQ(accounts().find_user(ada)->updated_at, 99);
  ASSERT_EQ(accounts().update_user(ada, {.temporary = true, .disabled = true, .at = 100}, audit()),
            ChangeOutcome::done);
  EXPECT_TRUE(accounts().find_user(ada)->temporary);
  EXPECT_TRUE(accounts().find_user(ada)->disabled);
  EXPECT_EQ(accounts().update_user(UserId("nobody"), {.at = 1}, audit()), ChangeOutcome::gone);
}

TEST_P(AccountsSuite, ANewPasswordEndsRefreshTokensAndMayAskForTheOldOne) {
  UserId ada = add_user("ada");
  accounts().insert_refresh_token(refresh_token("r", ada), "hash-ada");
  UserChange change{.password_hash = "new", .expected_password_hash = "other", .at = 5};
  EXPECT_EQ(accounts().update_user(ada, change, audit()), ChangeOutcome::gone);
  EXPECT_TRUE(accounts().find_refresh_token("hash-r"));
  change.expected_password_hash = "hash-ada";
  EXPECT_EQ(accounts().update_user(ada, change, audit()), ChangeOutcome::done);
  EXPECT_EQ(accounts().find_user(ada)->password_hash, "new");
  EXPECT_FALSE(accounts().find_refresh_token("hash-r"));
}

TEST_P(AccountsSuite, ALogInThatAChangedPasswordOvertookIsNotKept) {
  UserId ada = add_user("ada");
  ASSERT_EQ(accounts().update_user(ada, {.password_hash = "new", .at = 5}, audit()), ChangeOutcome::done);
  EXPECT_FALSE(accounts().insert_refresh_token(refresh_token("r", ada), "hash-ada"));
  EXPECT_FALSE(accounts().find_refresh_token("hash-r"));
  EXPECT_TRUE(accounts().insert_refresh_token(refresh_token("r", ada), "new"));
}

TEST_P(AccountsSuite, MainKeepsAnOwnerWhoIsNotDisabled) {
  UserId ada = add_user("ada");
  UserId bob = add_user("bob");
  WorkspaceId main = add_workspace("main", ada);
  EXPECT_EQ(accounts().update_user(ada, {.disabled = true, .at = 1}, audit()), ChangeOutcome::last_owner);
  EXPECT_EQ(accounts().delete_user(ada, bob, audit()), ChangeOutcome::last_owner);
  EXPECT_EQ(accounts().put_member({main, ada, Role::editor}, audit()), ChangeOutcome::last_owner);
  EXPECT_EQ(accounts().remove_member(main, ada, audit()), ChangeOutcome::last_owner);
  EXPECT_FALSE(accounts().find_user(ada)->disabled);

  ASSERT_EQ(accounts().put_member({main, bob, Role::owner}, audit()), ChangeOutcome::done);
  ASSERT_EQ(accounts().update_user(bob, {.disabled = true, .at = 1}, audit()), ChangeOutcome::done);
  EXPECT_EQ(accounts().remove_member(main, ada, audit()), ChangeOutcome::last_owner);
  ASSERT_EQ(accounts().update_user(bob, {.disabled = false, .at = 1}, audit()), ChangeOutcome::done);
  EXPECT_EQ(accounts().remove_member(main, ada, audit()), ChangeOutcome::done);
  EXPECT_FALSE(accounts().find_role(main, ada));
}

TEST_P(AccountsSuite, MembersComeGoAndChange) {
  UserId ada = add_user("ada");
  UserId bob = add_user("Bob");
  WorkspaceId team = add_workspace("team", ada);
  EXPECT_EQ(accounts().put_member({team, bob, Role::viewer}, audit()), ChangeOutcome::done);
  EXPECT_EQ(accounts().put_member({team, bob, Role::editor}, audit()), ChangeOutcome::done);
  auto members = accounts().members_of(team);
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[1].name, "Bob");
  EXPECT_EQ(members[1].role, Role::editor);
  EXPECT_EQ(accounts().remove_member(team, bob, audit()), ChangeOutcome::done);
  EXPECT_EQ(accounts().remove_member(team, bob, audit()), ChangeOutcome::gone);
  EXPECT_EQ(accounts().put_member({team, UserId("x"), Role::viewer}, audit()), ChangeOutcome::gone);
  EXPECT_EQ(accounts().put_member({WorkspaceId("x"), bob, Role::viewer}, audit()), ChangeOutcome::gone);
  EXPECT_EQ(accounts().remove_member(WorkspaceId("ws-ada"), ada, audit()), ChangeOutcome::personal);
  EXPECT_EQ(accounts().put_member({WorkspaceId("ws-ada"), ada, Role::viewer}, audit()), ChangeOutcome::personal);
}

TEST_P(AccountsSuite, ADeletedUserTakesTokensAndAnEmptyWorkspaceAlong) {
  UserId ada = add_user("ada");
  UserId bob = add_user("bob");
  add_workspace("main", ada);
  accounts().insert_refresh_token(refresh_token("r", bob), "hash-bob");
  accounts().insert_api_token(api_token("t", bob), audit());
  accounts().insert_access_key(access_key("k", bob), audit());
  EXPECT_EQ(accounts().delete_user(bob, ada, audit()), ChangeOutcome::done);
  EXPECT_EQ(accounts().delete_user(bob, ada, audit()), ChangeOutcome::gone);
  EXPECT_FALSE(accounts().find_user("bob"));
  EXPECT_FALSE(accounts().find_workspace("bob"));
  EXPECT_FALSE(accounts().find_refresh_token("hash-r"));
  EXPECT_FALSE(accounts().find_api_token("hash-t"));
  EXPECT_FALSE(accounts().find_access_key(base::AccessKeyId("k")));
  NewUser again = user_rows("bob");
  again.user.id = UserId("another");
  again.memberships[0].user = again.user.id;
  EXPECT_EQ(accounts().create_user(again, audit()), CreateUserOutcome::created);
  EXPECT_TRUE(accounts().list_api_tokens(again.user.id).empty());
}

TEST_P(AccountsSuite, WhatADeletedUserLeavesBehindPassesToTheHeir) {
  UserId ada = add_user("ada");
  UserId bob = add_user("bob");
  UserId eve = add_user("eve");
  add_workspace("main", ada);
  WorkspaceId alone = add_workspace("alone", bob);
  WorkspaceId shared = add_workspace("shared", bob);
  accounts().put_member({shared, eve, Role::owner}, audit());
  base::TableId table = add_table(WorkspaceId("ws-bob"), "t");
  ASSERT_EQ(accounts().delete_user(bob, ada, audit()), ChangeOutcome::done);
  EXPECT_TRUE(catalog().find_table(table));
  EXPECT_TRUE(accounts().find_workspace("bob")->personal_of.empty());
  EXPECT_EQ(accounts().find_role(WorkspaceId("ws-bob"), ada), Role::owner);
  EXPECT_EQ(accounts().find_role(alone, ada), Role::owner);
  EXPECT_FALSE(accounts().find_role(shared, ada));
}

TEST_P(AccountsSuite, RefreshTokensExpireAreRevokedAndAreBounded) {
  UserId ada = add_user("ada");
  accounts().insert_refresh_token(refresh_token("r", ada, 1), "hash-ada");
  EXPECT_EQ(accounts().find_refresh_token("hash-r")->user, ada);
  EXPECT_FALSE(accounts().find_refresh_token("hash-r")->revoked_at);
  EXPECT_TRUE(accounts().revoke_refresh_token("hash-r", 7));
  EXPECT_FALSE(accounts().revoke_refresh_token("hash-r", 8));
  EXPECT_EQ(accounts().find_refresh_token("hash-r")->revoked_at, 7);
  accounts().insert_refresh_token(refresh_token("s", ada, 101), "hash-ada");
  EXPECT_FALSE(accounts().find_refresh_token("hash-r"));
  for (int i = 0; i < 1000; ++i)
    accounts().insert_refresh_token(refresh_token("t" + std::to_string(i), ada, 102), "hash-ada");
  EXPECT_FALSE(accounts().find_refresh_token("hash-s"));
  EXPECT_TRUE(accounts().find_refresh_token("hash-t0"));
}

TEST_P(AccountsSuite, ApiTokensKeepTheirScope) {
  UserId ada = add_user("ada");
  ApiTokenRow narrow = api_token("n", ada);
  narrow.workspace = WorkspaceId("ws-ada");
  narrow.role = Role::viewer;
  narrow.expires_at = 50;
  accounts().insert_api_token(narrow, audit());
  accounts().insert_api_token(api_token("w", ada), audit());
  auto found = accounts().find_api_token("hash-n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->workspace, narrow.workspace);
  EXPECT_EQ(found->role, Role::viewer);
  EXPECT_EQ(found->expires_at, 50);
  EXPECT_FALSE(found->last_used);
  auto wide = accounts().find_api_token("hash-w");
  EXPECT_FALSE(wide->workspace || wide->role || wide->expires_at);
  accounts().touch_api_token(narrow.id, 77);
  EXPECT_EQ(accounts().find_api_token("hash-n")->last_used, 77);
  EXPECT_EQ(accounts().list_api_tokens(ada).size(), 2u);
  EXPECT_FALSE(accounts().delete_api_token(add_user("eve"), narrow.id, audit()));
  EXPECT_TRUE(accounts().delete_api_token(ada, narrow.id, audit()));
  EXPECT_FALSE(accounts().find_api_token("hash-n"));
}

TEST_P(AccountsSuite, AccessKeysKeepTheirScope) {
  UserId ada = add_user("ada");
  AccessKeyRow narrow = access_key("n", ada);
  narrow.name = "loader";
  narrow.workspace = WorkspaceId("ws-ada");
  narrow.role = Role::viewer;
  narrow.expires_at = 50;
  accounts().insert_access_key(narrow, audit("create-access-key"));
  EXPECT_EQ(store().audit().list({.limit = 1})[0].what, "create-access-key");
  accounts().insert_access_key(access_key("w", ada), audit());
  restart();
  auto found = accounts().find_access_key(narrow.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, ada);
  EXPECT_EQ(found->name, "loader");
  EXPECT_EQ(found->workspace, narrow.workspace);
  EXPECT_EQ(found->role, Role::viewer);
  EXPECT_EQ(found->sealed_secret, "sealed-n");
  EXPECT_EQ(found->expires_at, 50);
  EXPECT_FALSE(found->last_used);
  auto wide = accounts().find_access_key(base::AccessKeyId("w"));
  EXPECT_FALSE(wide->workspace || wide->role || wide->expires_at);
  accounts().touch_access_key(narrow.id, 77);
  EXPECT_EQ(accounts().find_access_key(narrow.id)->last_used, 77);
  EXPECT_EQ(accounts().list_access_keys(ada).size(), 2u);
  EXPECT_FALSE(accounts().delete_access_key(add_user("eve"), narrow.id, audit()));
  EXPECT_TRUE(accounts().delete_access_key(ada, narrow.id, audit("delete-access-key")));
  EXPECT_EQ(store().audit().list({.limit = 1})[0].what, "delete-access-key");
  EXPECT_FALSE(accounts().delete_access_key(ada, narrow.id, audit()));
  EXPECT_FALSE(accounts().find_access_key(narrow.id));
}

TEST_P(AccountsSuite, AccessKeysAreSealedAnewOnlyFromWhatWasRead) {
  UserId ada = add_user("ada");
  for (const char* id : {"b", "a", "c"}) accounts().insert_access_key(access_key(id, ada), audit());
  auto page = accounts().list_all_access_keys({}, 2);
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[1].id.value, "b");
  EXPECT_EQ(accounts().list_all_access_keys(page[1].id, 2)[0].id.value, "c");
  EXPECT_TRUE(accounts().reseal_access_key(page[0].id, "sealed-a", "new"));
  EXPECT_FALSE(accounts().reseal_access_key(page[0].id, "sealed-a", "newer"));
  EXPECT_FALSE(accounts().reseal_access_key(base::AccessKeyId("x"), "sealed-x", "new"));
  EXPECT_EQ(accounts().find_access_key(page[0].id)->sealed_secret, "new");
}

TEST_P(AccountsSuite, LimitsAreKeptWithTheWorkspace) {
  WorkspaceId main = add_workspace("main");
  EXPECT_EQ(accounts().find_workspace(main)->limits, "{}");
  EXPECT_TRUE(accounts().set_workspace_limits(main, R"({"tables":3})", audit()));
  EXPECT_EQ(accounts().find_workspace("main")->limits, R"({"tables":3})");
  EXPECT_FALSE(accounts().set_workspace_limits(WorkspaceId("x"), "{}", audit()));
}

}  // namespace
}  // namespace boathouse::meta
