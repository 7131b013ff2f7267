// SPDX-License-Identifier: Apache-2.0
#include "api/system/routes.h"

#include <boost/json/value.hpp>

#include "api/common/accept.h"
#include "api/system/docs.h"

namespace boathouse::api::system {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kGreeting = "Boathouse is running: a small house on the data lake.";
constexpr std::string_view kGreetingPage =
    "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Boathouse</title>\n"
    "<h1>Boathouse</h1>\n<p>A small house on the data lake. It is running.</p>\n</html>\n";

asio::awaitable<net::Response> answer_status(bool fine) {
  co_return net::json_response(fine ? 200 : 503, {{"status", fine ? "ok" : "unavailable"}});
}

asio::awaitable<net::Response> answer_metrics(const net::Metrics& metrics) {
  co_return net::text_response(200, metrics.render(), std::string(net::kMetricsContentType));
}

asio::awaitable<net::Response> greet(net::Request& request) {
  constexpr std::string_view kTypes[] = {"text/html", "application/json", "text/plain"};
  // Who says nothing, or takes anything, is a program more often than a browser, which names HTML.
  constexpr std::string_view kForPrograms[] = {"application/json", "text/plain", "text/html"};
  std::string_view accept = request.headers.get("Accept");
  bool names_html = accept.find("text/html") != std::string_view::npos;
  std::span<const std::string_view> offered = names_html ? std::span(kTypes) : std::span(kForPrograms);
  std::string_view type = offered[negotiate(accept, offered).value_or(0)];
  if (type == "text/html") co_return net::text_response(200, std::string(kGreetingPage), "text/html; charset=utf-8");
  if (type == "text/plain") co_return net::text_response(200, std::string(kGreeting) + "\n");
  co_return net::json_response(200, {{"message", kGreeting}});
}

}  // namespace

void add_routes(net::Router& router, std::function<bool()> is_ready, const net::Metrics& metrics) {
  auto alive = [](net::Request&) { return answer_status(true); };
  auto ready = [is_ready = std::move(is_ready)](net::Request&) { return answer_status(is_ready()); };
  auto render = [&metrics](net::Request&) { return answer_metrics(metrics); };
  router.add("GET", "/healthz", alive, {.access_log = net::AccessLog::none, .summary = "The process runs"});
  router.add("GET", "/readyz", ready, {.access_log = net::AccessLog::none, .summary = "Requests are served"});
  router.add("GET", "/metrics", render, {.access_log = net::AccessLog::none, .summary = "Prometheus metrics"});
  router.add("GET", "/", greet, {.summary = "A greeting"});
  add_docs_routes(router);
}

}  // namespace boathouse::api::system
