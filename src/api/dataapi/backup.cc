// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/backup.h"

#include "api/dataapi/errors.h"
#include "api/dataapi/login_form.h"
#include "api/dataapi/timed_response.h"
#include "api/dataapi/upload_form.h"
#include "auth/audited.h"
#include "base/error.h"
#include "core/backup_jobs.h"
#include "net/on_pool.h"

namespace boathouse::api::dataapi {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

// How long /backup waits for what it queued, so that whoever restores or changes rows next finds that backup: longer ones go
// on by themselves.
constexpr base::Micros kBackupWait = 30 * base::kSecond;

// Who asks for which table; nothing is said about the table before the sender is known.
struct Order {
  std::string table;
  auth::Caller caller;
};

Order read_order(const net::Request& request, const LoginForm& form) {
  boost::json::array wrong;
  const std::string* table = request.query.find("table");
  if (table == nullptr) wrong.push_back(missing_field("query", "table"));
  form.add_missing(wrong);
  if (!wrong.empty()) throw invalid_fields(std::move(wrong));
  return {.table = *table, .caller = {form.authenticate(), base::RequestId(request.request_id)}};
}

[[noreturn]] void refuse_table(const std::string& table) {
  throw Error(ErrorKind::not_found, fmt::format("The table {} is not supported", table)).code(std::string(kNoTable));
}

// The job that `make(workspace, actor)` is, which waits then; a row of the audit log tells of it.
template <class Make>
meta::JobRow queued(const Services& services, const Order& order, std::string what, Make make) {
  meta::JobRow job;
  auto queue = [&](const meta::WorkspaceRow& workspace) {
    job = make(workspace, core::Actor{order.caller.principal.name, order.caller.request, "dataapi"});
    job.user = order.caller.principal.user;
    services.jobs.queue(job);
  };
  auth::administered(services.parts.meta, services.auth.access, order.caller, auth::Action::write, kWorkspace,
                     std::move(what), order.table, queue);
  return job;
}

// The job as it is after `patience`. Throws what ended it without success.
meta::JobRow wait_for(const Services& services, const net::Request& request, const meta::JobRow& job,
                      base::Micros patience) {
  meta::JobRow seen = services.jobs.wait(job.id, base::steady_micros() + patience, request.abandoned);
  if (seen.state == meta::JobState::failed) throw Error(ErrorKind::unprocessable, seen.error);
  if (seen.state == meta::JobState::cancelled) {
    throw Error(ErrorKind::conflict, fmt::format("the {} was cancelled", seen.kind));
  }
  return seen;
}

std::string back_up(const Services& services, const net::Request& request, const Order& order) {
  const meta::JobRow job =
      queued(services, order, "back-up-table", [&](const meta::WorkspaceRow& workspace, const core::Actor& actor) {
        try {
          return core::backup_job(services.parts, workspace, order.table, actor);
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::not_found) refuse_table(order.table);
          throw;
        }
      });
  wait_for(services, request, job, kBackupWait);
  return fmt::format("Backup process for {} started.", order.table);
}

meta::JobRow queue_restore(const Services& services, const Order& order) {
  return queued(services, order, "restore-table", [&](const meta::WorkspaceRow& workspace, const core::Actor& actor) {
    try {
      return core::restore_job(services.backups, workspace, order.table, std::nullopt, actor);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
      if (!services.parts.meta.catalog().find_table(workspace.id, order.table)) refuse_table(order.table);
      throw Error(ErrorKind::not_found, fmt::format("The table {} has no backup", order.table))
          .code(std::string(core::kNoBackup));
    }
  });
}

std::string restore(const Services& services, const net::Request& request, const Order& order) {
  const meta::JobRow end =
      wait_for(services, request, queue_restore(services, order), services.parts.limits.ingest_timeout);
  if (end.state == meta::JobState::succeeded) return fmt::format("Table {} restored from backup.", order.table);
  throw Error(ErrorKind::timeout, fmt::format("the restore goes on as job {}", end.id.value));
}

using Work = std::string (*)(const Services&, const net::Request&, const Order&);

asio::awaitable<net::Response> handle(const Services& services, net::Request& request, Work work) {
  const base::Micros started = base::steady_micros();
  LoginForm form(services, request);
  co_await receive_form(request, form);
  auto run = [&] { return work(services, request, read_order(request, form)); };
  std::string result = co_await net::on_pool(services.engine_work, run);
  co_return timed_response({{"result", result}}, base::steady_micros() - started);
}

}  // namespace

net::Handler post_backup(const Services& services) {
  return [&services](net::Request& request) { return handle(services, request, back_up); };
}

net::Handler post_restore(const Services& services) {
  return [&services](net::Request& request) { return handle(services, request, restore); };
}

}  // namespace boathouse::api::dataapi
