// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "api/cognito/operations.h"
#include "api/cognito/users.h"

namespace boathouse::api::cognito {
namespace {

namespace json = boost::json;

meta::UserRow user_of(Call& call) { return call.auth().pool_logins.user_of(call.fields.text("AccessToken")); }

}  // namespace

json::object get_user(Call& call) {
  json::object user = to_json(user_of(call), "UserAttributes");
  return {{"Username", user.at("Username")}, {"UserAttributes", user.at("UserAttributes")}};
}

json::object change_password(Call& call) {
  meta::UserRow user = user_of(call);
  auth::UserPassword known{user.name, call.fields.text("PreviousPassword")};
  call.auth().authenticator.change_password(known, call.fields.text("ProposedPassword"), call.request.remote_address,
                                            base::RequestId(call.request.request_id));
  return {};
}

json::object global_sign_out(Call& call) {
  meta::UserRow user = user_of(call);
  auth::Principal self{.user = user.id, .name = user.name};
  call.auth().accounts.sign_out({self, base::RequestId(call.request.request_id)}, user.name);
  return {};
}

json::object revoke_token(Call& call) {
  call.auth().pool_logins.revoke(call.fields.text("ClientId"), call.fields.optional_text("ClientSecret").value_or(""),
                                 call.fields.text("Token"));
  return {};
}

}  // namespace boathouse::api::cognito
