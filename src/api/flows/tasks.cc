// SPDX-License-Identifier: Apache-2.0
#include "api/flows/tasks.h"

#include <boost/json/value.hpp>

#include "api/flows/wire.h"
#include "base/error.h"

namespace boathouse::api::flows {
namespace {

namespace json = boost::json;

std::string param(const Call& call, std::string_view name) { return std::string(call.request.query.get(name)); }

// Both numbers of a task.
struct TaskPlace {
  std::int64_t fid = 0;
  std::int64_t tid = 0;
};
TaskPlace require_task(const Call& call) {
  const TaskPlace place{.fid = call.fields.number("fid"), .tid = call.fields.number("tid")};
  if (place.fid == 0 || place.tid == 0) throw missing_fields();
  return place;
}

core::TaskFields fields_of(const Call& call) {
  const bool says_status = !call.fields.any("status").is_null();
  return {.title = call.fields.change("title"),
          .description = call.fields.change("description"),
          .status = says_status ? call.fields.change("status") : std::nullopt,
          .assignee = call.fields.change("assignee"),
          .due = call.fields.change("due"),
          .target = call.fields.has("target") ? std::optional(call.fields.structured("target")) : std::nullopt,
          .mended_version = call.fields.change("mended_version")};
}

std::optional<std::int64_t> tid_of(const Call& call) {
  const std::int64_t tid = call.fields.number("tid");
  return tid == 0 ? std::nullopt : std::optional(tid);
}

}  // namespace

net::Response list_tasks(const Call& call) {
  const core::TaskFilter filter{
      .status = param(call, "status"), .assignee = param(call, "assignee"), .search = param(call, "search")};
  const auto page = call.services.flow_tasks.list(call.caller, require_fid(call), filter, page_of(call.request));
  return list_response(call.request, to_array(page.rows), page.next);
}

net::Response create_task(const Call& call) {
  const std::int64_t fid = call.fields.number("fid");
  if (fid == 0 || call.fields.text("title").empty() || call.fields.text("description").empty()) throw missing_fields();
  return net::json_response(201,
                            json::array{to_json(call.services.flow_tasks.create(call.caller, fid, fields_of(call)))});
}

net::Response change_task(const Call& call) {
  const TaskPlace place = require_task(call);
  const auto task = call.services.flow_tasks.change(call.caller, place.fid, place.tid, fields_of(call));
  return net::json_response(200, json::array{to_json(task)});
}

net::Response delete_task(const Call& call) {
  const TaskPlace place = require_task(call);
  return net::json_response(200,
                            json::array{to_json(call.services.flow_tasks.remove(call.caller, place.fid, place.tid))});
}

net::Response list_comments(const Call& call) {
  const auto page =
      call.services.flow_tasks.comments(call.caller, require_fid(call), tid_of(call), page_of(call.request));
  return list_response(call.request, to_array(page.rows), page.next);
}

net::Response add_comment(const Call& call) {
  const std::int64_t fid = require_fid(call);
  const std::string text = call.fields.text("text");
  if (text.empty()) throw missing_fields();
  return net::json_response(
      201, json::array{to_json(call.services.flow_tasks.comment(call.caller, fid, tid_of(call), text))});
}

net::Response delete_comment(const Call& call) {
  const std::int64_t fid = call.fields.number("fid");
  const std::int64_t cid = call.fields.number("cid");
  if (fid == 0 || cid == 0) throw missing_fields();
  return net::json_response(200, json::array{to_json(call.services.flow_tasks.remove_comment(call.caller, fid, cid))});
}

}  // namespace boathouse::api::flows
