// SPDX-License-Identifier: Apache-2.0
// Which handler answers which path. Filled at start by one thread, then only read, by any.
//
// Patterns are matched on decoded segments: "/v1/workspaces/{ws}/tables/{table}/rows". A capture takes one non-empty
// segment ("a%2Fb" is one, captured as "a/b"); a last `{name...}` takes one or more segments with their slashes, a
// trailing one included. A literal goes before a capture, a capture before a rest. HEAD is answered by the GET handler
// unless HEAD has its own, OPTIONS by `Allow` unless it has its own.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/errors.h"
#include "net/request.h"
#include "net/response.h"

namespace boathouse::net {

// Runs on the connection's I/O thread: never blocks there (on_pool.h). The request outlives the call, and so does the
// handler itself, which lives in the router: a lambda given to add() may be a coroutine with captures.
using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

// Which requests of a route get a line in the access log: probes none, small requests at a high rate only those that fail.
enum class AccessLog { every, failures, none };

struct RouteOptions {
  bool optional_trailing_slash = false;  // a pattern that ends in '/' needs it, others refuse it unless this is set
  AccessLog access_log = AccessLog::every;
  std::string summary = {};  // one line for the API's document
};

struct Route {
  std::string method;
  std::string pattern;
  RouteOptions options;
  Handler handler;
};

struct Match {
  const Route* route = nullptr;  // null: see allowed
  NamedValues params;
  std::vector<std::string> allowed;  // methods of this path, sorted; empty: the path is unknown
};

class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Throws Error{internal} for a malformed pattern or a route that is there already.
  void add(std::string method, std::string pattern, Handler handler, RouteOptions options = {});

  // Errors of paths at or below `prefix` ("/s3"; "/" is everything) go to this renderer; the longest prefix wins.
  void render_errors(std::string prefix, ErrorRenderer renderer);

  // In the order they were added; stable addresses once filled.
  std::vector<const Route*> routes() const;

  // Used by the server and by tests.
  Match match(std::string_view method, const std::vector<std::string>& segments, bool trailing_slash) const;
  Response render(const Request& request, const base::Error& error) const;

 private:
  struct Node;
  struct Entry;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::unique_ptr<Node> root_;
  std::vector<std::pair<std::vector<std::string>, ErrorRenderer>> renderers_;
};

}  // namespace boathouse::net
