// SPDX-License-Identifier: Apache-2.0
#include "auth/user_pool.h"

#include <boost/json.hpp>

#include "auth/audited.h"
#include "base/encoding.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

// What stands in the pool's id, in signatures and in answers alike. Clients may sign for any.
constexpr std::string_view kRegion = "us-east-1";
constexpr std::size_t kPoolLetters = 9;
constexpr std::size_t kClientIdLetters = 26;
constexpr std::size_t kSecretLetters = 51;
constexpr std::size_t kMostClientName = 128;
constexpr std::size_t kPage = 500;

std::string seat_of(std::string_view client) { return "pool-client:" + std::string(client); }

Error no_client(std::string_view id) {
  return Error(ErrorKind::not_found, "User pool client " + std::string(id) + " does not exist.").code("no-such-client");
}

meta::PoolRow new_pool() {
  return {.id = std::string(kRegion) + "_" + base::random_text(kPoolLetters), .created_at = base::now_micros()};
}

meta::PoolClientRow new_client(const NewPoolClient& wanted, base::Micros now) {
  return {.id = base::fold_case(base::random_text(kClientIdLetters)),
          .name = wanted.name,
          .flows = json::serialize(json::array(wanted.flows.begin(), wanted.flows.end())),
          .created_at = now,
          .updated_at = now};
}

// Fills the row in; empty where the client has none.
std::string add_secret(meta::PoolClientRow& row, bool wanted, const Sealer& sealer) {
  if (!wanted) return "";
  std::string secret = base::random_text(kSecretLetters);
  row.sealed_secret = sealer.seal(secret, seat_of(row.id));
  return secret;
}

meta::PoolRow ensure(meta::MetaStore& store, const Sealer& sealer) {
  meta::PoolClientRow first = new_client({.name = "boathouse"}, base::now_micros());
  add_secret(first, true, sealer);
  return store.pools().ensure_pool(new_pool(), first);
}

void check_client(const NewPoolClient& wanted) {
  if (wanted.name.empty() || wanted.name.size() > kMostClientName || !base::is_plain_text(wanted.name)) {
    throw Error(ErrorKind::invalid_argument,
                "The name of a client has 1 to 128 bytes of UTF-8 without control characters.");
  }
}

}  // namespace

UserPool::UserPool(meta::MetaStore& store, const AccessControl& access, const Sealer& sealer, std::string name)
    : store_(store), access_(access), sealer_(sealer), name_(std::move(name)), row_(ensure(store, sealer)) {}

void UserPool::require(std::string_view pool_id) const {
  if (pool_id == row_.id) return;
  throw Error(ErrorKind::not_found, "User pool " + std::string(pool_id) + " does not exist.").code("no-such-pool");
}

void UserPool::require_admin(const Caller& caller, std::string what) const {
  audited(store_, caller, std::move(what), row_.id, [&](meta::AuditRow&) { access_.require_admin(caller.principal); });
}

std::vector<meta::PoolClientRow> UserPool::list_clients(const Caller& caller, std::string_view after,
                                                        std::size_t limit) {
  require_admin(caller, "list-pool-clients");
  return store_.pools().list_clients(after, limit);
}

PoolClient UserPool::get_client(const Caller& caller, std::string_view id) {
  require_admin(caller, "get-pool-client");
  return client(id);
}

PoolClient UserPool::create_client(const Caller& caller, const NewPoolClient& wanted) {
  return audited(store_, caller, "create-pool-client", wanted.name, [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    check_client(wanted);
    PoolClient made{.row = new_client(wanted, audit.at), .flows = wanted.flows};
    made.secret = add_secret(made.row, wanted.with_secret, sealer_);
    audit.target += " " + made.row.id;
    store_.pools().insert_client(made.row, audit);
    return made;
  });
}

void UserPool::delete_client(const Caller& caller, std::string_view id) {
  audited(store_, caller, "delete-pool-client", std::string(id), [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    if (!store_.pools().delete_client(id, audit)) throw no_client(id);
  });
}

PoolClient UserPool::client(std::string_view id) const {
  auto row = store_.pools().find_client(id);
  if (!row) throw no_client(id);
  PoolClient found{.row = *std::move(row)};
  if (!found.row.sealed_secret.empty()) found.secret = sealer_.open(found.row.sealed_secret, seat_of(found.row.id));
  found.flows = json::value_to<std::vector<std::string>>(json::parse(found.row.flows));
  return found;
}

std::size_t UserPool::reseal() {
  std::size_t resealed = 0;
  std::string last;
  while (true) {
    auto page = store_.pools().list_clients(last, kPage);
    for (const meta::PoolClientRow& row : page) resealed += reseal(row);
    if (page.size() < kPage) return resealed;
    last = page.back().id;
  }
}

bool UserPool::reseal(const meta::PoolClientRow& row) {
  if (row.sealed_secret.empty() || sealer_.is_current(row.sealed_secret)) return false;
  try {
    std::string sealed = sealer_.seal(sealer_.open(row.sealed_secret, seat_of(row.id)), seat_of(row.id));
    return store_.pools().reseal_client(row.id, row.sealed_secret, sealed);
  } catch (const Error& error) {
    if (error.code() != "seal-broken") throw;
    base::log_warning("pool_client_not_resealed", {{"client", row.id}, {"error", error.message()}});
    return false;
  }
}

}  // namespace boathouse::auth
