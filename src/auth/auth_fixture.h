// SPDX-License-Identifier: Apache-2.0
// An installation for the tests of this room: a store in a temporary folder, cheap password hashing, `admin` in place.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/auth.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "meta/sqlite_store.h"

namespace boathouse::auth {

// The kind of the base::Error that `work` throws; nullopt when it throws none.
template <class Work>
std::optional<base::ErrorKind> error_of(Work work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.kind();
  }
  return std::nullopt;
}
template <class Work>
std::string code_of(Work work) {
  try {
    work();
  } catch (const base::Error& error) {
    return std::string(error.code());
  }
  return "";
}

class AuthTest : public testing::Test {
 protected:
  static constexpr const char* kPassword = "Str0ng-enough";
  static constexpr const char* kAddress = "192.0.2.1";

  AuthTest() : folder_(std::filesystem::temp_directory_path(), "auth-") {
    base::set_log_level(base::LogLevel::off);
    store_ = meta::open_sqlite_store(folder_.path() / "boathouse.db");
    start();
    EXPECT_FALSE(auth_->accounts.bootstrap(kPassword));
  }

  // A process of its own over the same store and keys.
  void start(const AuthenticatorOptions& options = {}) {
    auth_ = std::make_unique<Auth>(*store_, AuthOptions{.keys = folder_.path() / "keys",
                                                        .authenticator = options,
                                                        .password_cost = {.passes = 1, .memory_bytes = 8192}});
  }

  Accounts& accounts() { return auth_->accounts; }
  Authenticator& authenticator() { return auth_->authenticator; }
  AccessControl& access() { return auth_->access; }

  Principal login(const std::string& name, const std::string& password = kPassword) {
    return authenticator().authenticate({.password = UserPassword{name, password}, .remote_address = kAddress});
  }
  Principal bearer(const std::string& token) {
    return authenticator().authenticate({.authorization = "Bearer " + token});
  }
  Caller as(const std::string& name) { return {login(name), base::RequestId("r-" + name)}; }
  Caller admin() { return as("admin"); }

  meta::UserRow add_user(const std::string& name, std::optional<meta::Role> role_in_main = std::nullopt) {
    return accounts().create_user(admin(), {.name = name, .password = kPassword, .role = role_in_main});
  }
  // An access token of a new API token of `name`.
  ApiTokenShown add_token(const std::string& name, NewApiToken wanted = {}) {
    wanted.name = "t";
    return accounts().create_api_token(as(name), wanted);
  }
  std::string last_audit() {
    auto rows = store_->audit().list({.limit = 1});
    return rows.empty() ? "" : rows[0].who + " " + rows[0].what + " " + rows[0].target + " " + rows[0].outcome;
  }

  base::TemporaryFolder folder_;
  std::unique_ptr<meta::MetaStore> store_;
  std::unique_ptr<Auth> auth_;
};

}  // namespace boathouse::auth
