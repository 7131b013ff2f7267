// SPDX-License-Identifier: Apache-2.0
#include "auth/access_keys.h"

#include "auth/audited.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPage = 500;

// As S3 clients know them: 20 capitals and digits, and 40 characters of more than 230 bits.
base::AccessKeyId new_access_key_id() {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::array<std::uint8_t, 16> random{};
  base::random_bytes(random);
  std::string id = "BHAK";
  for (std::uint8_t byte : random) id += kAlphabet[byte % kAlphabet.size()];
  return base::AccessKeyId(std::move(id));
}
std::string new_secret() { return base::random_text(40); }

std::string seat_of(const meta::AccessKeyRow& row) { return "access-key:" + row.id.value + ":" + row.user.value; }

bool is_narrowed(const Principal& principal) { return principal.scope && principal.scope->narrows(); }

}  // namespace

AccessKeyShown AccessKeys::create(const Caller& caller, const NewAccessKey& wanted) {
  base::AccessKeyId id = new_access_key_id();
  return audited(store_, caller, "create-access-key", id.value, [&](meta::AuditRow& audit) {
    if (caller.principal.is_system) throw Error(ErrorKind::permission_denied, "An access key belongs to a user.");
    check_credential_name(wanted.name);
    GrantedScope scope = narrow(access_, caller.principal, wanted.scope, audit.at);
    if (scope.workspace) audit.workspace = *scope.workspace;
    AccessKeyShown made{.row = {.id = id,
                                .user = caller.principal.user,
                                .name = wanted.name,
                                .workspace = scope.workspace,
                                .role = scope.role,
                                .created_at = audit.at,
                                .expires_at = scope.expires_at},
                        .secret = new_secret()};
    made.row.sealed_secret = sealer_.seal(made.secret, seat_of(made.row));
    store_.accounts().insert_access_key(made.row, audit);
    return made;
  });
}

std::vector<meta::AccessKeyRow> AccessKeys::list(const Principal& principal) {
  if (is_narrowed(principal)) return {};
  return store_.accounts().list_access_keys(principal.user);
}

void AccessKeys::remove(const Caller& caller, const base::AccessKeyId& id) {
  audited(store_, caller, "delete-access-key", id.value, [&](meta::AuditRow& audit) {
    const Principal& principal = caller.principal;
    if (is_narrowed(principal) || !store_.accounts().delete_access_key(principal.user, id, audit)) {
      throw Error(ErrorKind::not_found, "There is no such access key.");
    }
  });
}

std::string AccessKeys::secret_of(const meta::AccessKeyRow& row) const {
  return sealer_.open(row.sealed_secret, seat_of(row));
}

std::size_t AccessKeys::reseal() {
  std::size_t resealed = 0;
  base::AccessKeyId last;
  while (true) {
    auto page = store_.accounts().list_all_access_keys(last, kPage);
    for (const meta::AccessKeyRow& row : page) resealed += reseal(row);
    if (page.size() < kPage) return resealed;
    last = page.back().id;
  }
}

bool AccessKeys::reseal(const meta::AccessKeyRow& row) {
  if (sealer_.is_current(row.sealed_secret)) return false;
  try {
    std::string sealed = sealer_.seal(secret_of(row), seat_of(row));
    return store_.accounts().reseal_access_key(row.id, row.sealed_secret, sealed);
  } catch (const Error& error) {
    if (error.code() != "seal-broken") throw;
    base::log_warning("access_key_not_resealed", {{"access_key_id", row.id.value}, {"error", error.message()}});
    return false;
  }
}

std::vector<KeyFacts> KeyAdministration::list(const Caller& caller) {
  return audited(store_, caller, "list-keys", "", [&](meta::AuditRow&) {
    access_.require_admin(caller.principal);
    return keys_.list();
  });
}

// The row of the audit log follows the new key: a crash between leaves a key that works and no row, never a row of a key
// that is not there.
Rotation KeyAdministration::rotate(const Caller& caller, KeyKind kind) {
  return audited(store_, caller, "rotate-key", std::string(to_string(kind)), [&](meta::AuditRow& audit) {
    access_.require_admin(caller.principal);
    Rotation rotation{.key = keys_.rotate(kind)};
    audit.target += " " + rotation.key.id;
    store_.audit().append(audit);
    if (kind == KeyKind::sealing) rotation.resealed = reseal_();
    return rotation;
  });
}

}  // namespace boathouse::auth
