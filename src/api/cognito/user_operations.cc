// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "api/cognito/operations.h"
#include "api/cognito/user_filter.h"
#include "api/cognito/users.h"
#include "base/error.h"

namespace boathouse::api::cognito {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kMostPage = 60;
constexpr std::size_t kScanPage = 500;

json::object patch(Call& call, const auth::UserPatch& patch) {
  call.require_pool();
  call.auth().accounts.patch_user(call.caller(), call.fields.text("Username"), patch);
  return {};
}

json::object change_attributes(Call& call, const auth::PoolAttributes& changes,
                               const std::vector<std::string>& removed) {
  call.require_pool();
  const std::string name = call.fields.text("Username");
  meta::UserRow user = call.auth().accounts.get_user(call.caller(), name);
  auth::KeptAttributes kept = auth::change_attributes(auth::attributes_of(user), changes, removed);
  call.auth().accounts.patch_user(call.caller(), name, {.email = kept.email, .attributes = kept.json});
  return {};
}

}  // namespace

// No mail is sent, so a user who is to get one needs a password from whoever creates the user.
json::object admin_create_user(Call& call) {
  call.require_pool();
  auth::NewUser wanted{.name = call.fields.text("Username"), .temporary = true, .role = meta::Role::editor};
  if (call.fields.optional_text("MessageAction") == "RESEND") {
    throw Error(ErrorKind::invalid_argument, "No mail is sent here: set a password with AdminSetUserPassword instead.");
  }
  wanted.password = call.fields.optional_text("TemporaryPassword").value_or(auth::random_password());
  auth::PoolAttributes given = attributes_field(call, "UserAttributes");
  if (wanted.name.find('@') != std::string::npos) given.emplace("email", wanted.name);
  auth::KeptAttributes kept = auth::change_attributes({}, given);
  wanted.email = kept.email;
  wanted.attributes = kept.json;
  return {{"User", to_json(call.auth().accounts.create_user(call.caller(), wanted))}};
}

json::object admin_get_user(Call& call) {
  call.require_pool();
  return to_json(call.auth().accounts.get_user(call.caller(), call.fields.text("Username")), "UserAttributes");
}

json::object admin_set_user_password(Call& call) {
  bool permanent = call.fields.optional_flag("Permanent").value_or(false);
  return patch(call, {.password = call.fields.text("Password"), .temporary = !permanent});
}

json::object admin_update_user_attributes(Call& call) {
  return change_attributes(call, attributes_field(call, "UserAttributes"), {});
}

json::object admin_delete_user_attributes(Call& call) {
  return change_attributes(call, {}, call.optional_names("UserAttributeNames").value_or(std::vector<std::string>()));
}

json::object admin_enable_user(Call& call) { return patch(call, {.disabled = false}); }
json::object admin_disable_user(Call& call) { return patch(call, {.disabled = true}); }

json::object admin_delete_user(Call& call) {
  call.require_pool();
  call.auth().accounts.delete_user(call.caller(), call.fields.text("Username"));
  return {};
}

json::object admin_user_global_sign_out(Call& call) {
  call.require_pool();
  call.auth().accounts.sign_out(call.caller(), call.fields.text("Username"));
  return {};
}

// Goes through the users in pages until one more than asked for fits.
json::object list_users(Call& call) {
  call.require_pool();
  const std::size_t limit = call.limit("Limit", kMostPage);
  const UserFilter filter = parse_user_filter(call.fields.optional_text("Filter").value_or(""));
  std::string after = call.after("PaginationToken");
  std::vector<meta::UserRow> found;
  while (found.size() <= limit) {
    auto page = call.auth().accounts.list_users(call.caller(), after, kScanPage);
    for (meta::UserRow& user : page) {
      after = user.name;
      if (filter.fits(user) && found.size() <= limit) found.push_back(std::move(user));
    }
    if (page.size() < kScanPage) break;
  }
  json::object out;
  if (found.size() > limit) {
    found.resize(limit);
    out["PaginationToken"] = page_token(found.back().name);
  }
  auto shown = call.optional_names("AttributesToGet");
  json::array users;
  for (const meta::UserRow& user : found) users.push_back(to_json(user, "Attributes", shown));
  out["Users"] = std::move(users);
  return out;
}

}  // namespace boathouse::api::cognito
