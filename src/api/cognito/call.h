// SPDX-License-Identifier: Apache-2.0
// One call of an operation as its handler sees it. Handlers are plain functions that may block.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/common/json_fields.h"
#include "api/common/services.h"
#include "net/request.h"

namespace boathouse::api::cognito {

using TextMap = std::map<std::string, std::string, std::less<>>;

struct Call {
  const Services& services;
  const net::Request& request;
  JsonFields fields;               // unknown ones are ignored, as Cognito's clients expect
  auth::Principal principal = {};  // of operations that are signed: an owner of `main`

  auth::Auth& auth() const { return services.auth; }
  auth::Caller caller() const { return {principal, base::RequestId(request.request_id)}; }
  // The URL of the pool.
  std::string issuer() const { return services.public_url.get() + "/cognito-idp/" + services.auth.pool.id(); }

  // Error{not_found, "no-such-pool"} unless UserPoolId names the pool.
  void require_pool();
  // A field that is an object of texts; empty where it is absent.
  TextMap texts(std::string_view name);
  // A field that is a list of texts; nullopt where it is absent.
  std::optional<std::vector<std::string>> optional_names(std::string_view name);
  // A whole number from 1 to `most`, which it is where the field is absent.
  std::size_t limit(std::string_view name, std::size_t most);
  // What a page began after, from the token that the page before gave.
  std::string after(std::string_view token_name);
};

// `text` of a map. Error{invalid_argument} that names it where it is missing or empty.
std::string required(const TextMap& texts, std::string_view name);
// Empty where it is missing.
std::string optional(const TextMap& texts, std::string_view name);

// The token of a page that ends with `last`.
std::string page_token(std::string_view last);
// Seconds with milliseconds, as JSON 1.1 has times.
double wire_time(base::Micros at);

using Operation = std::function<boost::json::object(Call&)>;

}  // namespace boathouse::api::cognito
