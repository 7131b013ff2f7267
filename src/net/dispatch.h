// SPDX-License-Identifier: Apache-2.0
// From a request to its answer, less the wire: routes, HEAD, OPTIONS, CORS, and whatever a handler throws. Internal to
// net.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>
#include <string>
#include <vector>

#include "net/router.h"

namespace boathouse::net {

class Dispatcher {
 public:
  // The router outlives it.
  Dispatcher(const Router& router, std::vector<std::string> cors_origins)
      : router_(router), cors_origins_(std::move(cors_origins)) {}

  // Never throws a handler's errors; `route` is set where one matched.
  boost::asio::awaitable<Response> answer(Request& request, const Route*& route) const;

  // The answer for an error met outside a handler (a head that cannot be read, a body source that fails at once).
  Response render(const Request& request, const std::exception_ptr& thrown) const;

 private:
  boost::asio::awaitable<Response> route_request(Request& request, const Route*& route) const;
  Response describe(const Request& request, const std::vector<std::string>& allowed) const;
  bool add_cors(const Request& request, Response& response) const;

  const Router& router_;
  const std::vector<std::string> cors_origins_;
};

}  // namespace boathouse::net
