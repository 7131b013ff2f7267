// SPDX-License-Identifier: Apache-2.0
#include "api/native/queries.h"

#include "api/common/credentials.h"
#include "api/common/json_fields.h"
#include "api/common/public_insights.h"
#include "api/common/query_answer.h"
#include "api/common/query_params.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::native {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxSqlBody = 4 << 20;
constexpr std::int64_t kMaxRows = std::numeric_limits<std::int64_t>::max();

// Which workspaces a statement of this principal may name.
core::WorkspaceLookup lookup_for(const Services& services, const auth::Principal& principal) {
  return [&services, principal](std::string_view name) {
    return services.auth.access.decide(principal, auth::Action::read, name).workspace;
  };
}

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
std::optional<std::uint64_t> limit_of(const Services& services, std::optional<std::int64_t> limit,
                                      engine::ResultFormat format) {
  if (!limit) return std::nullopt;
  auto most = format == engine::ResultFormat::json_rows ? services.parts.limits.max_json_rows
                                                        : std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (*limit < 0 || static_cast<std::uint64_t>(*limit) > most) {
    throw Error(ErrorKind::invalid_argument, fmt::format("\"limit\" is a whole number from 0 to {}", most))
        .with("field", "limit");
  }
  return static_cast<std::uint64_t>(*limit);
}

void check_consistency(const std::optional<std::string>& text) {
  if (!text || *text == "latest" || *text == "committed") return;
  throw Error(ErrorKind::invalid_argument, "consistency is latest or committed").with("field", "consistency");
}

core::QueryRequest read_sql(const Services& services, const auth::Principal& principal, const std::string& body,
                            engine::ResultFormat format) {
  JsonFields fields(parse_json(body));
  core::QueryRequest query;
  query.sql = fields.text("sql");
  auto workspace = fields.optional_text("workspace");
  query.params = fields.any("params");
  query.limit = limit_of(services, fields.optional_integer("limit"), format);
  check_consistency(fields.optional_text("consistency"));
  fields.finish();
  query.workspace =
      services.auth.access
          .resolve_workspace(principal, auth::Action::read, workspace, auth::DefaultWorkspace::main_or_personal)
          .workspace;
  query.lookup = lookup_for(services, principal);
  return query;
}

asio::awaitable<net::Response> handle_sql(const Services& services, net::Request& request) {
  auth::Principal principal = co_await authenticate(services, request);
  allow_params(request, {});
  engine::ResultFormat format = wanted_format(request);
  std::string body = co_await request.body.text(kMaxSqlBody);
  auto read = [&] { return read_sql(services, principal, body, format); };
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
  allow_params(request, {"columns", "where", "order", "limit", "format"});
  core::RowsRequest rows{.table = request.param("table"),
                         .columns = list_param(request, "columns"),
                         .where = std::string(request.query.get("where")),
                         .order = std::string(request.query.get("order"))};
  query.sql = services.queries.select_rows(query.workspace, rows);
  query.limit = limit_of(services, number_param(request, "limit", 0, kMaxRows), format);
  query.lookup = lookup_for(services, principal);
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
  auto limit = limit_of(services, number_param(request, "limit", 0, kMaxRows), wanted);
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
