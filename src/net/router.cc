// SPDX-License-Identifier: Apache-2.0
#include "net/router.h"

#include <algorithm>
#include <map>
#include <set>

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;
using Segments = std::vector<std::string>;

struct Pattern {
  Segments segments;
  bool trailing_slash = false;
};

// "/a/{b}/" is {"a", "{b}"} and a trailing slash; "/" is no segment and none.
Pattern split(std::string_view text) {
  if (text.empty() || text.front() != '/')
    throw Error(ErrorKind::internal, "a pattern begins with '/': " + std::string(text));
  Pattern out;
  text.remove_prefix(1);
  while (!text.empty()) {
    std::size_t slash = text.find('/');
    out.segments.emplace_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    text.remove_prefix(slash + 1);
    out.trailing_slash = text.empty();
  }
  return out;
}

bool is_capture(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
bool is_rest(std::string_view segment) { return is_capture(segment) && segment.ends_with("...}"); }

bool begins_with(const Segments& path, const Segments& prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

}  // namespace

// One pattern with one method, beside the names of its captures in order.
struct Router::Entry {
  Route route;
  Segments captures;
  bool rest = false;
  bool trailing_slash = false;

  bool accepts_slash(bool present) const {
    return rest || present == trailing_slash || (present && route.options.optional_trailing_slash);
  }
};

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> capture;
  std::vector<const Entry*> here;  // patterns that end at this node
  std::vector<const Entry*> rest;  // patterns whose `{name...}` begins below it

  struct Search {
    const Segments& segments;
    bool trailing_slash;
    std::string_view method;
    std::vector<std::string_view> captured = {};
    const Entry* found = nullptr;
    std::size_t rest_from = 0;
    std::set<std::string, std::less<>> allowed = {};
  };

  // Depth first, the most literal way first; goes on past nodes that lack the method, noting what they do have.
  bool find(Search& search, std::size_t depth) const {
    if (depth == search.segments.size()) return choose(here, search, depth);
    const std::string& segment = search.segments[depth];
    auto literal = literals.find(segment);
    if (literal != literals.end() && literal->second->find(search, depth + 1)) return true;
    if (capture && !segment.empty()) {
      search.captured.push_back(segment);
      if (capture->find(search, depth + 1)) return true;
      search.captured.pop_back();
    }
    return choose(rest, search, depth);
  }

  static bool choose(const std::vector<const Entry*>& entries, Search& search, std::size_t depth) {
    const Entry* fallback = nullptr;
    for (const Entry* entry : entries) {
      if (!entry->accepts_slash(search.trailing_slash)) continue;
      search.allowed.insert(entry->route.method);
      if (entry->route.method == search.method) search.found = entry;
      if (entry->route.method == "GET" && search.method == "HEAD") fallback = entry;
    }
    if (!search.found) search.found = fallback;
    search.rest_from = depth;
    return search.found != nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  Pattern parsed = split(pattern);
  auto entry = std::make_unique<Entry>();
  entry->trailing_slash = parsed.trailing_slash;
  Node* node = root_.get();
  for (std::size_t i = 0; i < parsed.segments.size(); ++i) {
    const std::string& segment = parsed.segments[i];
    if (is_rest(segment)) {
      if (i + 1 != parsed.segments.size()) throw Error(ErrorKind::internal, "a rest capture is not last in " + pattern);
      entry->captures.push_back(segment.substr(1, segment.size() - 5));
      entry->rest = true;
    } else if (is_capture(segment)) {
      entry->captures.push_back(segment.substr(1, segment.size() - 2));
      if (!node->capture) node->capture = std::make_unique<Node>();
      node = node->capture.get();
    } else {
      if (segment.empty() || segment.find_first_of("{}") != std::string::npos) {
        throw Error(ErrorKind::internal, "a malformed segment in " + pattern);
      }
      auto& child = node->literals[segment];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
  }
  auto& siblings = entry->rest ? node->rest : node->here;
  for (const Entry* other : siblings) {
    if (other->route.method == method && other->trailing_slash == entry->trailing_slash) {
      throw Error(ErrorKind::internal, "two routes for " + method + " " + pattern);
    }
  }
  entry->route = Route{std::move(method), std::move(pattern), std::move(options), std::move(handler)};
  siblings.push_back(entry.get());
  entries_.push_back(std::move(entry));
}

void Router::render_errors(std::string prefix, ErrorRenderer renderer) {
  renderers_.emplace_back(split(prefix).segments, std::move(renderer));
  std::stable_sort(renderers_.begin(), renderers_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> out;
  for (const auto& entry : entries_) out.push_back(&entry->route);
  return out;
}

Match Router::match(std::string_view method, const Segments& segments, bool trailing_slash) const {
  Node::Search search{segments, trailing_slash, method};
  Match match;
  if (!root_->find(search, 0)) {
    if (search.allowed.empty()) return match;
    if (search.allowed.contains("GET")) search.allowed.insert("HEAD");
    search.allowed.insert("OPTIONS");
    match.allowed.assign(search.allowed.begin(), search.allowed.end());
    return match;
  }
  match.route = &search.found->route;
  const Segments& names = search.found->captures;
  for (std::size_t i = 0; i < search.captured.size(); ++i) {
    match.params.items.emplace_back(names[i], std::string(search.captured[i]));
  }
  if (search.found->rest) {
    std::string rest;
    for (std::size_t i = search.rest_from; i < segments.size(); ++i) {
      rest += (i > search.rest_from ? "/" : "") + segments[i];
    }
    match.params.items.emplace_back(names.back(), trailing_slash ? rest + "/" : rest);
  }
  return match;
}

Response Router::render(const Request& request, const base::Error& error) const {
  auto chosen = std::find_if(renderers_.begin(), renderers_.end(),
                             [&](const auto& entry) { return begins_with(request.segments, entry.first); });
  Response response = chosen == renderers_.end() ? render_problem(request, error) : chosen->second(request, error);
  if (const auto* allow = error.detail().if_contains("allow"); allow && allow->is_string() && response.status == 405) {
    response.headers.set("Allow", std::string(allow->as_string()));
  }
  return response;
}

}  // namespace boathouse::net
