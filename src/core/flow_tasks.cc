// SPDX-License-Identifier: Apache-2.0
#include "core/flow_tasks.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "base/error.h"
#include "core/flow_targets.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using meta::FlowOutcome;

constexpr std::string_view kDone = "done";
constexpr std::array<std::string_view, 3> kStatuses = {"open", "doing", kDone};

Error invalid_task() { return Error(ErrorKind::not_found, "Invalid task").code("invalid-task"); }
Error task_taken() { return {ErrorKind::already_exists, "Task already exists in this flow"}; }

Error wrong_field(const char* field, std::string message) {
  return Error(ErrorKind::invalid_argument, std::move(message)).with("field", field);
}

void check_status(const std::string& status) {
  if (std::ranges::find(kStatuses, status) == kStatuses.end()) {
    throw wrong_field("status", "The status is open, doing or done");
  }
}

void check_fields(const TaskFields& fields) {
  if (fields.title) {
    if (fields.title->empty()) throw wrong_field("title", "The title must not be empty");
    check_flow_text("title", *fields.title, kMaxFlowTitle);
  }
  if (fields.description) check_flow_text("description", *fields.description, kMaxFlowDescription);
  if (fields.status) check_status(*fields.status);
  if (fields.due && !fields.due->empty() && !base::parse_rfc3339(*fields.due)) {
    throw wrong_field("due", "The due date is a date like 2024-06-30, or a time like 2024-06-30T12:00:00Z");
  }
}

json::object told(const TaskFields& fields, const std::string& title) {
  json::object detail{{"title", title}};
  if (fields.status) detail["status"] = *fields.status;
  if (fields.assignee) detail["assignee"] = *fields.assignee;
  if (fields.due) detail["due"] = *fields.due;
  return detail;
}

}  // namespace

base::UserId FlowTasks::assignee_of(std::int64_t fid, const std::string& who) const {
  if (who.empty()) return {};
  const auto user = parts_.meta.accounts().find_person(who);
  const std::vector<meta::FlowMemberRow> members = parts_.meta.flows().members_of(fid);
  if (user && std::ranges::find(members, user->id, &meta::FlowMemberRow::user) != members.end()) return user->id;
  throw wrong_field("assignee", "The assignee is a member of the flow, by e-mail or name");
}

// What is recorded of the version that mended the data of a task that was `before` and becomes `after`: of each closing
// what then was the table's version. A task that is opened again or is about something else has none.
base::SnapshotId FlowTasks::mended(const meta::FlowRow& flow, const meta::FlowTaskRow& before,
                                   const meta::FlowTaskRow& after, const std::optional<std::string>& said) const {
  if (said && said->empty()) return 0;
  const bool is_done = after.status == kDone;
  const bool closes = is_done && before.status != kDone;
  if (said || closes) return mending_version(parts_, flow.workspace, after.target, said.value_or(""));
  const bool reopens = !is_done && before.status == kDone;
  return reopens || after.target != before.target ? 0 : before.mended_version;
}

meta::FlowTaskRow FlowTasks::create(const auth::Caller& caller, std::int64_t fid, const TaskFields& fields) const {
  const meta::FlowRow flow = flows_.find(caller, fid);
  check_fields(fields);
  const base::Micros now = base::now_micros();
  meta::FlowTaskRow row{.fid = fid,
                        .title = fields.title.value_or(""),
                        .description = fields.description,
                        .status = fields.status.value_or("open"),
                        .assignee = assignee_of(fid, fields.assignee.value_or("")),
                        .due = fields.due.value_or(""),
                        .target = checked_target(parts_, flow.workspace, fields.target.value_or(nullptr)),
                        .created_at = now,
                        .updated_at = now};
  row.mended_version = mended(flow, {}, row, fields.mended_version);
  switch (parts_.meta.flows().insert_task(row, flow_event(caller, fid, "task-created", told(fields, row.title)))) {
    // An assignee is shown by name, which the row does not say.
    case FlowOutcome::done: return row.assignee.empty() ? row : require(fid, row.tid);
    case FlowOutcome::taken: throw task_taken();
    case FlowOutcome::gone: break;
  }
  throw invalid_flow();
}

meta::FlowTaskRow FlowTasks::find(const auth::Caller& caller, std::int64_t fid, std::int64_t tid) const {
  flows_.find(caller, fid);
  return require(fid, tid);
}

meta::FlowTaskRow FlowTasks::require(std::int64_t fid, std::int64_t tid) const {
  auto task = parts_.meta.flows().find_task(fid, tid);
  if (!task) throw invalid_task();
  return *std::move(task);
}

FlowPage<meta::FlowTaskRow> FlowTasks::list(const auth::Caller& caller, std::int64_t fid, const TaskFilter& filter,
                                            const Page& page) const {
  flows_.find(caller, fid);
  if (!filter.status.empty()) check_status(filter.status);
  const meta::FlowTaskListing listing{.fid = fid,
                                      .status = filter.status,
                                      .assignee = assignee_of(fid, filter.assignee),
                                      .search = filter.search,
                                      .after = number_of(page).value_or(0),
                                      .limit = page.limit + 1};
  return flow_page(parts_.meta.flows().list_tasks(listing), page, [](const auto& row) { return row.tid; });
}

meta::FlowTaskRow FlowTasks::change(const auth::Caller& caller, std::int64_t fid, std::int64_t tid,
                                    const TaskFields& fields) const {
  const meta::FlowRow flow = flows_.find(caller, fid);
  const meta::FlowTaskRow before = require(fid, tid);
  check_fields(fields);
  meta::FlowTaskChange change{.title = fields.title,
                              .description = fields.description,
                              .status = fields.status,
                              .due = fields.due,
                              .at = base::now_micros()};
  if (fields.assignee) change.assignee = assignee_of(fid, *fields.assignee);
  // One that stays as it was, to the letter, may be about rows that left the quarantine since.
  if (fields.target && *fields.target != boost::json::parse(before.target)) {
    change.target = checked_target(parts_, flow.workspace, *fields.target);
  }
  meta::FlowTaskRow after = before;
  after.status = change.status.value_or(before.status);
  after.target = change.target.value_or(before.target);
  change.mended_version = mended(flow, before, after, fields.mended_version);
  meta::FlowEventRow event = flow_event(caller, fid, "task-changed", told(fields, fields.title.value_or(before.title)));
  event.tid = tid;
  switch (parts_.meta.flows().update_task(fid, tid, change, event)) {
    case FlowOutcome::done: return require(fid, tid);
    case FlowOutcome::taken: throw task_taken();
    case FlowOutcome::gone: break;
  }
  throw invalid_task();
}

meta::FlowTaskRow FlowTasks::remove(const auth::Caller& caller, std::int64_t fid, std::int64_t tid) const {
  const meta::FlowTaskRow before = find(caller, fid, tid);
  meta::FlowEventRow event = flow_event(caller, fid, "task-deleted", {{"title", before.title}});
  event.tid = tid;
  auto removed = parts_.meta.flows().delete_task(fid, tid, event);
  if (!removed) throw invalid_task();
  return *std::move(removed);
}

meta::FlowCommentRow FlowTasks::comment(const auth::Caller& caller, std::int64_t fid, std::optional<std::int64_t> tid,
                                        const std::string& text) const {
  flows_.find(caller, fid);
  check_flow_text("text", text, kMaxFlowDescription);
  meta::FlowCommentRow row{.fid = fid,
                           .tid = tid,
                           .user = caller.principal.user,
                           .author = caller.principal.name,
                           .text = text,
                           .at = base::now_micros()};
  meta::FlowEventRow event = flow_event(caller, fid, "comment-added");
  event.tid = tid;
  if (parts_.meta.flows().insert_comment(row, event) == FlowOutcome::done) return row;
  throw tid ? invalid_task() : invalid_flow();
}

FlowPage<meta::FlowCommentRow> FlowTasks::comments(const auth::Caller& caller, std::int64_t fid,
                                                   std::optional<std::int64_t> tid, const Page& page) const {
  if (tid) {
    find(caller, fid, *tid);
  } else {
    flows_.find(caller, fid);
  }
  const std::int64_t after = number_of(page).value_or(0);
  return flow_page(parts_.meta.flows().list_comments(fid, tid, after, page.limit + 1), page,
                   [](const auto& row) { return row.cid; });
}

meta::FlowCommentRow FlowTasks::remove_comment(const auth::Caller& caller, std::int64_t fid, std::int64_t cid) const {
  const meta::FlowRow flow = flows_.find(caller, fid);
  std::optional<base::UserId> author;
  if (flow.owner != caller.principal.user) author = caller.principal.user;
  auto removed = parts_.meta.flows().delete_comment(fid, cid, author);
  if (!removed) throw Error(ErrorKind::not_found, "There is no such comment of yours").code("invalid-comment");
  return *std::move(removed);
}

}  // namespace boathouse::core
