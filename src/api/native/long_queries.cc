// SPDX-License-Identifier: Apache-2.0
#include "api/native/long_queries.h"

#include <boost/json/parse.hpp>

#include "api/common/query_answer.h"
#include "api/native/account_json.h"
#include "api/native/kept_rows.h"
#include "api/native/sql_body.h"
#include "base/error.h"

namespace boathouse::api::native {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using engine::ResultFormat;

base::JobId query_id(const Call& call) { return base::JobId(call.request.param("id")); }

json::object to_json(const Call& call, const meta::JobRow& query, WorkspaceNames& names) {
  json::object answer{{"id", query.id.value},
                      {"state", to_string(query.state)},
                      {"workspace", names.of(query.workspace)},
                      {"created_at", base::to_rfc3339(query.created_at)}};
  if (query.started_at > 0) answer["started_at"] = base::to_rfc3339(query.started_at);
  if (query.finished_at > 0) answer["finished_at"] = base::to_rfc3339(query.finished_at);
  if (query.state == meta::JobState::failed) answer["error"] = query.error;
  if (query.state == meta::JobState::succeeded) {
    answer["rows"] = json::parse(query.result).at("rows");
    answer["readable_until"] = base::to_rfc3339(call.services.long_queries.readable_until(query));
  }
  return answer;
}

// A Parquet file is whole: its rows are not numbered anew for each page.
void refuse_page(const net::Request& request) {
  for (const char* name : {"limit", "page_token"}) {
    if (!text_param(request, name)) continue;
    throw Error(ErrorKind::invalid_argument, "a result comes as Parquet whole, without limit and page_token")
        .with("parameter", name);
  }
}

// A page's token is the number of its first row.
std::uint64_t first_row(const Call& call, std::uint64_t rows) {
  return static_cast<std::uint64_t>(
      number_param(call.request, "page_token", 0, static_cast<std::int64_t>(rows)).value_or(0));
}

}  // namespace

net::Response submit_query(const Call& call) {
  allow_params(call.request, {});
  core::QueryRequest query = read_sql(call.services, call.principal, call.body, kMaxRows);
  meta::JobRow job = call.services.long_queries.submit(call.principal, query);
  return net::json_response(202, {{"id", job.id.value}, {"state", to_string(job.state)}})
      .with("Location", "/v1/queries/" + job.id.value);
}

net::Response list_queries(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::JobPage page = call.services.long_queries.list(call.principal, page_params(call.request));
  WorkspaceNames names(call.services);
  json::array list;
  for (const meta::JobRow& query : page.jobs) list.push_back(to_json(call, query, names));
  json::object answer{{"queries", std::move(list)}};
  if (!page.next.empty()) answer["next_page_token"] = page.next;
  return net::json_response(200, answer);
}

net::Response get_query(const Call& call) {
  allow_params(call.request, {});
  meta::JobRow query = call.services.long_queries.get(call.principal, query_id(call));
  WorkspaceNames names(call.services);
  return net::json_response(200, to_json(call, query, names));
}

net::Response get_query_result(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  ResultFormat format = wanted_format(call.request);
  if (format == ResultFormat::parquet) {
    refuse_page(call.request);
    core::KeptResult result = call.services.long_queries.result(call.principal, query_id(call));
    return net::file_response(result.parquet(), content_type(format));
  }
  bool is_page = format == ResultFormat::json_rows;
  const core::Limits& limits = call.services.parts.limits;
  std::int64_t most = is_page ? static_cast<std::int64_t>(limits.max_json_rows) : kMaxRows;
  std::int64_t otherwise = is_page ? static_cast<std::int64_t>(limits.default_json_rows) : kMaxRows;
  auto limit = static_cast<std::uint64_t>(number_param(call.request, "limit", 1, most).value_or(otherwise));
  core::KeptResult result = call.services.long_queries.result(call.principal, query_id(call));
  std::uint64_t first = first_row(call, result.about().rows);
  core::ResultRows rows = result.rows(first, limit);
  if (is_page) return json_page(result.about(), std::move(rows), first);
  return text_rows(result.about(), std::move(rows), format);
}

net::Response delete_query(const Call& call) {
  allow_params(call.request, {});
  call.services.long_queries.remove(call.principal, query_id(call));
  return net::empty_response();
}

}  // namespace boathouse::api::native
