// SPDX-License-Identifier: Apache-2.0
#include "core/backup_jobs.h"

#include <boost/json/parse.hpp>

#include "base/error.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// What a job does, out of its payload.
struct Order {
  meta::WorkspaceRow workspace;
  std::string table;
  BackupId backup;                    // of a restore
  std::optional<TableMoment> moment;  // of a backup
  Actor actor;
};

std::string text(const json::object& object, std::string_view key) { return std::string(object.at(key).as_string()); }

json::object payload_of(std::string_view table, const Actor& actor) {
  return {{"table", table}, {"principal", actor.principal}, {"request", actor.request.value}, {"door", actor.door}};
}

Order order_of(const Parts& parts, const meta::JobRow& job) {
  auto workspace = parts.meta.accounts().find_workspace(job.workspace);
  if (!workspace) throw base::Error(base::ErrorKind::not_found, "the job's workspace is gone");
  const json::object payload = json::parse(job.payload).as_object();
  Order order{.workspace = std::move(*workspace),
              .table = text(payload, "table"),
              .backup = {},
              .moment = {},
              .actor = {.principal = text(payload, "principal"),
                        .request = base::RequestId(text(payload, "request")),
                        .door = text(payload, "door")}};
  if (payload.contains("backup")) order.backup = BackupId(text(payload, "backup"));
  if (const json::value* moment = payload.if_contains("moment")) order.moment = parse_moment(moment->as_object());
  return order;
}

}  // namespace

meta::JobRow backup_job(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view table,
                        const Actor& actor) {
  parts.settle(workspace.id, table);
  const TableState state = require_state(parts, workspace.id, table);
  if (!state.row.quarantine_of.empty()) throw_no_table(table);
  json::object payload = payload_of(state.row.name, actor);
  payload["moment"] = to_json(carried(moment_of(state)));
  return new_job(backup_kind(), workspace.id, state.row.name, payload);
}

meta::JobRow restore_job(const Backups& backups, const meta::WorkspaceRow& workspace, std::string_view table,
                         const std::optional<BackupId>& backup, const Actor& actor) {
  json::object payload = payload_of(table, actor);
  // Fixed here, so that a backup made meanwhile is not what a later attempt brings back.
  payload["backup"] = backups.find(workspace, table, backup).value;
  return new_job(restore_kind(), workspace.id, std::string(table), payload);
}

json::object run_backup(const Parts& parts, const Backups& backups, const meta::JobRow& job, Progress& progress) {
  const Order order = order_of(parts, job);
  const BackupManifest made =
      backups.create(order.workspace, order.table, BackupId(job.id.value), progress, order.moment);
  return {{"backup", made.id.value},
          {"table", made.table},
          {"version", made.version == 0 ? json::value(nullptr) : json::value(std::to_string(made.version))},
          {"rows", made.rows},
          {"bytes", made.bytes()}};
}

json::object run_restore(const Parts& parts, const Backups& backups, const meta::JobRow& job, Progress& progress) {
  Order order = order_of(parts, job);
  const RestoreRequest request{.workspace = std::move(order.workspace),
                               .table = std::move(order.table),
                               .backup = std::move(order.backup),
                               .batch = batch_of(job),
                               .actor = std::move(order.actor),
                               .job = meta::JobDone{.id = job.id, .fencing = job.fencing, .result = {}}};
  return to_json(backups.restore(request, progress));
}

}  // namespace boathouse::core
