// SPDX-License-Identifier: Apache-2.0
#include "api/native/backups.h"

#include "core/backup_jobs.h"

namespace boathouse::api::native {
namespace {

net::Response queued(const Call& call, meta::JobRow job) {
  job.user = call.principal.user;
  call.services.jobs.queue(job);
  return net::json_response(202, {{"id", job.id.value}});
}

}  // namespace

net::Response create_backup(const Call& call) {
  allow_params(call.request, {});
  const meta::WorkspaceRow workspace = call.workspace(auth::Action::write);
  return queued(call, core::backup_job(call.services.parts, workspace, call.table(), call.actor()));
}

net::Response list_backups(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  return net::json_response(
      200, call.services.backups.list(call.workspace(auth::Action::read), call.table(), page_params(call.request)));
}

net::Response restore_backup(const Call& call) {
  allow_params(call.request, {});
  const meta::WorkspaceRow workspace = call.workspace(auth::Action::write);
  return queued(call, core::restore_job(call.services.backups, workspace, call.table(),
                                        core::BackupId(call.request.param("backup")), call.actor()));
}

}  // namespace boathouse::api::native
