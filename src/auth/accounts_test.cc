// SPDX-License-Identifier: Apache-2.0
#include "auth/accounts.h"

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::ErrorKind;
using meta::Role;

class AccountsTest : public AuthTest {
 protected:
  std::vector<std::string> workspaces_of(const std::string& name) {
    std::vector<std::string> seen;
    for (const auto& membership : accounts().me(login(name)).workspaces) {
      seen.push_back(membership.workspace.name + ":" + std::string(to_string(membership.role)));
    }
    return seen;
  }
  std::optional<ErrorKind> creation(const Caller& caller, const NewUser& wanted) {
    return error_of([&] { accounts().create_user(caller, wanted); });
  }
};
using testing::ElementsAre;

TEST(BootstrapTest, AFreshInstallationGetsAnAdminOnce) {
  base::TemporaryFolder folder(std::filesystem::temp_directory_path(), "auth-");
  auto store = meta::open_sqlite_store(folder.path() / "boathouse.db");
  Auth auth(*store, {.keys = folder.path() / "keys", .password_cost = {.passes = 1, .memory_bytes = 8192}});
  EXPECT_EQ(code_of([&] { auth.accounts.bootstrap("weak"); }), "weak-password");
  auto password = auth.accounts.bootstrap("");
  ASSERT_TRUE(password);
  EXPECT_FALSE(auth.accounts.bootstrap(""));
  Principal admin = auth.authenticator.authenticate({.password = UserPassword{"admin", *password}});
  EXPECT_TRUE(admin.is_admin);
  Me me = auth.accounts.me(admin);
  EXPECT_EQ(me.personal_workspace, "admin");
  EXPECT_EQ(me.workspaces.size(), 2u);
  EXPECT_TRUE(store->accounts().find_workspace("main")->personal_of.empty());
}

TEST_F(AccountsTest, AUserIsPutWhereItIsSaid) {
  accounts().create_workspace(admin(), "team");
  accounts().create_user(admin(), {.name = "alone", .password = kPassword, .email = "a@b.c"});
  accounts().create_user(admin(), {.name = "in-main", .password = kPassword, .role = Role::editor});
  accounts().create_user(admin(), {.name = "in-team", .password = kPassword, .workspace = "team", .role = Role::owner});
  accounts().create_user(admin(), {.name = "looks", .password = kPassword, .workspace = "team"});
  EXPECT_THAT(workspaces_of("alone"), ElementsAre("alone:owner"));
  EXPECT_THAT(workspaces_of("in-main"), ElementsAre("in-main:owner", "main:editor"));
  EXPECT_THAT(workspaces_of("in-team"), ElementsAre("in-team:owner", "team:owner"));
  EXPECT_THAT(workspaces_of("looks"), ElementsAre("looks:owner", "team:viewer"));
  EXPECT_EQ(accounts().get_user(admin(), "ALONE").email, "a@b.c");
  EXPECT_EQ(last_audit(), "admin create-user looks ok");
}

TEST_F(AccountsTest, BadUsersAreRefusedAndLeaveNothing) {
  EXPECT_EQ(creation(admin(), {.name = "a b", .password = kPassword}), ErrorKind::invalid_argument);
  EXPECT_EQ(creation(admin(), {.name = "", .password = kPassword}), ErrorKind::invalid_argument);
  EXPECT_EQ(creation(admin(), {.name = "x", .password = "weak"}), ErrorKind::invalid_argument);
  EXPECT_EQ(creation(admin(), {.name = "x", .password = kPassword, .email = "a b"}), ErrorKind::invalid_argument);
  EXPECT_EQ(creation(admin(), {.name = "x", .password = kPassword, .workspace = "nothing"}), ErrorKind::not_found);
  EXPECT_EQ(last_audit(), "admin create-user x not-found");
  EXPECT_EQ(creation(admin(), {.name = "ADMIN", .password = kPassword}), ErrorKind::already_exists);
  EXPECT_EQ(accounts().list_users(admin(), "", 10).size(), 1u);
}

TEST_F(AccountsTest, ReducedNamesThatMeetGetANumber) {
  auto personal = [&](const std::string& name) {
    add_user(name);
    return accounts().me(login(name)).personal_workspace;
  };
  EXPECT_EQ(personal("a@b"), "a-b");
  EXPECT_EQ(personal("a.b"), "a-b-2");
  EXPECT_EQ(personal("a+b"), "a-b-3");
  EXPECT_EQ(personal("main"), "main-2");
  EXPECT_EQ(personal("system"), "system-2");
  std::string longest(254, 'x');
  EXPECT_EQ(personal(longest), std::string(63, 'x'));
  longest.back() = 'y';
  EXPECT_EQ(personal(longest), std::string(61, 'x') + "-2");
}

TEST_F(AccountsTest, OnlyOwnersOfMainAdministerUsersAndRefusalsAreWritten) {
  add_user("ada", Role::editor);
  Caller ada = as("ada");
  EXPECT_EQ(creation(ada, {.name = "x", .password = kPassword}), ErrorKind::permission_denied);
  EXPECT_EQ(last_audit(), "ada create-user x permission-denied");
  EXPECT_EQ(store_->audit().list({.limit = 1})[0].request.value, "r-ada");
  EXPECT_EQ(error_of([&] { accounts().list_users(ada, "", 10); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { accounts().get_user(ada, "admin"); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { accounts().patch_user(ada, "ada", {.email = "x@y"}); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { accounts().delete_user(ada, "admin"); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { accounts().change_workspace_limits(ada, "main", "{}"); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { accounts().list_audit(ada, {}); }), ErrorKind::permission_denied);
  EXPECT_EQ(accounts().list_audit(admin(), {.limit = 1})[0].what, "read-audit");
  EXPECT_EQ(accounts().list_audit(admin(), {.limit = 2})[1].what, "set-limits");
}

TEST_F(AccountsTest, AUserIsPatched) {
  add_user("ada");
  EXPECT_EQ(accounts().patch_user(admin(), "ada", {.email = "new@x"}).email, "new@x");
  EXPECT_TRUE(accounts().patch_user(admin(), "ada", {.password = "An0ther-one", .temporary = true}).temporary);
  EXPECT_FALSE(accounts().patch_user(admin(), "ada", {.password = "An0ther-two"}).temporary);
  EXPECT_EQ(login("ada", "An0ther-two").name, "ada");
  EXPECT_EQ(error_of([&] { accounts().patch_user(admin(), "ada", {.password = "weak"}); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { accounts().patch_user(admin(), "nobody", {}); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { accounts().patch_user(admin(), "admin", {.disabled = true}); }), ErrorKind::conflict);
  EXPECT_EQ(last_audit(), "admin change-user admin conflict");
}

TEST_F(AccountsTest, TheLastAdminStaysAndADeletedUsersDataPassesOn) {
  EXPECT_EQ(error_of([&] { accounts().delete_user(admin(), "admin"); }), ErrorKind::conflict);
  add_user("ada");
  accounts().create_workspace(as("ada"), "lab");
  accounts().delete_user(admin(), "ada");
  EXPECT_THAT(workspaces_of("admin"), ElementsAre("admin:owner", "lab:owner", "main:owner"));
  EXPECT_EQ(error_of([&] { accounts().delete_user(admin(), "ada"); }), ErrorKind::not_found);

  add_user("bob", Role::owner);
  accounts().create_workspace(as("bob"), "den");
  accounts().delete_user(as("bob"), "bob");
  EXPECT_EQ(access().decide(login("admin"), Action::administer, "den").role, Role::owner);
}

TEST_F(AccountsTest, AnyUserMakesWorkspacesOfGoodNames) {
  add_user("ada");
  EXPECT_EQ(accounts().create_workspace(as("ada"), "lab-1").name, "lab-1");
  EXPECT_EQ(last_audit(), "ada create-workspace lab-1 ok");
  EXPECT_EQ(access().decide(login("ada"), Action::administer, "lab-1").role, Role::owner);
  for (const char* bad : {"Lab", "main", "system", "", "a/b", "-x"}) {
    EXPECT_EQ(error_of([&] { accounts().create_workspace(as("ada"), bad); }), ErrorKind::invalid_argument) << bad;
  }
  EXPECT_EQ(error_of([&] { accounts().create_workspace(as("ada"), "lab-1"); }), ErrorKind::already_exists);
  EXPECT_EQ(error_of([&] { accounts().create_workspace(as("ada"), "admin"); }), ErrorKind::already_exists);
  Caller narrowed{bearer(add_token("ada", {.role = Role::editor}).token), {}};
  EXPECT_EQ(error_of([&] { accounts().create_workspace(narrowed, "lab-2"); }), ErrorKind::permission_denied);
}

TEST_F(AccountsTest, MembersAreForOwnersToChange) {
  add_user("ada");
  add_user("bob");
  accounts().create_workspace(as("ada"), "lab");
  accounts().put_member(as("ada"), "lab", "BOB", Role::editor);
  EXPECT_EQ(last_audit(), "ada set-member BOB editor ok");
  EXPECT_EQ(accounts().list_members(login("bob"), "lab").size(), 2u);
  EXPECT_EQ(error_of([&] { accounts().put_member(as("bob"), "lab", "bob", Role::owner); }),
            ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { accounts().put_member(admin(), "lab", "admin", Role::owner); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { accounts().list_members(admin().principal, "lab"); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { accounts().put_member(as("ada"), "lab", "nobody", Role::viewer); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { accounts().put_member(as("ada"), "lab", "ada", Role::viewer); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { accounts().remove_member(as("ada"), "lab", "ada"); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { accounts().remove_member(as("ada"), "ada", "ada"); }), ErrorKind::conflict);
  EXPECT_EQ(error_of([&] { accounts().remove_member(as("ada"), "lab", "admin"); }), ErrorKind::not_found);
  accounts().remove_member(as("ada"), "lab", "bob");
  EXPECT_EQ(accounts().list_members(login("ada"), "lab").size(), 1u);
}

TEST_F(AccountsTest, ATokenIsNeverWiderThanWhoMakesIt) {
  add_user("ada", Role::viewer);
  auto refused = [&](const Caller& caller, const NewApiToken& wanted) {
    return error_of([&] { accounts().create_api_token(caller, wanted); });
  };
  EXPECT_EQ(refused(as("ada"), {.name = "t", .workspace = "main", .role = Role::editor}), ErrorKind::permission_denied);
  EXPECT_EQ(refused(as("ada"), {.name = "t", .workspace = "admin"}), ErrorKind::not_found);
  EXPECT_EQ(refused(as("ada"), {.name = ""}), ErrorKind::invalid_argument);
  EXPECT_EQ(refused(as("ada"), {.name = "t", .expires_in = 0}), ErrorKind::invalid_argument);
  EXPECT_EQ(refused(as("ada"), {.name = "t", .workspace = "main", .role = Role::viewer}), std::nullopt);
  EXPECT_EQ(refused({Principal::system(), {}}, {.name = "t"}), ErrorKind::permission_denied);

  ApiTokenShown made = add_token("admin", {.workspace = "main", .role = Role::editor, .expires_in = 100});
  Caller narrowed{bearer(made.token), {}};
  EXPECT_EQ(refused(narrowed, {.name = "t", .role = Role::owner}), ErrorKind::permission_denied);
  EXPECT_EQ(refused(narrowed, {.name = "t", .workspace = "admin"}), ErrorKind::not_found);
  EXPECT_EQ(refused(narrowed, {.name = "t", .expires_in = 1000}), ErrorKind::permission_denied);
  meta::ApiTokenRow child = accounts().create_api_token(narrowed, {.name = "t"}).row;
  EXPECT_EQ(child.workspace, made.row.workspace);
  EXPECT_EQ(child.role, Role::editor);
  EXPECT_EQ(child.expires_at, made.row.expires_at);
}

TEST_F(AccountsTest, TokensAreListedAndRemovedByTheirUser) {
  add_user("ada");
  ApiTokenShown wide = add_token("ada");
  ApiTokenShown narrow = add_token("ada", {.role = Role::viewer});
  EXPECT_EQ(accounts().list_api_tokens(login("ada")).size(), 2u);
  Caller narrowed{bearer(narrow.token), {}};
  ASSERT_EQ(accounts().list_api_tokens(narrowed.principal).size(), 1u);
  EXPECT_EQ(error_of([&] { accounts().delete_api_token(narrowed, wide.row.id); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { accounts().delete_api_token(admin(), wide.row.id); }), ErrorKind::not_found);
  accounts().delete_api_token(as("ada"), wide.row.id);
  EXPECT_EQ(error_of([&] { bearer(wide.token); }), ErrorKind::unauthenticated);
  accounts().delete_api_token(narrowed, narrow.row.id);
  EXPECT_TRUE(accounts().list_api_tokens(login("ada")).empty());
}

TEST_F(AccountsTest, MeShowsTheRolesThatHold) {
  Me me = accounts().me(bearer(add_token("admin", {.workspace = "main", .role = Role::viewer}).token));
  EXPECT_EQ(me.user.name, "admin");
  ASSERT_EQ(me.workspaces.size(), 1u);
  EXPECT_EQ(me.workspaces[0].workspace.name, "main");
  EXPECT_EQ(me.workspaces[0].role, Role::viewer);
}

TEST_F(AccountsTest, LimitsAreSetOnceTheyAreUnderstood) {
  accounts().change_workspace_limits(admin(), "main", R"({"tables":3})");
  EXPECT_EQ(parse_limits(store_->accounts().find_workspace("main")->limits).tables, 3);
  accounts().change_workspace_limits(admin(), "main", R"({"bytes":7})");
  EXPECT_EQ(accounts().get_workspace(login("admin"), "main").limits.tables, 3);
  accounts().change_workspace_limits(admin(), "main", R"({"tables":null})");
  EXPECT_FALSE(accounts().get_workspace(login("admin"), "main").limits.tables);
  EXPECT_EQ(accounts().get_workspace(login("admin"), "main").limits.bytes, 7);
  EXPECT_EQ(error_of([&] { accounts().change_workspace_limits(admin(), "main", "{\"x\":1}"); }),
            ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { accounts().change_workspace_limits(admin(), "nothing", "{}"); }), ErrorKind::not_found);
}

TEST_F(AccountsTest, NoSecretReachesTheAuditLog) {
  add_user("ada");
  accounts().patch_user(admin(), "ada", {.password = "An0ther-one"});
  ApiTokenShown token = accounts().create_api_token({login("admin"), {}}, {.name = "t"});
  for (const auto& row : store_->audit().list({.limit = 1000})) {
    for (const std::string& text : {row.what, row.target, row.outcome}) {
      EXPECT_EQ(text.find("An0ther"), std::string::npos);
      EXPECT_EQ(text.find(kPassword), std::string::npos);
      EXPECT_EQ(text.find(token.token), std::string::npos);
    }
  }
}

TEST_F(AccountsTest, AWorkspacesStateIsForItsMembersAndForOwnersOfMain) {
  add_user("ada");
  add_user("eve");
  EXPECT_EQ(accounts().get_workspace(login("ada"), "ada").role, Role::owner);
  WorkspaceState seen = accounts().get_workspace(login("admin"), "ada");
  EXPECT_FALSE(seen.role);
  EXPECT_EQ(seen.row.name, "ada");
  EXPECT_EQ(error_of([&] { accounts().get_workspace(login("eve"), "ada"); }), ErrorKind::not_found);
  // An owner may not lift their own limits; a stranger does not learn that there is anything to limit.
  EXPECT_EQ(error_of([&] { accounts().change_workspace_limits(as("ada"), "ada", "{}"); }),
            ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { accounts().change_workspace_limits(as("eve"), "ada", "{}"); }), ErrorKind::not_found);
}

TEST_F(AccountsTest, OwnersReadTheAuditLogOfTheirWorkspaceRefusalsIncluded) {
  add_user("ada");
  add_user("eve");
  accounts().create_workspace(as("ada"), "team");
  accounts().put_member(as("ada"), "team", "eve", Role::viewer);
  EXPECT_EQ(error_of([&] { accounts().put_member(as("eve"), "team", "eve", Role::owner); }),
            ErrorKind::permission_denied);
  auto told = [&](const std::string& who, AuditQuery query) {
    std::string text;
    for (const auto& row : accounts().list_audit(as(who), query))
      text += row.who + " " + row.what + " " + row.outcome + "; ";
    return text;
  };
  std::string of_team = "eve set-member permission-denied; ada set-member ok; ada create-workspace ok; ";
  EXPECT_EQ(told("ada", {.workspace = "team"}), of_team);
  EXPECT_EQ(told("admin", {.workspace = "team", .who = "eve"}), "eve set-member permission-denied; ");
  EXPECT_EQ(told("admin", {.workspace = "team", .what = "create-workspace", .outcome = "ok"}),
            "ada create-workspace ok; ");
  EXPECT_EQ(told("admin", {.request = base::RequestId("r-eve")}), "eve set-member permission-denied; ");
  EXPECT_EQ(error_of([&] { told("eve", {.workspace = "team"}); }), ErrorKind::permission_denied);
  EXPECT_EQ(last_audit(), "eve read-audit  permission-denied");
  EXPECT_EQ(error_of([&] { told("eve", {.workspace = "ada"}); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { told("ada", {.workspace = "nowhere"}); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { told("ada", {}); }), ErrorKind::permission_denied);
}

TEST_F(AccountsTest, ARoleWithoutAWorkspaceIsJudgedWhereTheTokenWouldWork) {
  add_user("ada", Role::editor);
  add_user("bob");
  auto made = [&](const std::string& who, Role role) { return error_of([&] { add_token(who, {.role = role}); }); };
  EXPECT_EQ(made("ada", Role::owner), ErrorKind::permission_denied);
  EXPECT_EQ(made("ada", Role::editor), std::nullopt);
  EXPECT_EQ(made("bob", Role::owner), std::nullopt);
}

}  // namespace
}  // namespace boathouse::auth
