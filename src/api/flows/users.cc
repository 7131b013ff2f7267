// SPDX-License-Identifier: Apache-2.0
#include "api/flows/users.h"

#include <boost/json/value.hpp>

#include "api/flows/wire.h"
#include "base/error.h"

namespace boathouse::api::flows {
namespace {

namespace json = boost::json;

std::string require_token(const Call& call) {
  std::string token = call.fields.text("refreshToken");
  if (token.empty()) throw missing_fields();
  return token;
}

}  // namespace

net::Response sign_up(const Call& call) {
  if (!call.services.signup_open) {
    throw base::Error(base::ErrorKind::permission_denied,
                      "Sign-up is closed here: ask an owner of the installation for an account");
  }
  const auth::FlowSignUp wanted{.email = call.fields.text("email"),
                                .first_name = call.fields.text("firstName"),
                                .last_name = call.fields.text("lastName"),
                                .password = call.fields.text("password")};
  if (wanted.email.empty() || wanted.first_name.empty() || wanted.last_name.empty() || wanted.password.empty()) {
    throw missing_fields();
  }
  const auto made = call.services.auth.flow_logins.sign_up(wanted, base::RequestId(call.request.request_id));
  json::object answer = to_json(made.user);
  answer["token"] = made.tokens.token;
  answer["refreshToken"] = made.tokens.refresh_token;
  return net::json_response(201, answer);
}

net::Response log_in(const Call& call) {
  const std::string email = call.fields.text("email");
  const std::string password = call.fields.text("password");
  if (email.empty() || password.empty()) throw missing_fields();
  const auth::FlowTokens tokens = call.services.auth.flow_logins.login(email, password, call.request.remote_address);
  return net::json_response(200, {{"token", tokens.token}, {"refreshToken", tokens.refresh_token}});
}

net::Response refresh_token(const Call& call) {
  return net::json_response(200, {{"token", call.services.auth.flow_logins.refresh(require_token(call))}});
}

net::Response log_out(const Call& call) {
  const auto row = call.services.auth.flow_logins.logout(require_token(call));
  return net::json_response(200, json::array{to_json(row)});
}

}  // namespace boathouse::api::flows
