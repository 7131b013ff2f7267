// SPDX-License-Identifier: Apache-2.0
// Log-ins to the user pool, its tokens, groups and clients, as the room has them; the wire is tested through the door.
#include "auth/pool_logins.h"

#include <boost/json.hpp>

#include "auth/auth_fixture.h"
#include "auth/hmac.h"
#include "auth/jwt.h"

namespace boathouse::auth {
namespace {

using base::ErrorKind;
using meta::Role;

constexpr const char* kIssuer = "https://data.example.org/cognito-idp/";

class PoolTest : public AuthTest {
 protected:
  PoolTest() : client_(pool().client(store_->pools().list_clients("", 1).at(0).id)) {}

  UserPool& pool() { return auth_->pool; }
  PoolLogins& logins() { return auth_->pool_logins; }

  PoolCall call(const std::string& name) {
    return {.client_id = client_.row.id,
            .secret_hash = base::to_base64(hmac_sha256(client_.secret, name + client_.row.id)),
            .flow = PoolFlow::password,
            .issuer = kIssuer + pool().id(),
            .remote_address = kAddress,
            .request = base::RequestId("r")};
  }
  PoolCall refreshing() {
    PoolCall refresh = call("ada");
    refresh.flow = PoolFlow::refresh;
    return refresh;
  }
  // What answers a challenge names no flow.
  PoolCall unasked(const std::string& name) {
    PoolCall answering = call(name);
    answering.flow.reset();
    return answering;
  }
  PoolAnswer start_login(const std::string& name, const std::string& password = kPassword) {
    return logins().with_password(call(name), {name, password});
  }
  PoolGrant granted(const std::string& name, const std::string& password = kPassword) {
    return std::get<PoolGrant>(start_login(name, password));
  }
  static boost::json::object payload(const std::string& token) {
    std::size_t first = token.find('.'), second = token.rfind('.');
    return boost::json::parse(*base::from_base64url(token.substr(first + 1, second - first - 1))).as_object();
  }
  std::string signed_anew(const boost::json::object& claims) {
    RsaSigningKey key = auth_->rsa_keys.signing_key();
    return sign_jwt({.algorithm = JwtAlgorithm::rs256, .id = key.id, .material = key.private_pem}, claims);
  }

  PoolClient client_;
};

TEST_F(PoolTest, ThereIsOnePoolWithOneClientAndItOutlivesARestart) {
  EXPECT_THAT(pool().id(), testing::MatchesRegex("us-east-1_[A-Za-z0-9]{9}"));
  const std::string id = pool().id();
  start();
  EXPECT_EQ(pool().id(), id);
  auto clients = pool().list_clients(admin(), "", 10);
  ASSERT_EQ(clients.size(), 1u);
  EXPECT_THAT(clients[0].id, testing::MatchesRegex("[a-z0-9]{26}"));
  EXPECT_EQ(clients[0].sealed_secret.find(client_.secret), std::string::npos);
  EXPECT_EQ(pool().get_client(admin(), clients[0].id).secret, client_.secret);
  EXPECT_EQ(code_of([&] { pool().require("us-east-1_other"); }), "no-such-pool");
}

TEST_F(PoolTest, ATokenOfThePoolIsItsUserAtEveryDoor) {
  add_user("ada", Role::editor);
  PoolGrant grant = granted("ada");
  EXPECT_EQ(bearer(grant.tokens.id).name, "ada");
  EXPECT_EQ(authenticator().from_token(grant.tokens.access).name, "ada");
  EXPECT_EQ(logins().user_of(grant.tokens.access).name, "ada");
  EXPECT_EQ(error_of([&] { logins().user_of(grant.tokens.id); }), ErrorKind::unauthenticated);
  auto claims = payload(grant.tokens.id);
  EXPECT_EQ(text_claim(claims, "aud"), client_.row.id);
  EXPECT_EQ(text_claim(claims, "iss"), kIssuer + pool().id());
  EXPECT_EQ(claims.at("cognito:groups"), boost::json::array{"editor"});
  EXPECT_EQ(text_claim(payload(grant.tokens.access), "client_id"), client_.row.id);
  start();
  EXPECT_EQ(bearer(grant.tokens.id).name, "ada");
}

TEST_F(PoolTest, OnlyWhatWeSignedForThisPoolIsTaken) {
  add_user("ada");
  const std::string token = granted("ada").tokens.id;
  const auto claims = payload(token);
  ASSERT_TRUE(auth_->pool_tokens.verify(signed_anew(claims), base::now_micros()));
  auto with = [&](const char* name, boost::json::value value) {
    boost::json::object changed = claims;
    changed[name] = std::move(value);
    return auth_->pool_tokens.verify(signed_anew(changed), base::now_micros()).has_value();
  };
  EXPECT_FALSE(with("iss", (std::string(kIssuer) + "us-east-1_another00").c_str()));
  EXPECT_FALSE(with("iss", ("x" + pool().id()).c_str()));
  EXPECT_FALSE(with("token_use", "refresh"));
  EXPECT_FALSE(with("exp", base::now_micros() / base::kSecond - 1));
  EXPECT_FALSE(with("exp", "never"));
  EXPECT_FALSE(with("sub", nullptr));

  // The public key as the secret of an HMAC, and no signature at all.
  RsaSigningKey key = auth_->rsa_keys.signing_key();
  std::string confused = sign_jwt(
      {.algorithm = JwtAlgorithm::hs256, .id = key.id, .material = *auth_->rsa_keys.verifying_key(key.id)}, claims);
  EXPECT_FALSE(auth_->pool_tokens.verify(confused, base::now_micros()));
  std::string none = base::to_base64url(R"({"alg":"none","kid":")" + key.id + R"("})") + token.substr(token.find('.'));
  EXPECT_FALSE(auth_->pool_tokens.verify(none, base::now_micros()));
  EXPECT_FALSE(auth_->pool_tokens.verify(none.substr(0, none.rfind('.') + 1), base::now_micros()));
  for (std::size_t i = 0; i < token.size(); i += 7) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(auth_->pool_tokens.verify(changed, base::now_micros())) << i;
  }
  std::string last = token;
  last.back() = last.back() == 'A' ? 'B' : 'A';
  EXPECT_FALSE(auth_->pool_tokens.verify(last, base::now_micros()));
}

TEST_F(PoolTest, ARememberedTokenEndsWhenItExpires) {
  add_user("ada");
  const std::string token = granted("ada").tokens.id;
  const base::Micros end = *time_claim(payload(token), "exp");
  EXPECT_TRUE(auth_->pool_tokens.verify(token, end - 1));
  EXPECT_TRUE(auth_->pool_tokens.verify(token, end - 1));
  EXPECT_FALSE(auth_->pool_tokens.verify(token, end));
}

TEST_F(PoolTest, ANewKeySignsWhileTheOldOneVerifies) {
  add_user("ada");
  const std::string before = granted("ada").tokens.id;
  auth_->key_administration.rotate(admin(), KeyKind::rsa);
  const std::string after = granted("ada").tokens.id;
  EXPECT_NE(claimed_key_id(before), claimed_key_id(after));
  EXPECT_EQ(bearer(before).name, "ada");
  EXPECT_EQ(bearer(after).name, "ada");
}

TEST_F(PoolTest, TokensEndWithThePasswordTheUserAndASignOut) {
  add_user("ada");
  auto refused = [&](const PoolGrant& grant) {
    return error_of([&] { bearer(grant.tokens.id); }) == ErrorKind::unauthenticated &&
           error_of([&] { logins().with_refresh_token(refreshing(), grant.refresh_token); }) ==
               ErrorKind::unauthenticated;
  };
  PoolGrant grant = granted("ada");
  EXPECT_FALSE(refused(grant));
  accounts().patch_user(admin(), "ada", {.disabled = true});
  EXPECT_TRUE(refused(grant));
  accounts().patch_user(admin(), "ada", {.disabled = false});
  EXPECT_FALSE(refused(grant));
  accounts().sign_out(as("ada"), "ada");
  EXPECT_TRUE(refused(grant));
  EXPECT_EQ(last_audit(), "ada sign-out ada ok");
  grant = granted("ada");
  EXPECT_FALSE(refused(grant));
  accounts().patch_user(admin(), "ada", {.password = "An0ther-password"});
  EXPECT_TRUE(refused(grant));
}

TEST_F(PoolTest, OneCannotSignOthersOut) {
  add_user("ada");
  EXPECT_EQ(error_of([&] { accounts().sign_out(as("ada"), "admin"); }), ErrorKind::permission_denied);
  EXPECT_EQ(last_audit(), "ada sign-out admin permission-denied");
  accounts().sign_out(admin(), "ada");
}

TEST_F(PoolTest, ARefreshTokenIsOneClientsAndOpensNoOtherDoor) {
  add_user("ada");
  PoolGrant grant = granted("ada");
  PoolGrant again = std::get<PoolGrant>(logins().with_refresh_token(refreshing(), grant.refresh_token));
  EXPECT_TRUE(again.refresh_token.empty());
  EXPECT_EQ(payload(again.tokens.id).at("auth_time"), payload(grant.tokens.id).at("auth_time"));
  EXPECT_EQ(error_of([&] { authenticator().refresh(grant.refresh_token); }), ErrorKind::unauthenticated);
  std::string native = authenticator().login({"ada", kPassword}, kAddress).refresh_token;
  EXPECT_EQ(error_of([&] { logins().with_refresh_token(refreshing(), native); }), ErrorKind::unauthenticated);
  PoolCall other = refreshing();
  other.client_id = pool().create_client(admin(), {.name = "other"}).row.id;
  other.secret_hash.clear();
  EXPECT_EQ(error_of([&] { logins().with_refresh_token(other, grant.refresh_token); }), ErrorKind::unauthenticated);
  logins().revoke(client_.row.id, client_.secret, grant.refresh_token);
  EXPECT_EQ(error_of([&] { logins().with_refresh_token(refreshing(), grant.refresh_token); }),
            ErrorKind::unauthenticated);
  EXPECT_EQ(error_of([&] { logins().revoke(client_.row.id, "wrong", "x"); }), ErrorKind::unauthenticated);
}

TEST_F(PoolTest, ATemporaryPasswordIsChangedOnceByItsOwnSession) {
  accounts().create_user(admin(),
                         {.name = "ada", .password = kPassword, .email = "ada@example.org", .temporary = true});
  auto challenge = std::get<NewPasswordChallenge>(start_login("ada"));
  auto answer = [&](const std::string& session, const std::string& name, const std::string& password) {
    return logins().set_new_password(unasked("ada"), session, name, password);
  };
  EXPECT_EQ(error_of([&] { answer("s1.x.y", "ada", "An0ther-password"); }), ErrorKind::unauthenticated);
  EXPECT_EQ(error_of([&] { answer(challenge.session, "admin", "An0ther-password"); }), ErrorKind::unauthenticated);
  EXPECT_EQ(code_of([&] { answer(challenge.session, "ada", "weak"); }), "weak-password");
  EXPECT_EQ(code_of([&] { answer(challenge.session, "ada", kPassword); }), "weak-password");
  auto grant = std::get<PoolGrant>(answer(challenge.session, "ada@example.org", "An0ther-password"));
  EXPECT_EQ(bearer(grant.tokens.id).name, "ada");
  EXPECT_EQ(error_of([&] { answer(challenge.session, "ada", "Yet-an0ther-one"); }), ErrorKind::unauthenticated);
  EXPECT_EQ(login("ada", "An0ther-password").name, "ada");
}

TEST_F(PoolTest, SecretHashesAreOverNameEmailOrId) {
  auto user = accounts().create_user(admin(), {.name = "ada", .password = kPassword, .email = "ada@example.org"});
  for (const std::string& name : {std::string("ada"), std::string("ada@example.org"), user.id.value}) {
    EXPECT_NO_THROW(logins().with_password(call(name), {"ada", kPassword})) << name;
  }
  PoolCall wrong = call("eve");
  EXPECT_EQ(error_of([&] { logins().with_password(wrong, {"ada", kPassword}); }), ErrorKind::unauthenticated);
  wrong.secret_hash.clear();
  EXPECT_EQ(error_of([&] { logins().with_password(wrong, {"ada", kPassword}); }), ErrorKind::unauthenticated);
  PoolCall open = call("ada");
  open.client_id = pool().create_client(admin(), {.name = "open"}).row.id;
  EXPECT_EQ(error_of([&] { logins().with_password(open, {"ada", kPassword}); }), ErrorKind::unauthenticated);
  open.secret_hash.clear();
  EXPECT_NO_THROW(logins().with_password(open, {"ada", kPassword}));
  open.client_id = "unknown";
  EXPECT_EQ(code_of([&] { logins().with_password(open, {"ada", kPassword}); }), "no-such-client");
}

TEST_F(PoolTest, AClientMayUseOnlyTheFlowsThatItNames) {
  add_user("ada");
  PoolCall narrow = call("ada");
  narrow.client_id =
      pool().create_client(admin(), {.name = "narrow", .flows = {"ALLOW_ADMIN_USER_PASSWORD_AUTH"}}).row.id;
  narrow.secret_hash.clear();
  EXPECT_EQ(error_of([&] { logins().with_password(narrow, {"ada", kPassword}); }), ErrorKind::invalid_argument);
  narrow.flow = PoolFlow::admin_password;
  EXPECT_NO_THROW(logins().with_password(narrow, {"ada", kPassword}));
  narrow.flow = PoolFlow::refresh;
  EXPECT_EQ(error_of([&] { logins().with_refresh_token(narrow, "x"); }), ErrorKind::invalid_argument);
}

TEST_F(PoolTest, OnlySignedCallsTellUnknownUsers) {
  EXPECT_EQ(error_of([&] { start_login("nobody"); }), ErrorKind::unauthenticated);
  PoolCall signed_call = call("nobody");
  signed_call.by_admin = true;
  EXPECT_EQ(error_of([&] { logins().with_password(signed_call, {"nobody", kPassword}); }), ErrorKind::not_found);
}

TEST_F(PoolTest, GroupsThatAreRolesAreTheRoles) {
  add_user("ada", Role::editor);
  PoolGroups& groups = auth_->pool_groups;
  groups.add_user(admin(), "owner", "ada");
  EXPECT_EQ(access().decide(login("ada"), Action::administer, "main").role, Role::owner);
  groups.remove_user(admin(), "editor", "ada");  // no role of ada's
  EXPECT_EQ(access().decide(login("ada"), Action::administer, "main").role, Role::owner);
  groups.remove_user(admin(), "owner", "ada");
  EXPECT_EQ(error_of([&] { access().decide(login("ada"), Action::read, "main"); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { groups.remove_user(admin(), "owner", "admin"); }), ErrorKind::conflict);
  EXPECT_EQ(code_of([&] { groups.create(admin(), {.name = "viewer"}); }), "group-exists");
  EXPECT_EQ(error_of([&] { groups.remove(admin(), "viewer"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { groups.add_user(as("ada"), "owner", "ada"); }), ErrorKind::not_found);
}

TEST_F(PoolTest, OtherGroupsAreLabelsInTokens) {
  add_user("ada", Role::viewer);
  PoolGroups& groups = auth_->pool_groups;
  groups.create(admin(), {.name = "crew", .description = "all hands", .precedence = 5});
  EXPECT_EQ(code_of([&] { groups.create(admin(), {.name = "crew"}); }), "group-exists");
  groups.add_user(admin(), "crew", "ada");
  groups.add_user(admin(), "crew", "ada");
  EXPECT_EQ(payload(granted("ada").tokens.access).at("cognito:groups"), (boost::json::array{"viewer", "crew"}));
  EXPECT_EQ(groups.users_in(admin(), "crew", "", 10).size(), 1u);
  auto all = groups.list(admin(), "", 10);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[3].description, "all hands");
  EXPECT_EQ(groups.list(admin(), "editor", 10).size(), 2u);
  EXPECT_EQ(groups.list(admin(), "", 2).size(), 2u);
  EXPECT_EQ(code_of([&] { groups.add_user(admin(), "nobody", "ada"); }), "no-such-group");
  EXPECT_EQ(code_of([&] { groups.add_user(admin(), "crew", "nobody"); }), "not-found");
  groups.remove(admin(), "crew");
  EXPECT_EQ(groups.of(admin(), "ada").size(), 1u);
}

TEST_F(PoolTest, OnlyOwnersOfMainAdminister) {
  add_user("ada", Role::editor);
  EXPECT_EQ(error_of([&] { pool().list_clients(as("ada"), "", 1); }), ErrorKind::permission_denied);
  EXPECT_EQ(last_audit(), "ada list-pool-clients " + pool().id() + " permission-denied");
  EXPECT_EQ(error_of([&] { pool().get_client(as("ada"), client_.row.id); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { pool().create_client(as("ada"), {.name = "x"}); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { pool().delete_client(as("ada"), client_.row.id); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { auth_->pool_groups.list(as("ada"), "", 1); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { pool().create_client(admin(), {.name = ""}); }), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { pool().create_client(admin(), {.name = std::string(129, 'x')}); }),
            ErrorKind::invalid_argument);
  EXPECT_NO_THROW(pool().create_client(admin(), {.name = std::string(128, 'x')}));
}

TEST_F(PoolTest, RotatedSealingKeysSealSecretsAnew) {
  const std::string before = store_->pools().find_client(client_.row.id)->sealed_secret;
  auth_->key_administration.rotate(admin(), KeyKind::sealing);
  EXPECT_NE(store_->pools().find_client(client_.row.id)->sealed_secret, before);
  EXPECT_EQ(pool().client(client_.row.id).secret, client_.secret);
}

TEST(PoolAttributesTest, AreKeptWithinLimits) {
  meta::UserRow user{.id = base::UserId("u"), .email = "a@b", .attributes = R"({"name":"Ada"})"};
  auto now = attributes_of(user);
  EXPECT_EQ(now, (PoolAttributes{{"sub", "u"}, {"email", "a@b"}, {"name", "Ada"}}));
  auto kept = change_attributes(now, {{"custom:team", "x"}, {"email", "c@d"}}, {"name"});
  EXPECT_EQ(kept.email, "c@d");
  EXPECT_EQ(kept.json, R"({"custom:team":"x"})");
  EXPECT_EQ(change_attributes(now, {}, {"email"}).email, "");
  EXPECT_NO_THROW(change_attributes({}, {{std::string(64, 'n'), std::string(2048, 'v')}}));
  for (const PoolAttributes& bad : {PoolAttributes{{"sub", "v"}}, PoolAttributes{{"", "v"}},
                                    PoolAttributes{{"a b", "v"}}, PoolAttributes{{std::string(65, 'n'), "v"}},
                                    PoolAttributes{{"n", std::string(2049, 'v')}}, PoolAttributes{{"n", "\xff"}}}) {
    EXPECT_EQ(error_of([&] { change_attributes({}, bad); }), ErrorKind::invalid_argument);
  }
}

}  // namespace
}  // namespace boathouse::auth
