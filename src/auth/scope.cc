// SPDX-License-Identifier: Apache-2.0
#include "auth/scope.h"

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::int64_t kLongestExpiry = 100LL * 365 * 24 * 3600;
constexpr std::size_t kLongestName = 128;

std::optional<base::Micros> expiry(const WantedScope& wanted, const std::optional<TokenScope>& own, base::Micros now) {
  if (wanted.expires_in && (*wanted.expires_in < 1 || *wanted.expires_in > kLongestExpiry)) {
    throw Error(ErrorKind::invalid_argument, "expires_in must be 1 or more seconds, at most 100 years.");
  }
  std::optional<base::Micros> at;
  if (wanted.expires_in) at = now + *wanted.expires_in * base::kSecond;
  if (!own || !own->expires_at) return at;
  if (at && *at > *own->expires_at) {
    throw Error(ErrorKind::permission_denied, "A token cannot make one that lives longer than itself.");
  }
  return own->expires_at;
}

void require_within(meta::Role wanted, meta::Role own) {
  if (wanted <= own) return;
  throw Error(ErrorKind::permission_denied, "The role " + std::string(to_string(wanted)) + " is above your own, " +
                                                std::string(to_string(own)) + ".");
}

}  // namespace

GrantedScope narrow(const AccessControl& access, const Principal& principal, const WantedScope& wanted,
                    base::Micros now) {
  GrantedScope granted{.expires_at = expiry(wanted, principal.scope, now)};
  if (principal.scope) {
    granted.workspace = principal.scope->workspace;
    granted.role = principal.scope->role_cap;
  }
  if (!wanted.workspace && !wanted.role) return granted;
  Access where =
      access.resolve_workspace(principal, Action::read, wanted.workspace, DefaultWorkspace::main_or_personal);
  if (wanted.workspace) granted.workspace = where.workspace.id;
  if (wanted.role) {
    require_within(*wanted.role, where.role);
    granted.role = wanted.role;
  }
  return granted;
}

void check_credential_name(std::string_view name) {
  const bool good = base::is_plain_text(name) && base::code_points(name) <= kLongestName;
  if (!good) throw Error(ErrorKind::invalid_argument, "A name here has at most 128 characters, no control characters.");
}

}  // namespace boathouse::auth
