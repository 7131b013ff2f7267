// SPDX-License-Identifier: Apache-2.0
#include "auth/access_keys.h"

#include "auth/auth_fixture.h"

namespace boathouse::auth {
namespace {

using base::ErrorKind;
using meta::Role;

class AccessKeysTest : public AuthTest {
 protected:
  AccessKeyShown make(const std::string& name, WantedScope scope = {}) {
    return auth_->access_keys.create(as(name), {.name = "k", .scope = std::move(scope)});
  }
  std::optional<KnownAccessKey> find(const AccessKeyShown& made) {
    return authenticator().find_access_key(made.row.id);
  }
  std::string sealed(const AccessKeyShown& made) {
    return store_->accounts().find_access_key(made.row.id)->sealed_secret;
  }
};

TEST_F(AccessKeysTest, ASecretIsShownOnceKeptSealedAndFoundBySigners) {
  AccessKeyShown made = make("admin");
  EXPECT_THAT(made.row.id.value, testing::MatchesRegex("BHAK[A-Z2-7]{16}"));
  EXPECT_THAT(made.secret, testing::MatchesRegex("[A-Za-z0-9]{40}"));
  EXPECT_EQ(sealed(made).find(made.secret), std::string::npos);
  EXPECT_EQ(last_audit(), "admin create-access-key " + made.row.id.value + " ok");
  start();
  auto found = find(made);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->secret, made.secret);
  EXPECT_EQ(found->principal.name, "admin");
  EXPECT_TRUE(found->principal.is_admin);
  EXPECT_TRUE(store_->accounts().find_access_key(made.row.id)->last_used);
  EXPECT_FALSE(authenticator().find_access_key(base::AccessKeyId("BHAKUNKNOWN")));
}

TEST_F(AccessKeysTest, AKeyNarrowsLikeAToken) {
  add_user("ada", Role::editor);
  auto principal = find(make("ada", {.workspace = "main", .role = Role::viewer, .expires_in = 1000}))->principal;
  ASSERT_TRUE(principal.scope && principal.scope->expires_at);
  EXPECT_EQ(access().decide(principal, Action::read, "main").role, Role::viewer);
  EXPECT_EQ(error_of([&] { access().decide(principal, Action::write, "main"); }), ErrorKind::permission_denied);
  EXPECT_EQ(error_of([&] { access().decide(principal, Action::read, "ada"); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { make("ada", {.role = Role::owner}); }), ErrorKind::permission_denied);
  EXPECT_THAT(last_audit(), testing::EndsWith("permission-denied"));
  EXPECT_EQ(error_of([&] { make("ada", {.workspace = "admin"}); }), ErrorKind::not_found);
  EXPECT_EQ(error_of([&] { make("ada", {.expires_in = 0}); }), ErrorKind::invalid_argument);
  // The role shrinks with its owner's.
  auto wide = find(make("ada", {.workspace = "main", .role = Role::editor}))->principal;
  accounts().put_member(admin(), "main", "ada", Role::viewer);
  EXPECT_EQ(access().decide(wide, Action::read, "main").role, Role::viewer);
  accounts().remove_member(admin(), "main", "ada");
  EXPECT_EQ(error_of([&] { access().decide(wide, Action::read, "main"); }), ErrorKind::not_found);
}

TEST_F(AccessKeysTest, ATokenThatExpiresMakesNoLongerLivedKey) {
  Principal brief = bearer(add_token("admin", {.expires_in = 60}).token);
  AccessKeyShown made = auth_->access_keys.create({brief, {}}, {});
  EXPECT_EQ(made.row.expires_at, brief.scope->expires_at);
  EXPECT_EQ(error_of([&] {
              auth_->access_keys.create({brief, {}}, {.scope = {.expires_in = 600}});
            }),
            ErrorKind::permission_denied);
}

TEST_F(AccessKeysTest, AnExpiredDisabledOrDeletedOneIsUnknown) {
  add_user("ada");
  AccessKeyShown made = make("ada");
  accounts().patch_user(admin(), "ada", {.disabled = true});
  EXPECT_FALSE(find(made));
  accounts().patch_user(admin(), "ada", {.disabled = false});
  EXPECT_TRUE(find(made));
  meta::AccessKeyRow expired = made.row;
  expired.id = base::AccessKeyId("BHAKEXPIRED");
  expired.expires_at = base::now_micros() - 1;
  store_->accounts().insert_access_key(expired, {});
  EXPECT_FALSE(authenticator().find_access_key(expired.id));
  accounts().delete_user(admin(), "ada");
  add_user("ada");
  EXPECT_FALSE(find(made));
}

TEST_F(AccessKeysTest, KeysAreListedAndRemovedByTheirOwnerOnly) {
  add_user("ada");
  AccessKeyShown made = make("ada");
  EXPECT_EQ(auth_->access_keys.list(login("ada")).size(), 1u);
  EXPECT_TRUE(auth_->access_keys.list(login("admin")).empty());
  auto remove = [&](const Caller& caller) { return error_of([&] { auth_->access_keys.remove(caller, made.row.id); }); };
  EXPECT_EQ(remove(admin()), ErrorKind::not_found);
  EXPECT_EQ(last_audit(), "admin delete-access-key " + made.row.id.value + " not-found");
  Principal narrowed = bearer(add_token("ada", {.role = Role::viewer}).token);
  EXPECT_TRUE(auth_->access_keys.list(narrowed).empty());
  EXPECT_EQ(remove({narrowed, {}}), ErrorKind::not_found);
  EXPECT_EQ(remove(as("ada")), std::nullopt);
  EXPECT_FALSE(find(made));
}

TEST_F(AccessKeysTest, ASecretMovedToAnotherRowDoesNotOpen) {
  add_user("ada");
  AccessKeyShown adas = make("ada"), admins = make("admin");
  store_->accounts().reseal_access_key(adas.row.id, sealed(adas), sealed(admins));
  EXPECT_EQ(code_of([&] { find(adas); }), "seal-broken");
}

TEST_F(AccessKeysTest, RotatingTheSealingKeySealsEverythingAnew) {
  std::vector<AccessKeyShown> made;
  for (int i = 0; i < 3; ++i) made.push_back(make("admin"));
  AccessKeyShown broken = make("admin");
  store_->accounts().reseal_access_key(broken.row.id, sealed(broken), "s1.0123456789abcdef.AAAA");
  Rotation rotation = auth_->key_administration.rotate(admin(), KeyKind::sealing);
  EXPECT_EQ(rotation.resealed, 4u);  // the three, and the secret of the user pool's client
  EXPECT_EQ(last_audit(), "admin rotate-key sealing " + rotation.key.id + " ok");
  for (const auto& key : made) {
    EXPECT_THAT(sealed(key), testing::HasSubstr(rotation.key.id));
    EXPECT_EQ(find(key)->secret, key.secret);
  }
  EXPECT_EQ(auth_->access_keys.reseal(), 0u);
}

TEST_F(AccessKeysTest, OnlyOwnersOfMainSeeAndRotateKeys) {
  add_user("ada", Role::editor);
  EXPECT_EQ(error_of([&] { auth_->key_administration.list(as("ada")); }), ErrorKind::permission_denied);
  EXPECT_EQ(last_audit(), "ada list-keys  permission-denied");
  EXPECT_EQ(error_of([&] { auth_->key_administration.rotate(as("ada"), KeyKind::token); }),
            ErrorKind::permission_denied);
  EXPECT_EQ(last_audit(), "ada rotate-key token permission-denied");
  EXPECT_EQ(auth_->key_administration.list(admin()).size(), 2u);
}

TEST_F(AccessKeysTest, AccessTokensOutliveARotationAndARestart) {
  std::string token = authenticator().login({"admin", kPassword}, kAddress).access.access_token;
  auth_->key_administration.rotate(admin(), KeyKind::token);
  EXPECT_EQ(bearer(token).name, "admin");
  start();
  EXPECT_EQ(bearer(token).name, "admin");
}

}  // namespace
}  // namespace boathouse::auth
