// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"
#include "meta/sqlite/flows.h"

namespace boathouse::meta::sqlite {
namespace {

const std::string kTaskColumns =
    "t.tid, t.fid, t.title, t.description, t.status, coalesce(t.assignee_id, ''), coalesce(u.name, ''), t.due, "
    "t.target, t.cause, t.mended_version, t.created_at, t.updated_at ";
const std::string kSelect = "SELECT " + kTaskColumns + "FROM flow_tasks t LEFT JOIN users u ON u.id = t.assignee_id ";
const std::string kFind = kSelect + "WHERE t.tid = ? AND t.fid = ?";
// Each follows an index; which one is named, since a flow may have a million tasks or one.
const std::string kFilter =
    "t.tid > ?2 AND (?3 = '' OR t.status = ?3) AND (?4 = '' OR instr(lower(t.title), ?4) > 0 OR "
    "instr(lower(coalesce(t.description, '')), ?4) > 0) ORDER BY t.tid LIMIT ?5";
const std::string kList = kSelect + "WHERE t.fid = ?1 AND " + kFilter;
const std::string kListOfAssignee = kSelect + "WHERE t.fid = ?1 AND t.assignee_id = ?6 AND " + kFilter;

constexpr std::string_view kComments = "SELECT cid, fid, tid, user_id, author, text, at FROM flow_comments ";
const std::string kCommentsOfFlow = std::string(kComments) + "WHERE fid = ?1 AND cid > ?2 ORDER BY cid LIMIT ?3";
const std::string kCommentsOfTask =
    std::string(kComments) + "WHERE tid = ?4 AND fid = ?1 AND cid > ?2 ORDER BY cid LIMIT ?3";

FlowTaskRow task_row(Query& row) {
  return {.tid = row.integer(),
          .fid = row.integer(),
          .title = row.text(),
          .description = row.optional_text(),
          .status = row.text(),
          .assignee = base::UserId(row.text()),
          .assignee_name = row.text(),
          .due = row.text(),
          .target = row.text(),
          .cause = row.text(),
          .mended_version = row.integer(),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

FlowCommentRow comment_row(Query& row) {
  return {.cid = row.integer(),
          .fid = row.integer(),
          .tid = row.optional_integer(),
          .user = base::UserId(row.text()),
          .author = row.text(),
          .text = row.text(),
          .at = row.integer()};
}

std::optional<FlowTaskRow> by_tid(Connection& connection, std::int64_t fid, std::int64_t tid) {
  Query query(connection, kFind, tid, fid);
  return first(query, task_row);
}

bool title_is_taken(Connection& connection, std::int64_t fid, std::int64_t tid, std::string_view title) {
  return Query(connection, "SELECT 1 FROM flow_tasks WHERE fid = ? AND title = ? AND tid <> ?", fid, title, tid).next();
}

// An empty assignee is nobody, whom every flow has.
bool may_be_assigned(Connection& connection, std::int64_t fid, const base::UserId& assignee) {
  return assignee.empty() ||
         Query(connection, "SELECT 1 FROM flow_members WHERE user_id = ? AND fid = ?", assignee, fid).next();
}

bool is_open(Connection& connection, std::int64_t fid, std::string_view cause) {
  return Query(connection, "SELECT 1 FROM flow_tasks WHERE fid = ? AND cause = ? AND cause <> '' AND status <> 'done'",
               fid, cause)
      .next();
}

bool flow_is_there(Connection& connection, std::int64_t fid) {
  return Query(connection, "SELECT 1 FROM flows WHERE fid = ?", fid).next();
}

}  // namespace

FlowOutcome Flows::insert_task(FlowTaskRow& task, const FlowEventRow& event) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (!flow_is_there(connection, task.fid) || !may_be_assigned(connection, task.fid, task.assignee)) {
      return FlowOutcome::gone;
    }
    if (run(connection,
            "INSERT INTO flow_tasks (fid, title, description, status, assignee_id, due, target, cause, mended_version, "
            "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            task.fid, task.title, task.description, task.status, nullable(task.assignee), task.due, task.target,
            task.cause, task.mended_version, task.created_at, task.updated_at) == 0) {
      return FlowOutcome::taken;
    }
    task.tid = sqlite3_last_insert_rowid(connection.handle());
    FlowEventRow told = event;
    told.tid = task.tid;
    insert_event(connection, told);
    return FlowOutcome::done;
  });
}

bool Flows::has_open_task(std::int64_t fid, std::string_view cause) {
  return database_.read([&](Connection& connection) { return is_open(connection, fid, cause); });
}

std::optional<FlowTaskRow> Flows::find_task(std::int64_t fid, std::int64_t tid) {
  return database_.read([&](Connection& connection) { return by_tid(connection, fid, tid); });
}

std::vector<FlowTaskRow> Flows::list_tasks(const FlowTaskListing& listing) {
  return database_.read([&](Connection& connection) {
    const std::string search = base::fold_case(listing.search);
    if (listing.assignee.empty()) {
      Query query(connection, kList, listing.fid, listing.after, listing.status, search, listing.limit);
      return all(query, task_row);
    }
    Query query(connection, kListOfAssignee, listing.fid, listing.after, listing.status, search, listing.limit,
                listing.assignee);
    return all(query, task_row);
  });
}

FlowOutcome Flows::update_task(std::int64_t fid, std::int64_t tid, const FlowTaskChange& change,
                               const FlowEventRow& event) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    const auto task = by_tid(connection, fid, tid);
    if (!task || !may_be_assigned(connection, fid, change.assignee.value_or(base::UserId()))) return FlowOutcome::gone;
    if (change.title && title_is_taken(connection, fid, tid, *change.title)) return FlowOutcome::taken;
    // Opened again, it would be the second one of its cause.
    const bool opens = change.status && *change.status != "done" && task->status == "done" && !task->cause.empty();
    if (opens && is_open(connection, fid, task->cause)) return FlowOutcome::taken;
    const base::UserId assignee = change.assignee.value_or(task->assignee);
    run(connection,
        "UPDATE flow_tasks SET title = coalesce(?2, title), description = nullif(coalesce(?3, description), ''), "
        "status = coalesce(?4, status), assignee_id = ?5, due = coalesce(?6, due), target = coalesce(?7, target), "
        "mended_version = coalesce(?8, mended_version), updated_at = ?9 WHERE tid = ?1",
        tid, change.title, change.description, change.status, nullable(assignee), change.due, change.target,
        change.mended_version, change.at);
    insert_event(connection, event);
    return FlowOutcome::done;
  });
}

std::optional<FlowTaskRow> Flows::delete_task(std::int64_t fid, std::int64_t tid, const FlowEventRow& event) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    auto task = by_tid(connection, fid, tid);
    if (task) {
      run(connection, "DELETE FROM flow_tasks WHERE tid = ?", tid);
      insert_event(connection, event);
    }
    return task;
  });
}

FlowOutcome Flows::insert_comment(FlowCommentRow& comment, const FlowEventRow& event) {
  return database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (!flow_is_there(connection, comment.fid)) return FlowOutcome::gone;
    if (comment.tid && !by_tid(connection, comment.fid, *comment.tid)) return FlowOutcome::gone;
    run(connection, "INSERT INTO flow_comments (fid, tid, user_id, author, text, at) VALUES (?, ?, ?, ?, ?, ?)",
        comment.fid, comment.tid, comment.user, comment.author, comment.text, comment.at);
    comment.cid = sqlite3_last_insert_rowid(connection.handle());
    insert_event(connection, event);
    return FlowOutcome::done;
  });
}

std::vector<FlowCommentRow> Flows::list_comments(std::int64_t fid, std::optional<std::int64_t> tid, std::int64_t after,
                                                 std::size_t limit) {
  return database_.read([&](Connection& connection) {
    if (!tid) {
      Query query(connection, kCommentsOfFlow, fid, after, limit);
      return all(query, comment_row);
    }
    Query query(connection, kCommentsOfTask, fid, after, limit, *tid);
    return all(query, comment_row);
  });
}

std::optional<FlowCommentRow> Flows::delete_comment(std::int64_t fid, std::int64_t cid,
                                                    const std::optional<base::UserId>& author) {
  return database_.write([&](Transaction& transaction) {
    Query query(transaction.connection(),
                "DELETE FROM flow_comments WHERE cid = ?1 AND fid = ?2 AND (?3 IS NULL OR user_id = ?3) "
                "RETURNING cid, fid, tid, user_id, author, text, at",
                cid, fid, author);
    return first(query, comment_row);
  });
}

}  // namespace boathouse::meta::sqlite
