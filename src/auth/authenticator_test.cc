// SPDX-License-Identifier: Apache-2.0
#include "auth/authenticator.h"

#include <thread>

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::ErrorKind;

class AuthenticatorTest : public AuthTest {
 protected:
  std::optional<ErrorKind> header(const std::string& value) {
    return error_of([&] { authenticator().authenticate({.authorization = value, .remote_address = kAddress}); });
  }
  std::optional<ErrorKind> password(const std::string& name, const std::string& text) {
    return error_of([&] { login(name, text); });
  }
  static std::string basic(const std::string& pair) { return "Basic " + base::to_base64(pair); }
  LoginGrant grant(const std::string& name = "admin") { return authenticator().login({name, kPassword}, kAddress); }
};

TEST_F(AuthenticatorTest, ALoginGivesTokensThatWork) {
  LoginGrant granted = grant();
  EXPECT_EQ(granted.access.expires_in, 3600);
  Principal principal = bearer(granted.access.access_token);
  EXPECT_EQ(principal.name, "admin");
  EXPECT_EQ(principal.user, granted.user);
  EXPECT_FALSE(principal.scope);
  EXPECT_TRUE(principal.is_admin);
  EXPECT_EQ(bearer(authenticator().refresh(granted.refresh_token).access_token).name, "admin");
  EXPECT_EQ(header("Bearer " + granted.refresh_token), ErrorKind::unauthenticated);
  EXPECT_EQ(error_of([&] { authenticator().refresh(granted.access.access_token); }), ErrorKind::unauthenticated);
}

TEST_F(AuthenticatorTest, TokensOutliveARestart) {
  LoginGrant granted = grant();
  start();
  EXPECT_EQ(bearer(granted.access.access_token).name, "admin");
  EXPECT_NO_THROW(authenticator().refresh(granted.refresh_token));
}

TEST_F(AuthenticatorTest, WhoAskedEarlierIsAsThingsAreNow) {
  base::UserId ada = add_user("ada", meta::Role::editor).id;
  Principal by_token = bearer(add_token("ada", {.role = meta::Role::viewer}).token);
  base::TokenId token = by_token.scope->token;
  auto kind = [&](const std::optional<base::TokenId>& which) {
    return error_of([&] { authenticator().again(ada, which); });
  };
  EXPECT_FALSE(authenticator().again(ada, std::nullopt).scope);
  EXPECT_EQ(authenticator().again(ada, token).scope->role_cap, meta::Role::viewer);
  EXPECT_EQ(kind(base::TokenId("nosuch")), ErrorKind::unauthenticated);
  accounts().patch_user(admin(), "ada", {.disabled = true});
  EXPECT_EQ(kind(std::nullopt), ErrorKind::unauthenticated);
  EXPECT_EQ(kind(token), ErrorKind::unauthenticated);
  accounts().patch_user(admin(), "ada", {.disabled = false});
  EXPECT_EQ(kind(token), std::nullopt);
  accounts().delete_api_token(as("ada"), token);
  EXPECT_EQ(kind(token), ErrorKind::unauthenticated);
  EXPECT_EQ(kind(std::nullopt), std::nullopt);
}

TEST_F(AuthenticatorTest, CredentialsComeInSeveralForms) {
  EXPECT_EQ(header(basic(std::string("ADMIN:") + kPassword)), std::nullopt);
  EXPECT_EQ(header("bAsIc " + base::to_base64(std::string("admin:") + kPassword)), std::nullopt);
  EXPECT_EQ(header("bearer  " + grant().access.access_token), std::nullopt);
  EXPECT_EQ(password("admin", kPassword), std::nullopt);
  EXPECT_EQ(header(basic("admin:wrong")), ErrorKind::unauthenticated);
  EXPECT_EQ(header(basic("admin")), ErrorKind::unauthenticated);
  EXPECT_EQ(header("Basic !!!"), ErrorKind::unauthenticated);
  EXPECT_EQ(header("Basic"), ErrorKind::unauthenticated);
  EXPECT_EQ(header("Bearer"), ErrorKind::unauthenticated);
  EXPECT_EQ(header("Digest x"), ErrorKind::unauthenticated);
  EXPECT_EQ(header("Bearer bh_unknown"), ErrorKind::unauthenticated);
  EXPECT_EQ(error_of([&] { authenticator().authenticate({}); }), ErrorKind::unauthenticated);
}

TEST_F(AuthenticatorTest, UnknownUsersAndWrongPasswordsGetOneAnswer) {
  auto message = [&](const std::string& name) -> std::string {
    try {
      login(name, "wrong");
    } catch (const base::Error& error) {
      return std::string(error.code()) + error.message();
    }
    return "";
  };
  EXPECT_EQ(message("admin"), message("nobody"));
  EXPECT_NE(message("admin"), "");
}

TEST_F(AuthenticatorTest, ARefreshTokenEndsByLogoutExpiryAndANewPassword) {
  LoginGrant granted = grant();
  authenticator().logout(granted.refresh_token);
  authenticator().logout(granted.refresh_token);
  authenticator().logout("unknown");
  EXPECT_EQ(code_of([&] { authenticator().refresh(granted.refresh_token); }), "refresh-token-revoked");
  EXPECT_EQ(bearer(granted.access.access_token).name, "admin");

  granted = grant();
  authenticator().change_password({"admin", kPassword}, "An0ther-one", kAddress, {});
  EXPECT_EQ(error_of([&] { authenticator().refresh(granted.refresh_token); }), ErrorKind::unauthenticated);

  start({.refresh_lifetime = 0});
  granted = authenticator().login({"admin", "An0ther-one"}, kAddress);
  EXPECT_EQ(error_of([&] { authenticator().refresh(granted.refresh_token); }), ErrorKind::unauthenticated);
}

TEST_F(AuthenticatorTest, AnAccessTokenEndsWithItsLifetime) {
  start({.access_lifetime = -base::kSecond});
  EXPECT_EQ(header("Bearer " + grant().access.access_token), ErrorKind::unauthenticated);
}

TEST_F(AuthenticatorTest, ATemporaryPasswordOpensNothingUntilItIsChanged) {
  accounts().create_user(admin(), {.name = "ada", .password = kPassword, .temporary = true});
  EXPECT_EQ(code_of([&] { grant("ada"); }), "password-change-required");
  EXPECT_EQ(code_of([&] { login("ada"); }), "password-change-required");
  EXPECT_EQ(header(basic(std::string("ada:") + kPassword)), ErrorKind::permission_denied);
  EXPECT_EQ(password("ada", "wrong"), ErrorKind::unauthenticated);
  auto change = [&](const std::string& from, const std::string& to) {
    return code_of([&] { authenticator().change_password({"ada", from}, to, kAddress, base::RequestId("r")); });
  };
  EXPECT_EQ(change(kPassword, kPassword), "weak-password");
  EXPECT_EQ(change(kPassword, "short"), "weak-password");
  EXPECT_EQ(change("wrong", "An0ther-one"), "unauthenticated");
  EXPECT_EQ(change(kPassword, "An0ther-one"), "");
  EXPECT_EQ(last_audit(), "ada change-password ada ok");
  EXPECT_EQ(login("ada", "An0ther-one").name, "ada");
  EXPECT_EQ(password("ada", kPassword), ErrorKind::unauthenticated);
}

TEST_F(AuthenticatorTest, ATemporaryMarkEndsRefreshing) {
  add_user("ada");
  LoginGrant granted = grant("ada");
  accounts().patch_user(admin(), "ada", {.temporary = true});
  EXPECT_EQ(code_of([&] { authenticator().refresh(granted.refresh_token); }), "password-change-required");
}

TEST_F(AuthenticatorTest, RememberedCredentialsEndWithThePassword) {
  EXPECT_EQ(password("admin", kPassword), std::nullopt);
  EXPECT_EQ(password("admin", kPassword), std::nullopt);
  accounts().patch_user(admin(), "admin", {.password = "An0ther-one"});
  EXPECT_EQ(password("admin", kPassword), ErrorKind::unauthenticated);
  EXPECT_EQ(password("admin", "An0ther-one"), std::nullopt);
}

TEST_F(AuthenticatorTest, EverythingOfADisabledUserStopsAtOnce) {
  add_user("ada");
  LoginGrant granted = grant("ada");
  ApiTokenShown token = add_token("ada");
  accounts().patch_user(admin(), "ada", {.disabled = true});
  EXPECT_EQ(header("Bearer " + granted.access.access_token), ErrorKind::unauthenticated);
  EXPECT_EQ(header("Bearer " + token.token), ErrorKind::unauthenticated);
  EXPECT_EQ(password("ada", kPassword), ErrorKind::unauthenticated);
  EXPECT_EQ(error_of([&] { authenticator().refresh(granted.refresh_token); }), ErrorKind::unauthenticated);
  accounts().patch_user(admin(), "ada", {.disabled = false});
  EXPECT_EQ(header("Bearer " + granted.access.access_token), std::nullopt);
  EXPECT_EQ(header("Bearer " + token.token), std::nullopt);
}

TEST_F(AuthenticatorTest, ADeletedUsersTokensDoNotReturnWithTheName) {
  add_user("ada");
  LoginGrant granted = grant("ada");
  ApiTokenShown token = add_token("ada");
  accounts().delete_user(admin(), "ada");
  EXPECT_EQ(header("Bearer " + granted.access.access_token), ErrorKind::unauthenticated);
  add_user("ada");
  EXPECT_EQ(header("Bearer " + granted.access.access_token), ErrorKind::unauthenticated);
  EXPECT_EQ(header("Bearer " + token.token), ErrorKind::unauthenticated);
  EXPECT_EQ(error_of([&] { authenticator().refresh(granted.refresh_token); }), ErrorKind::unauthenticated);
}

TEST_F(AuthenticatorTest, AnApiTokenBringsItsScopeAndIsNoted) {
  ApiTokenShown token = add_token("admin", {.workspace = "main", .role = meta::Role::viewer, .expires_in = 1000});
  EXPECT_THAT(token.token, testing::StartsWith("bh_"));
  EXPECT_EQ(token.row.token_hash.find(token.token), std::string::npos);
  Principal principal = bearer(token.token);
  ASSERT_TRUE(principal.scope);
  EXPECT_EQ(principal.scope->token, token.row.id);
  EXPECT_EQ(principal.scope->workspace, token.row.workspace);
  EXPECT_EQ(principal.scope->role_cap, meta::Role::viewer);
  EXPECT_FALSE(principal.is_admin);
  EXPECT_TRUE(accounts().list_api_tokens(login("admin"))[0].last_used);
  EXPECT_TRUE(bearer(add_token("admin").token).is_admin);
  EXPECT_TRUE(bearer(add_token("admin", {.workspace = "main", .role = meta::Role::owner}).token).is_admin);
  EXPECT_FALSE(bearer(add_token("admin", {.workspace = "admin"}).token).is_admin);
}

TEST_F(AuthenticatorTest, AnExpiredApiTokenIsRefused) {
  meta::ApiTokenRow row{.id = base::TokenId("x"),
                        .user = login("admin").user,
                        .name = "x",
                        .token_hash = base::to_hex(base::sha256("bh_x")),
                        .expires_at = base::now_micros() - 1};
  store_->accounts().insert_api_token(row, {});
  EXPECT_EQ(header("Bearer bh_x"), ErrorKind::unauthenticated);
}

TEST_F(AuthenticatorTest, FailuresOfPasswordsAreThrottledAndBadTokensAreNot) {
  start({.per_account = {.free_failures = 3, .first_wait = base::kHour}});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(header("Bearer nonsense"), ErrorKind::unauthenticated);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(password("admin", "wrong"), ErrorKind::unauthenticated);
  EXPECT_EQ(password("admin", "wrong"), ErrorKind::too_many_requests);
  EXPECT_EQ(password("admin", kPassword), ErrorKind::too_many_requests);
  EXPECT_EQ(header(basic("admin:wrong")), ErrorKind::too_many_requests);
  EXPECT_EQ(code_of([&] { grant(); }), "too-many-requests");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(password("nobody", "wrong"), ErrorKind::unauthenticated);
  EXPECT_EQ(password("nobody", "wrong"), ErrorKind::too_many_requests);
}

TEST_F(AuthenticatorTest, TheRightPasswordClearsItsAccount) {
  start({.remember = 0, .per_account = {.free_failures = 3, .first_wait = base::kHour}});
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(password("admin", "wrong"), ErrorKind::unauthenticated);
    EXPECT_EQ(password("admin", kPassword), std::nullopt);
  }
}

TEST_F(AuthenticatorTest, WhoIsRememberedIsNotLockedOutByAnothersGuesses) {
  start({.per_account = {.free_failures = 0, .first_wait = base::kHour}});
  EXPECT_EQ(password("admin", kPassword), std::nullopt);
  EXPECT_EQ(password("admin", "wrong"), ErrorKind::unauthenticated);
  EXPECT_EQ(password("admin", "wrong"), ErrorKind::too_many_requests);
  EXPECT_EQ(password("admin", kPassword), std::nullopt);
}

TEST_F(AuthenticatorTest, ManyRightLoginsAtOnceAreNoFailures) {
  start({.per_account = {.free_failures = 0, .first_wait = base::kHour}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(password("admin", kPassword), std::nullopt); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(RememberedCredentialsTest, LiveShortlyAndAreBounded) {
  RememberedCredentials remembered(100, 2);
  auto key = [&](const std::string& name) { return remembered.key_of(name, "p"); };
  remembered.remember(key("a"), {base::UserId("1"), "h"}, 0);
  EXPECT_EQ(remembered.find(key("A"), 99)->password_hash, "h");
  EXPECT_FALSE(remembered.find(key("a"), 100));
  EXPECT_FALSE(remembered.find(remembered.key_of("a", "q"), 0));
  remembered.remember(key("a"), {base::UserId("1"), "h2"}, 50);
  EXPECT_EQ(remembered.find(key("a"), 149)->password_hash, "h2");
  remembered.remember(key("b"), {}, 50);
  remembered.remember(key("c"), {}, 50);
  EXPECT_FALSE(remembered.find(key("a"), 50));
  EXPECT_TRUE(remembered.find(key("b"), 50));
  EXPECT_TRUE(remembered.find(key("c"), 50));
  EXPECT_NE(remembered.key_of("ab", "c"), remembered.key_of("a", "bc"));
}

}  // namespace
}  // namespace boathouse::auth
