// SPDX-License-Identifier: Apache-2.0
#include "app/stopped_house.h"

#include "app/data_lock.h"
#include "auth/accounts.h"
#include "base/error.h"
#include "meta/sqlite_store.h"

namespace boathouse::app {

std::filesystem::path database_of(const std::filesystem::path& data) {
  std::filesystem::path database = data / "boathouse.db";
  if (!std::filesystem::exists(database)) {
    throw base::Error(base::ErrorKind::not_found, data.string() + " is no data folder of Boathouse");
  }
  return database;
}

std::string reset_password(const std::filesystem::path& data, const std::string& user) {
  std::filesystem::path database = database_of(data);
  DataLock lock(data);
  auto store = meta::open_sqlite_store(database);
  auth::PasswordHasher hasher;
  auth::AccessControl access(*store);
  auth::Accounts accounts(*store, {hasher}, access);
  std::string password = auth::random_password();
  auth::UserPatch patch{.password = password, .disabled = false, .temporary = false};
  accounts.patch_user({auth::Principal::system(), base::RequestId(base::uuid_v7())}, user, patch);
  return password;
}

}  // namespace boathouse::app
