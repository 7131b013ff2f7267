// SPDX-License-Identifier: Apache-2.0
#include "net/dispatch.h"

#include <algorithm>
#include <boost/json/string.hpp>

#include "base/error.h"
#include "base/log.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

Error to_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::unavailable, "the server is short of memory").with("retry_after", 5);
  } catch (const std::exception& error) {
    return Error(ErrorKind::internal, error.what());
  } catch (...) {
    return Error(ErrorKind::internal, "an exception of unknown type");
  }
}

void log_failure(const Request& request, const Error& error) {
  boost::json::array trail(error.trail().begin(), error.trail().end());
  base::log_error("request_failed", {{"request_id", request.request_id},
                                     {"code", error.code()},
                                     {"error", error.message()},
                                     {"trail", std::move(trail)}});
}

}  // namespace

boost::asio::awaitable<Response> Dispatcher::answer(Request& request, const Route*& route) const {
  Response response;
  std::exception_ptr thrown;
  try {
    response = co_await route_request(request, route);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) co_return render(request, thrown);
  add_cors(request, response);
  co_return response;
}

Response Dispatcher::render(const Request& request, const std::exception_ptr& thrown) const {
  Error error = to_error(thrown);
  if (status_of(error) >= 500) log_failure(request, error);
  Response response = router_.render(request, error);
  add_cors(request, response);
  return response;
}

boost::asio::awaitable<Response> Dispatcher::route_request(Request& request, const Route*& route) const {
  if (request.path == "*") {
    if (request.method == "OPTIONS") co_return empty_response(204);
    throw Error(ErrorKind::invalid_argument, "only OPTIONS may ask for '*'");
  }
  Match match = router_.match(request.method, request.segments, request.trailing_slash);
  if (!match.route) {
    if (match.allowed.empty()) throw Error(ErrorKind::not_found, "there is nothing at this path");
    co_return describe(request, match.allowed);
  }
  route = match.route;
  request.route = match.route->pattern;
  request.params = std::move(match.params);
  co_return co_await match.route->handler(request);
}

// What a path that is there says to a method that it has no handler for.
Response Dispatcher::describe(const Request& request, const std::vector<std::string>& allowed) const {
  std::string allow = join(allowed);
  if (request.method != "OPTIONS") {
    throw Error(ErrorKind::invalid_argument, "this path takes " + allow)
        .code(std::string(kMethodNotAllowed))
        .with("allow", boost::json::string(allow));
  }
  Response response = empty_response(204).with("Allow", allow);
  if (!request.headers.has("Access-Control-Request-Method") || !add_cors(request, response)) return response;
  response.headers.set("Access-Control-Allow-Methods", std::move(allow));
  if (const std::string* wanted = request.headers.find("Access-Control-Request-Headers")) {
    response.headers.set("Access-Control-Allow-Headers", *wanted);
  }
  response.headers.set("Access-Control-Max-Age", "600");
  return response;
}

// True when the request comes from an origin that is allowed.
bool Dispatcher::add_cors(const Request& request, Response& response) const {
  if (cors_origins_.empty()) return false;
  if (response.headers.get("Vary") != "Origin") response.headers.add("Vary", "Origin");
  std::string origin(request.headers.get("Origin"));
  if (std::find(cors_origins_.begin(), cors_origins_.end(), origin) == cors_origins_.end()) return false;
  response.headers.set("Access-Control-Allow-Origin", std::move(origin));
  response.headers.set("Access-Control-Expose-Headers", "*");
  return true;
}

}  // namespace boathouse::net
