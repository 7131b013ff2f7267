// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "api/cognito/operations.h"
#include "base/error.h"

namespace boathouse::api::cognito {
namespace {

namespace json = boost::json;
using auth::PoolFlow;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kNewPasswordRequired = "NEW_PASSWORD_REQUIRED";
constexpr std::string_view kPasswordVerifier = "PASSWORD_VERIFIER";

PoolFlow flow_of(std::string_view name, bool by_admin) {
  bool admins = name == "ADMIN_NO_SRP_AUTH" || name == "ADMIN_USER_PASSWORD_AUTH";
  if (admins && by_admin) return PoolFlow::admin_password;
  if (name == "USER_PASSWORD_AUTH") return PoolFlow::password;
  if (name == "USER_SRP_AUTH") return PoolFlow::srp;
  if (name == "REFRESH_TOKEN_AUTH" || name == "REFRESH_TOKEN") return PoolFlow::refresh;
  throw Error(ErrorKind::invalid_argument, fmt::format("Initiate Auth method not supported: {}{}.", name,
                                                       admins ? " is for AdminInitiateAuth" : ""));
}

json::object to_json(const auth::PoolGrant& grant) {
  json::object result{{"AccessToken", grant.tokens.access},
                      {"IdToken", grant.tokens.id},
                      {"TokenType", "Bearer"},
                      {"ExpiresIn", grant.expires_in}};
  if (!grant.refresh_token.empty()) result["RefreshToken"] = grant.refresh_token;
  return {{"ChallengeParameters", json::object()}, {"AuthenticationResult", std::move(result)}};
}

json::object to_json(const auth::NewPasswordChallenge& challenge) {
  auth::PoolAttributes attributes = auth::attributes_of(challenge.user);
  attributes.erase("sub");
  return {{"ChallengeName", kNewPasswordRequired},
          {"Session", challenge.session},
          {"ChallengeParameters",
           {{"USER_ID_FOR_SRP", challenge.user.name},
            {"requiredAttributes", "[]"},
            {"userAttributes", json::serialize(json::value_from(attributes))}}}};
}

json::object to_json(const auth::SrpChallenge& challenge) {
  return {{"ChallengeName", kPasswordVerifier},
          {"ChallengeParameters",
           {{"USERNAME", challenge.username},
            {"USER_ID_FOR_SRP", challenge.username},
            {"SALT", challenge.salt},
            {"SRP_B", challenge.server_key},
            {"SECRET_BLOCK", challenge.secret_block}}}};
}

json::object to_json(const auth::PoolAnswer& answer) {
  return std::visit([](const auto& told) { return to_json(told); }, answer);
}

auth::PoolCall pool_call(Call& call, const TextMap& parameters, bool by_admin) {
  if (by_admin) call.require_pool();
  return {.client_id = call.fields.text("ClientId"),
          .secret_hash = optional(parameters, "SECRET_HASH"),
          .by_admin = by_admin,
          .issuer = call.issuer(),
          .remote_address = call.request.remote_address,
          .request = base::RequestId(call.request.request_id)};
}

json::object initiate(Call& call, bool by_admin) {
  const TextMap parameters = call.texts("AuthParameters");
  auth::PoolCall pool = pool_call(call, parameters, by_admin);
  pool.flow = flow_of(call.fields.text("AuthFlow"), by_admin);
  auth::PoolLogins& logins = call.auth().pool_logins;
  switch (*pool.flow) {
    case PoolFlow::refresh: return to_json(logins.with_refresh_token(pool, required(parameters, "REFRESH_TOKEN")));
    case PoolFlow::srp:
      return to_json(logins.begin_srp(pool, required(parameters, "USERNAME"), required(parameters, "SRP_A")));
    case PoolFlow::password:
    case PoolFlow::admin_password: break;
  }
  auth::UserPassword who{required(parameters, "USERNAME"), required(parameters, "PASSWORD")};
  return to_json(logins.with_password(pool, who));
}

json::object respond(Call& call, bool by_admin) {
  const TextMap responses = call.texts("ChallengeResponses");
  auth::PoolCall pool = pool_call(call, responses, by_admin);
  const std::string challenge = call.fields.text("ChallengeName");
  const std::string username = required(responses, "USERNAME");
  auth::PoolLogins& logins = call.auth().pool_logins;
  if (challenge == kNewPasswordRequired) {
    return to_json(
        logins.set_new_password(pool, call.fields.text("Session"), username, required(responses, "NEW_PASSWORD")));
  }
  if (challenge != kPasswordVerifier) {
    throw Error(ErrorKind::invalid_argument, fmt::format("There is no challenge {} here.", challenge));
  }
  pool.flow = PoolFlow::srp;
  return to_json(logins.prove_srp(pool, {.username = username,
                                         .secret_block = required(responses, "PASSWORD_CLAIM_SECRET_BLOCK"),
                                         .signature = required(responses, "PASSWORD_CLAIM_SIGNATURE"),
                                         .timestamp = required(responses, "TIMESTAMP")}));
}

}  // namespace

json::object initiate_auth(Call& call) { return initiate(call, false); }
json::object admin_initiate_auth(Call& call) { return initiate(call, true); }
json::object respond_to_auth_challenge(Call& call) { return respond(call, false); }
json::object admin_respond_to_auth_challenge(Call& call) { return respond(call, true); }

}  // namespace boathouse::api::cognito
