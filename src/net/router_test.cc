// SPDX-License-Identifier: Apache-2.0
#include "net/router.h"

#include "net/test_support.h"

namespace boathouse::net {
namespace {

using Segments = std::vector<std::string>;
using testing::error_of;

boost::asio::awaitable<Response> nothing(Request&) { co_return empty_response(); }

std::string matched(const Router& router, std::string_view method, const Segments& segments, bool slash = false) {
  Match match = router.match(method, segments, slash);
  return match.route ? match.route->method + " " + match.route->pattern : "";
}

TEST(Router, PrefersLiteralsThenCapturesThenRests) {
  Router router;
  router.add("GET", "/a/{x}", nothing);
  router.add("GET", "/a/b", nothing);
  router.add("GET", "/{rest...}", nothing);
  router.add("GET", "/a/{x}/c", nothing);
  EXPECT_EQ(matched(router, "GET", {"a", "b"}), "GET /a/b");
  EXPECT_EQ(matched(router, "GET", {"a", "z"}), "GET /a/{x}");
  EXPECT_EQ(matched(router, "GET", {"a", "b", "c"}), "GET /a/{x}/c");
  EXPECT_EQ(matched(router, "GET", {"a", "b", "d"}), "GET /{rest...}");
  EXPECT_EQ(matched(router, "GET", {}), "");
}

TEST(Router, CapturesDecodedSegments) {
  Router router;
  router.add("POST", "/v1/workspaces/{ws}/tables/{table}/rows", nothing);
  Match match = router.match("POST", {"v1", "workspaces", "main", "tables", "a/b", "rows"}, false);
  ASSERT_TRUE(match.route);
  EXPECT_EQ(match.params.get("ws"), "main");
  EXPECT_EQ(match.params.get("table"), "a/b");
  EXPECT_EQ(matched(router, "POST", {"v1", "workspaces", "main", "tables", "a", "b", "rows"}), "");
  EXPECT_EQ(matched(router, "POST", {"v1", "workspaces", "", "tables", "a", "rows"}), "");
}

TEST(Router, RestKeepsSlashesAndEmptySegments) {
  Router router;
  router.add("PUT", "/s3/{bucket}/{key...}", nothing);
  Match match = router.match("PUT", {"s3", "b", "x", "", "y"}, true);
  ASSERT_TRUE(match.route);
  EXPECT_EQ(match.params.get("key"), "x//y/");
  EXPECT_EQ(matched(router, "PUT", {"s3", "b"}, true), "");
}

TEST(Router, TrailingSlashIsARoutesChoice) {
  Router router;
  router.add("GET", "/plain", nothing);
  router.add("GET", "/both", nothing, {.optional_trailing_slash = true});
  router.add("GET", "/dir/", nothing);
  EXPECT_NE(matched(router, "GET", {"plain"}), "");
  EXPECT_EQ(matched(router, "GET", {"plain"}, true), "");
  EXPECT_NE(matched(router, "GET", {"both"}), "");
  EXPECT_NE(matched(router, "GET", {"both"}, true), "");
  EXPECT_EQ(matched(router, "GET", {"dir"}), "");
  EXPECT_NE(matched(router, "GET", {"dir"}, true), "");
}

TEST(Router, SaysWhichMethodsAPathHas) {
  Router router;
  router.add("GET", "/a", nothing);
  router.add("POST", "/{x}", nothing);
  EXPECT_EQ(matched(router, "POST", {"a"}), "POST /{x}");
  EXPECT_EQ(matched(router, "HEAD", {"a"}), "GET /a");
  EXPECT_EQ(router.match("DELETE", {"a"}, false).allowed, (Segments{"GET", "HEAD", "OPTIONS", "POST"}));
  EXPECT_EQ(router.match("DELETE", {"b"}, false).allowed, (Segments{"OPTIONS", "POST"}));
  EXPECT_TRUE(router.match("DELETE", {"a", "b"}, false).allowed.empty());
}

TEST(Router, AHeadRouteOfItsOwnWins) {
  Router router;
  router.add("GET", "/a", nothing);
  router.add("HEAD", "/a", nothing);
  EXPECT_EQ(matched(router, "HEAD", {"a"}), "HEAD /a");
}

TEST(Router, ListsRoutesAndRefusesMalformedOrDoubleOnes) {
  Router router;
  router.add("GET", "/a/{x}", nothing, {.summary = "An a"});
  ASSERT_EQ(router.routes().size(), 1U);
  EXPECT_EQ(router.routes()[0]->pattern, "/a/{x}");
  EXPECT_EQ(router.routes()[0]->options.summary, "An a");
  for (const char* bad : {"", "a", "/a/{x}", "/a/{y}", "//", "/a/{x...}/b", "/a/b{x}"}) {
    EXPECT_EQ(error_of([&] { router.add("GET", bad, nothing); }).kind(), base::ErrorKind::internal) << bad;
  }
}

TEST(Router, TheLongestPrefixRenders) {
  Router router;
  auto says = [](std::string text) {
    return [text](const Request&, const base::Error&) { return text_response(418, text); };
  };
  router.render_errors("/s3", says("s3"));
  router.render_errors("/s3/deep", says("deep"));
  base::Error error(base::ErrorKind::not_found, "no");
  auto rendered = [&](Segments segments) {
    Request request;
    request.segments = std::move(segments);
    return router.render(request, error);
  };
  EXPECT_EQ(std::get<std::string>(rendered({"s3", "x"}).body), "s3");
  EXPECT_EQ(std::get<std::string>(rendered({"s3"}).body), "s3");
  EXPECT_EQ(std::get<std::string>(rendered({"s3", "deep", "x"}).body), "deep");
  EXPECT_EQ(rendered({"s3x"}).status, 404);
  EXPECT_EQ(rendered({}).headers.get("Content-Type"), "application/problem+json");
}

TEST(Problem, SaysWhatTheClientMayKnow) {
  Request request;
  request.path = "/v1/x";
  request.request_id = "id-1";
  Response response = render_problem(request, base::Error(base::ErrorKind::too_many_requests, "slow down")
                                                  .code("quota")
                                                  .with("retry_after", 7)
                                                  .with("limit", 3));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.get("Retry-After"), "7");
  boost::json::value problem = boost::json::parse(std::get<std::string>(response.body));
  EXPECT_EQ(problem.at("type").as_string(), "/docs/errors/quota");
  EXPECT_EQ(problem.at("title").as_string(), "Too Many Requests");
  EXPECT_EQ(problem.at("status").as_int64(), 429);
  EXPECT_EQ(problem.at("detail").as_string(), "slow down");
  EXPECT_EQ(problem.at("instance").as_string(), "/v1/x");
  EXPECT_EQ(problem.at("request_id").as_string(), "id-1");
  EXPECT_EQ(problem.at("limit").as_int64(), 3);

  Response secret = render_problem(request, base::Error(base::ErrorKind::internal, "password is x").with("fact", "x"));
  EXPECT_EQ(secret.status, 500);
  EXPECT_EQ(std::get<std::string>(secret.body).find("password"), std::string::npos);
  EXPECT_EQ(std::get<std::string>(secret.body).find("fact"), std::string::npos);
  EXPECT_TRUE(
      render_problem(request, base::Error(base::ErrorKind::unauthenticated, "who?")).headers.has("WWW-Authenticate"));
}

}  // namespace
}  // namespace boathouse::net
