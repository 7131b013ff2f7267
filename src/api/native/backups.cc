// SPDX-License-Identifier: Apache-2.0
#include "api/native/backups.h"

#include "core/backup_jobs.h"

namespace boathouse::api::native {
namespace {

template <class Make>
net::Response queued(const Call& call, std::string what, Make make) {
  meta::JobRow job;
  call.administer(std::move(what), call.table(), [&](const meta::WorkspaceRow& workspace) {
    job = make(workspace);
    job.user = call.principal.user;
    call.services.jobs.queue(job);
  });
  return net::json_response(202, {{"id", job.id.value}});
}

}  // namespace

net::Response create_backup(const Call& call) {
  allow_params(call.request, {});
  call.expect_no_fields();
  return queued(call, "back-up-table", [&](const meta::WorkspaceRow& workspace) {
    return core::backup_job(call.services.parts, workspace, call.table(), call.actor());
  });
}

net::Response list_backups(const Call& call) {
  allow_params(call.request, {"limit", "page_token"});
  return net::json_response(
      200, call.services.backups.list(call.workspace(auth::Action::read), call.table(), page_params(call.request)));
}

net::Response restore_backup(const Call& call) {
  allow_params(call.request, {});
  call.expect_no_fields();
  return queued(call, "restore-table", [&](const meta::WorkspaceRow& workspace) {
    return core::restore_job(call.services.backups, workspace, call.table(),
                             core::BackupId(call.request.param("backup")), call.actor());
  });
}

}  // namespace boathouse::api::native
