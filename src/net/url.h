// SPDX-License-Identifier: Apache-2.0
// The URLs that the client takes. Internal to net; pure.
#pragma once

#include <string>
#include <string_view>

namespace boathouse::net {

struct Url {
  bool tls = false;
  std::string host;  // an IPv6 address without its brackets
  std::string port;
  std::string target;  // path and query, at least "/"

  // As a Host header has it.
  std::string authority() const;
};

// http and https, without user information; a fragment is cut off. Error{invalid_argument}.
Url parse_url(std::string_view text);

}  // namespace boathouse::net
