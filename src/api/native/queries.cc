// SPDX-License-Identifier: Apache-2.0
#include "api/native/queries.h"

#include "api/common/credentials.h"
#include "api/common/public_insights.h"
#include "api/common/query_answer.h"
#include "api/common/query_params.h"
#include "api/native/call.h"
#include "api/native/sql_body.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::native {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

QueryCall call_of(const Services& services, core::QueryRequest query) {
  return [&services, query = std::move(query)](engine::ResultFormat format, engine::ResultConsumer& consumer,
                                               std::stop_token stop) {
    core::QueryRequest running = query;
    running.format = format;
    running.stop = std::move(stop);
    return services.queries.run(running, consumer);
  };
}

// JSON is one document, so it has a largest; what streams has none.
std::int64_t most_rows(const Services& services, engine::ResultFormat format) {
  return format == engine::ResultFormat::json_rows ? static_cast<std::int64_t>(services.parts.limits.max_json_rows)
                                                   : kMaxRows;
}

std::optional<std::uint64_t> limit_of(const Services& services, const net::Request& request,
                                      engine::ResultFormat format) {
  auto limit = number_param(request, "limit", 0, most_rows(services, format));
  return limit ? std::optional(static_cast<std::uint64_t>(*limit)) : std::nullopt;
}

asio::awaitable<net::Response> handle_sql(const Services& services, net::Request& request) {
  auth::Principal principal = co_await authenticate(services, request);
  allow_params(request, {});
  engine::ResultFormat format = wanted_format(request);
  std::string body = co_await request.body.text(kMaxJsonBody);
  auto read = [&] { return read_sql(services, principal, body, most_rows(services, format)); };
  core::QueryRequest query = co_await net::on_pool(services.work, read);
  QueryCall call = call_of(services, std::move(query));
  co_return co_await answer_query(services, request, format, std::move(call));
}

engine::ResultFormat rows_format(const net::Request& request) {
  auto format = text_param(request, "format");
  return format ? parse_format(*format) : wanted_format(request);
}

core::QueryRequest read_rows(const Services& services, const net::Request& request, engine::ResultFormat format) {
  auth::Principal principal = services.auth.authenticator.authenticate(credentials_of(request));
  core::QueryRequest query;
  query.workspace = services.auth.access.decide(principal, auth::Action::read, request.param("workspace")).workspace;
  allow_params(request, {"columns", "where", "order", "limit", "format", "branch"});
  core::RowsRequest rows{.table = request.param("table"),
                         .branch = text_param(request, "branch"),
                         .columns = list_param(request, "columns"),
                         .where = std::string(request.query.get("where")),
                         .order = std::string(request.query.get("order"))};
  query.sql = services.queries.select_rows(query.workspace, rows);
  query.limit = limit_of(services, request, format);
  query.lookup = core::workspaces_of(services.auth.access, principal);
  return query;
}

asio::awaitable<net::Response> handle_rows(const Services& services, net::Request& request) {
  engine::ResultFormat format = rows_format(request);
  auto read = [&] { return read_rows(services, request, format); };
  // Parts of the statement are judged in a worker, so this may wait for one.
  core::QueryRequest query = co_await net::on_pool(services.engine_work, read);
  QueryCall call = call_of(services, std::move(query));
  co_return co_await answer_query(services, request, format, std::move(call));
}

FoundInsight find_readable_insight(const Services& services, const net::Request& request) {
  const std::string& workspace = request.param("workspace");
  const std::string& name = request.param("insight");
  auto found = look_for_insight(services, workspace, name);
  if (!found || !found->insight.is_public) {
    auth::Principal principal = services.auth.authenticator.authenticate(credentials_of(request));
    services.auth.access.decide(principal, auth::Action::read, workspace);
  }
  if (!found) throw Error(ErrorKind::not_found, fmt::format("there is no insight \"{}\" in this workspace", name));
  return std::move(*found);
}

asio::awaitable<net::Response> handle_insight_result(const Services& services, net::Request& request) {
  engine::ResultFormat wanted = wanted_format(request);
  auto find = [&] { return find_readable_insight(services, request); };
  FoundInsight found = co_await net::on_pool(services.work, find);
  allow_params(request, {"limit"});
  auto limit = limit_of(services, request, wanted);
  QueryCall call = [&services, found = std::move(found), limit](
                       engine::ResultFormat format, engine::ResultConsumer& consumer, std::stop_token stop) {
    return services.insights.run(found.workspace, found.insight, format, limit, consumer, std::move(stop));
  };
  co_return co_await answer_query(services, request, wanted, std::move(call));
}

}  // namespace

net::Handler post_sql(const Services& services) {
  return [&services](net::Request& request) { return handle_sql(services, request); };
}

net::Handler get_rows(const Services& services) {
  return [&services](net::Request& request) { return handle_rows(services, request); };
}

net::Handler get_insight_result(const Services& services) {
  return [&services](net::Request& request) { return handle_insight_result(services, request); };
}

}  // namespace boathouse::api::native
