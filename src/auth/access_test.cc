// SPDX-License-Identifier: Apache-2.0
#include "auth/access.h"

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::ErrorKind;
using meta::Role;

class AccessTest : public AuthTest {
 protected:
  AccessTest() {
    add_user("viewer", Role::viewer);
    add_user("editor", Role::editor);
    add_user("stranger");
  }
  std::optional<ErrorKind> decision(const Principal& principal, Action action, const std::string& workspace) {
    return error_of([&] { access().decide(principal, action, workspace); });
  }
  std::string resolved(const Principal& principal, DefaultWorkspace rule,
                       std::optional<std::string> name = std::nullopt) {
    return access().resolve_workspace(principal, Action::read, name, rule).workspace.name;
  }
};

TEST_F(AccessTest, EachRoleMayWhatItMay) {
  struct Row {
    const char* user;
    std::optional<ErrorKind> read, write, administer;
  };
  constexpr auto denied = ErrorKind::permission_denied;
  constexpr auto unseen = ErrorKind::not_found;
  for (const Row& row :
       {Row{"viewer", std::nullopt, denied, denied}, Row{"editor", std::nullopt, std::nullopt, denied},
        Row{"admin", std::nullopt, std::nullopt, std::nullopt}, Row{"stranger", unseen, unseen, unseen}}) {
    Principal principal = login(row.user);
    EXPECT_EQ(decision(principal, Action::read, "main"), row.read) << row.user;
    EXPECT_EQ(decision(principal, Action::write, "main"), row.write) << row.user;
    EXPECT_EQ(decision(principal, Action::administer, "main"), row.administer) << row.user;
  }
  EXPECT_EQ(access().decide(login("editor"), Action::read, "main").role, Role::editor);
}

TEST_F(AccessTest, AStrangerCannotTellAWorkspaceFromNone) {
  auto message = [&](const std::string& workspace) -> std::string {
    try {
      access().decide(login("stranger"), Action::read, workspace);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "";
  };
  EXPECT_EQ(message("viewer"), "There is no workspace named 'viewer'.");
  EXPECT_EQ(message("nothing"), "There is no workspace named 'nothing'.");
  EXPECT_EQ(decision(admin().principal, Action::read, "stranger"), ErrorKind::not_found);
}

TEST_F(AccessTest, ARoleThatChangesHoldsAtOnce) {
  Principal principal = login("viewer");
  accounts().put_member(admin(), "main", "viewer", Role::editor);
  EXPECT_EQ(decision(principal, Action::write, "main"), std::nullopt);
  accounts().remove_member(admin(), "main", "viewer");
  EXPECT_EQ(decision(principal, Action::read, "main"), ErrorKind::not_found);
}

TEST_F(AccessTest, ATokenIsNarrowedByCapAndWorkspaceAndByItsOwnersRole) {
  Principal capped = bearer(add_token("admin", {.role = Role::editor}).token);
  EXPECT_EQ(decision(capped, Action::write, "main"), std::nullopt);
  EXPECT_EQ(decision(capped, Action::administer, "main"), ErrorKind::permission_denied);
  EXPECT_EQ(decision(capped, Action::administer, "admin"), ErrorKind::permission_denied);

  Principal scoped = bearer(add_token("editor", {.workspace = "main"}).token);
  EXPECT_EQ(decision(scoped, Action::write, "main"), std::nullopt);
  EXPECT_EQ(decision(scoped, Action::read, "editor"), ErrorKind::not_found);
  accounts().put_member(admin(), "main", "editor", Role::viewer);
  EXPECT_EQ(decision(scoped, Action::write, "main"), ErrorKind::permission_denied);
}

TEST_F(AccessTest, APersonalWorkspaceGoesByBothNames) {
  add_user("Ada@Example.org");
  Principal ada = login("ada@example.org");
  EXPECT_EQ(access().decide(ada, Action::administer, "ada-example-org").workspace.id, ada.personal_workspace);
  EXPECT_EQ(access().decide(ada, Action::administer, "ADA@example.org").workspace.id, ada.personal_workspace);
  EXPECT_EQ(access().decide(ada, Action::read, ada.personal_workspace).workspace.name, "ada-example-org");
  EXPECT_EQ(decision(login("stranger"), Action::read, "Ada@Example.org"), ErrorKind::not_found);
}

TEST_F(AccessTest, AUserNameThatIsAnothersWorkspaceStillFindsOnesOwn) {
  accounts().create_workspace(admin(), "zoe");
  add_user("zoe");
  Principal zoe = login("zoe");
  EXPECT_EQ(access().decide(zoe, Action::read, "zoe").workspace.name, "zoe-2");
  EXPECT_EQ(access().decide(admin().principal, Action::read, "zoe").workspace.name, "zoe");
}

TEST_F(AccessTest, TheDefaultWorkspaceDependsOnDoorTokenAndMembership) {
  using enum DefaultWorkspace;
  EXPECT_EQ(resolved(login("viewer"), main_or_personal), "main");
  EXPECT_EQ(resolved(login("viewer"), personal), "viewer");
  EXPECT_EQ(resolved(login("stranger"), main_or_personal), "stranger");
  EXPECT_EQ(resolved(login("viewer"), main_or_personal, "viewer"), "viewer");
  Principal own = bearer(add_token("viewer", {.workspace = "viewer"}).token);
  EXPECT_EQ(resolved(own, main_or_personal), "viewer");
  Principal wide = bearer(add_token("viewer").token);
  EXPECT_EQ(resolved(wide, main_or_personal), "main");
  EXPECT_EQ(resolved(wide, personal), "viewer");
  EXPECT_EQ(resolved(own, personal), "viewer");
  Principal other = bearer(add_token("viewer", {.workspace = "main"}).token);
  EXPECT_EQ(error_of([&] { resolved(other, personal); }), ErrorKind::permission_denied);
  EXPECT_EQ(resolved(other, personal, "main"), "main");
  EXPECT_EQ(error_of([&] { resolved(login("stranger"), personal, "main"); }), ErrorKind::not_found);
  EXPECT_EQ(
      error_of([&] { access().resolve_workspace(login("viewer"), Action::write, std::nullopt, main_or_personal); }),
      ErrorKind::permission_denied);
}

TEST_F(AccessTest, OnlyOwnersOfMainAdministerTheInstallation) {
  EXPECT_NO_THROW(access().require_admin(login("admin")));
  EXPECT_EQ(error_of([&] { access().require_admin(login("editor")); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { access().require_admin(Principal{}); }), ErrorKind::permission_denied);
}

TEST_F(AccessTest, TheSystemMayAndNobodyMayNot) {
  EXPECT_EQ(access().decide(Principal::system(), Action::administer, "main").role, Role::owner);
  EXPECT_EQ(access().decide(Principal::system(), Action::write, "stranger").role, Role::owner);
  EXPECT_EQ(decision(Principal::system(), Action::read, "nothing"), ErrorKind::not_found);
  EXPECT_EQ(decision(Principal{}, Action::read, "main"), ErrorKind::not_found);
}

}  // namespace
}  // namespace boathouse::auth
