// SPDX-License-Identifier: Apache-2.0
#include "api/native/jobs.h"

#include <boost/json/parse.hpp>
#include <limits>

#include "base/error.h"

namespace boathouse::api::native {
namespace {

namespace json = boost::json;

base::JobId job_id(const Call& call) { return base::JobId(call.request.param("id")); }

net::Response answer(const Call& call, const meta::JobRow& job) {
  WorkspaceNames names(call.services);
  return net::json_response(200, to_json(job, names));
}

std::optional<meta::JobState> state_param(const net::Request& request) {
  auto text = text_param(request, "state");
  if (!text) return std::nullopt;
  auto state = meta::parse_job_state(*text);
  if (!state) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      "state is one of queued, running, succeeded, failed, cancelled")
        .with("parameter", "state");
  }
  return state;
}

}  // namespace

json::object to_json(const meta::JobRow& job, WorkspaceNames& names) {
  json::object answer{{"id", job.id.value}, {"kind", job.kind}, {"state", to_string(job.state)}};
  if (!job.workspace.empty()) answer["workspace"] = names.of(job.workspace);
  if (!job.object.empty()) answer["object"] = job.object;
  answer["done"] = job.done;
  answer["total"] = job.total;
  answer["unit"] = job.unit;
  answer["attempts"] = job.attempts;
  answer["max_attempts"] = job.max_attempts;
  if (!job.error.empty()) answer["error"] = job.error;
  if (!job.result.empty()) answer["result"] = json::parse(job.result);
  answer["cancellable"] = job.cancellable && job.finished_at == 0;
  if (job.state == meta::JobState::running && job.cancel_requested) answer["cancel_requested"] = true;
  answer["created_at"] = base::to_rfc3339(job.created_at);
  if (job.state == meta::JobState::queued) answer["run_at"] = base::to_rfc3339(job.run_at);
  if (job.started_at > 0) answer["started_at"] = base::to_rfc3339(job.started_at);
  if (job.finished_at > 0) answer["finished_at"] = base::to_rfc3339(job.finished_at);
  return answer;
}

net::Response list_jobs(const Call& call) {
  allow_params(call.request, {"workspace", "state", "kind", "object", "limit", "page_token"});
  core::JobFilter filter{.workspace = text_param(call.request, "workspace"),
                         .state = state_param(call.request),
                         .kind = text_param(call.request, "kind").value_or(""),
                         .object = text_param(call.request, "object").value_or("")};
  core::JobPage page = call.services.jobs.list(call.principal, filter, page_params(call.request));
  WorkspaceNames names(call.services);
  json::array list;
  for (const meta::JobRow& job : page.jobs) list.push_back(to_json(job, names));
  json::object answer{{"jobs", std::move(list)}};
  if (!page.next.empty()) answer["next_page_token"] = page.next;
  return net::json_response(200, answer);
}

net::Response get_job(const Call& call) {
  allow_params(call.request, {});
  return answer(call, call.services.jobs.get(call.principal, job_id(call)));
}

net::Response get_job_log(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  core::Page page = page_params(call.request, kMaxPageLimit);
  auto after = number_param(call.request, "page_token", 0, std::numeric_limits<std::int64_t>::max());
  auto rows = call.services.jobs.log(call.principal, job_id(call), after.value_or(0), page.limit + 1);
  json::object answer;
  if (rows.size() > page.limit) {
    rows.resize(page.limit);
    answer["next_page_token"] = std::to_string(rows.back().n);
  }
  json::array lines;
  for (const meta::JobLogRow& row : rows) {
    lines.push_back(json::object{{"n", row.n}, {"at", base::to_rfc3339(row.at)}, {"line", row.line}});
  }
  answer["lines"] = std::move(lines);
  return net::json_response(200, answer);
}

net::Response cancel_job(const Call& call) {
  allow_params(call.request, {});
  call.expect_no_fields();
  return answer(call, call.services.jobs.cancel(call.caller(), job_id(call)));
}

net::Response retry_job(const Call& call) {
  allow_params(call.request, {});
  call.expect_no_fields();
  return answer(call, call.services.jobs.retry(call.caller(), job_id(call)));
}

}  // namespace boathouse::api::native
