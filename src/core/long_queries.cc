// SPDX-License-Identifier: Apache-2.0
#include "core/long_queries.h"

#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>

#include "base/error.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

// How soon a query that found the workspace's places taken tries again.
constexpr std::chrono::milliseconds kPlaceWait{200};
// How long remove() waits for a running query to end. A worker that ignores its interrupt is killed sooner.
constexpr base::Micros kEndWait = 5 * base::kSecond;

Error no_such_query() { return {ErrorKind::not_found, "there is no such query"}; }

json::object payload_of(const auth::Principal& principal, const QueryRequest& request) {
  json::object payload{{"sql", request.sql}, {"params", request.params}};
  if (request.limit) payload["limit"] = *request.limit;
  if (principal.scope) payload["token"] = principal.scope->token.value;
  return payload;
}

std::optional<base::TokenId> token_of(const json::object& payload) {
  const json::value* token = payload.if_contains("token");
  return token != nullptr ? std::optional(base::TokenId(json::value_to<std::string>(*token))) : std::nullopt;
}

QueryRequest request_of(const json::object& payload) {
  QueryRequest request;
  request.sql = json::value_to<std::string>(payload.at("sql"));
  request.params = payload.at("params");
  if (const json::value* limit = payload.if_contains("limit")) request.limit = limit->to_number<std::uint64_t>();
  request.format = engine::ResultFormat::kept;
  return request;
}

// Less when the work should end.
void wait_a_moment(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, kPlaceWait, [] { return false; });
}

json::object told(const ResultAbout& about) { return {{"rows", about.rows}, {"bytes", about.bytes}}; }

}  // namespace

LongQueries::LongQueries(const Parts& parts, auth::Auth& auth, const Queries& queries, const Jobs& jobs,
                         std::filesystem::path folder, LongQueryRules rules)
    : parts_(parts), auth_(auth), queries_(queries), jobs_(jobs), results_(std::move(folder)), rules_(rules) {}

meta::JobRow LongQueries::submit(const auth::Principal& principal, const QueryRequest& request) const {
  queries_.check(request);
  meta::JobRow job = new_job(long_query_kind(), request.workspace.id, "", payload_of(principal, request));
  job.user = principal.user;
  job.is_private = true;
  jobs_.queue(job);
  return job;
}

meta::JobRow LongQueries::get(const auth::Principal& principal, const base::JobId& id) const {
  auto job = parts_.meta.jobs().find_job(id);
  if (!job || job->kind != long_query_kind().name || job->user != principal.user) throw no_such_query();
  try {
    auth_.access.decide(principal, auth::Action::read, job->workspace);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found) throw no_such_query();
    throw;
  }
  return *std::move(job);
}

JobPage LongQueries::list(const auth::Principal& principal, const Page& page) const {
  return jobs_.list(principal, {.workspace = {}, .state = {}, .kind = long_query_kind().name, .object = {}}, page);
}

KeptResult LongQueries::result(const auth::Principal& principal, const base::JobId& id) const {
  meta::JobRow job = get(principal, id);
  switch (job.state) {
    case meta::JobState::queued:
    case meta::JobState::running:
      throw Error(ErrorKind::conflict, fmt::format("the query is {}: it has no result yet", to_string(job.state)));
    case meta::JobState::failed: throw Error(ErrorKind::conflict, "the query failed: " + job.error);
    case meta::JobState::cancelled: throw Error(ErrorKind::conflict, "the query was cancelled: it has no result");
    case meta::JobState::succeeded: break;
  }
  auto found = base::now_micros() < readable_until(job) ? results_.find(job.workspace, id) : std::nullopt;
  if (!found) {
    throw Error(ErrorKind::not_found, "the result of this query is not kept any more: submit the statement again");
  }
  for (const base::WorkspaceId& workspace : found->about().workspaces) {
    auth_.access.decide(principal, auth::Action::read, workspace);
  }
  return *std::move(found);
}

void LongQueries::remove(const auth::Principal& principal, const base::JobId& id) const {
  meta::JobRow job = get(principal, id);
  parts_.meta.jobs().cancel_job(id, base::now_micros());
  jobs_.wait(id, base::steady_micros() + kEndWait);
  results_.remove(job.workspace, id);
}

json::object LongQueries::run(const meta::JobRow& job, Progress& progress) const {
  // An attempt that ended before it was written down.
  if (auto done = results_.find(job.workspace, job.id)) return told(done->about());
  json::object payload = json::parse(job.payload).as_object();
  QueryRequest request = request_of(payload);
  auth::Principal principal = auth_.authenticator.again(job.user, token_of(payload));
  request.workspace = auth_.access.decide(principal, auth::Action::read, job.workspace).workspace;
  std::vector<base::WorkspaceId> read{job.workspace};
  request.lookup = [&read, lookup = workspaces_of(auth_.access, principal)](std::string_view name) {
    meta::WorkspaceRow workspace = lookup(name);
    read.push_back(workspace.id);
    return workspace;
  };
  if (results_.bytes_of(job.workspace) >= rules_.max_kept_bytes) {
    throw Error(ErrorKind::too_large,
                fmt::format("the kept results of this workspace's queries take {} bytes or more: delete some, or wait "
                            "until their time is over",
                            rules_.max_kept_bytes));
  }
  ResultWriter writer = results_.write(job.workspace, job.id, progress);
  base::Micros started = base::steady_micros();
  engine::QueryResult result = run_in_time(std::move(request), writer, progress);
  progress.check();
  return told(writer.finish(result, base::steady_micros() - started, std::move(read)));
}

// Where the workspace has no place for one more query it waits for one: nobody is there to send it again.
engine::QueryResult LongQueries::run_in_time(QueryRequest request, ResultWriter& writer, Progress& progress) const {
  base::Micros deadline = base::steady_micros() + rules_.timeout;
  request.stop = progress.stop_token();
  request.max_bytes = rules_.max_bytes;
  for (;;) {
    try {
      request.timeout = deadline - base::steady_micros();
      return queries_.run(request, writer);
    } catch (const Error& error) {
      bool no_place = error.kind() == ErrorKind::too_many_requests;
      // What took all its time once would take it again.
      bool late = error.kind() == ErrorKind::timeout || (no_place && base::steady_micros() >= deadline);
      if (late) throw Error(ErrorKind::unprocessable, error.message());
      if (!no_place) throw;
    }
    wait_a_moment(request.stop);
    progress.check();
  }
}

}  // namespace boathouse::core
