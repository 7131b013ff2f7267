// SPDX-License-Identifier: Apache-2.0
// What the wire of the flows door cannot show: keys that rotate, hashes at rest. Its messages are tested through the door.
#include "auth/flow_logins.h"

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::ErrorKind;

class FlowLoginsTest : public AuthTest {
 protected:
  FlowLogins& logins() { return auth_->flow_logins; }
  FlowLogins::SignedUp sign_up(const std::string& email = "ada@example.org") {
    return logins().sign_up({.email = email, .first_name = "Ada", .last_name = "Byron", .password = "length is all"},
                            base::RequestId("r"));
  }
  std::string message_of(const std::string& token) {
    try {
      logins().refresh(token);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "";
  }
};

TEST_F(FlowLoginsTest, AnEmailThatSeveralHaveIsTaken) {
  for (const char* name : {"one", "two"}) {
    add_user(name);
    accounts().patch_user(admin(), name, {.email = "ada@example.org"});
  }
  EXPECT_EQ(error_of([&] { sign_up("Ada@example.org"); }), ErrorKind::already_exists);
}

TEST_F(FlowLoginsTest, ASignedUpUserIsOneOfTheHouse) {
  const auto made = sign_up();
  EXPECT_EQ(made.user.first_name, "Ada");
  EXPECT_EQ(made.user.last_name, "Byron");
  EXPECT_EQ(made.user.row.name, "ada@example.org");
  const Principal principal = authenticator().from_token(made.tokens.token);
  EXPECT_EQ(principal.user, made.user.row.id);
  EXPECT_FALSE(principal.is_admin);
  EXPECT_EQ(error_of([&] { sign_up(); }), ErrorKind::already_exists);
  EXPECT_EQ(error_of([&] { sign_up("ADA@example.org"); }), ErrorKind::already_exists);
}

TEST_F(FlowLoginsTest, NeitherTokenIsTakenForTheOther) {
  const auto made = sign_up();
  EXPECT_EQ(error_of([&] { authenticator().from_token(made.tokens.refresh_token); }), ErrorKind::unauthenticated);
  EXPECT_EQ(message_of(made.tokens.token), "Invalid or expired refresh token");
  EXPECT_EQ(message_of(made.tokens.refresh_token), "");
}

TEST_F(FlowLoginsTest, ARefreshTokenOutlivesTheKeyThatSignedIt) {
  const auto made = sign_up();
  const auto before = logins().login("ada@example.org", "length is all", kAddress);
  // The signature says nothing any more, and the kept hash still does.
  for (const auto& file : std::filesystem::directory_iterator(folder_.path() / "keys")) {
    if (file.path().filename().string().starts_with("token")) std::filesystem::remove(file.path());
  }
  start();
  EXPECT_EQ(message_of(before.refresh_token), "");
  EXPECT_NE(message_of(made.tokens.refresh_token), "");
}

TEST_F(FlowLoginsTest, AnEmailThatTwoHaveLogsNobodyIn) {
  for (const char* name : {"one", "two"}) {
    accounts().create_user({Principal::system(), base::RequestId("r")},
                           {.name = name, .password = kPassword, .email = "shared@example.org"});
  }
  EXPECT_EQ(error_of([&] { logins().login("shared@example.org", kPassword, kAddress); }), ErrorKind::invalid_argument);
  EXPECT_FALSE(logins().login("one", kPassword, kAddress).token.empty());
}

TEST_F(FlowLoginsTest, ATemporaryPasswordDoesNotLogIn) {
  accounts().create_user({Principal::system(), base::RequestId("r")},
                         {.name = "eve", .password = kPassword, .email = "eve@example.org", .temporary = true});
  EXPECT_EQ(code_of([&] { logins().login("eve@example.org", kPassword, kAddress); }), "password-change-required");
}

}  // namespace
}  // namespace boathouse::auth
