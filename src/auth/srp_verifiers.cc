// SPDX-License-Identifier: Apache-2.0
#include "auth/srp_verifiers.h"

#include "base/error.h"
#include "base/log.h"

namespace boathouse::auth {
namespace {

constexpr std::size_t kPage = 500;

std::string seat_of(const base::UserId& user) { return "srp-verifier:" + user.value; }

}  // namespace

SrpVerifiers::SrpVerifiers(const Sealer& sealer, std::string_view pool_id, bool enabled)
    : sealer_(sealer), pool_(pool_id.substr(pool_id.find('_') + 1)), enabled_(enabled) {}

std::string SrpVerifiers::make(const base::UserId& user, std::string_view name, std::string_view password) const {
  if (!enabled_) return "";
  SrpVerifier made = make_srp_verifier(pool_, name, password);
  return sealer_.seal(made.salt + " " + made.verifier, seat_of(user));
}

std::optional<SrpVerifier> SrpVerifiers::of(const meta::UserRow& user) const {
  if (!enabled_ || user.srp_verifier.empty()) return std::nullopt;
  std::string opened = sealer_.open(user.srp_verifier, seat_of(user.id));
  std::size_t space = opened.find(' ');
  return SrpVerifier{.salt = opened.substr(0, space), .verifier = opened.substr(space + 1)};
}

std::size_t SrpVerifiers::reseal(meta::AccountStore& store) const {
  std::size_t resealed = 0;
  std::string last;
  while (true) {
    auto page = store.list_users(last, kPage);
    for (const meta::UserRow& user : page) resealed += reseal(store, user);
    if (page.size() < kPage) return resealed;
    last = page.back().name;
  }
}

bool SrpVerifiers::reseal(meta::AccountStore& store, const meta::UserRow& user) const {
  if (user.srp_verifier.empty() || sealer_.is_current(user.srp_verifier)) return false;
  try {
    std::string sealed = sealer_.seal(sealer_.open(user.srp_verifier, seat_of(user.id)), seat_of(user.id));
    return store.set_srp_verifier(user.id, user.password_hash, sealed);
  } catch (const base::Error& error) {
    if (error.code() != "seal-broken") throw;
    base::log_warning("srp_verifier_not_resealed", {{"user", user.id.value}, {"error", error.message()}});
    return false;
  }
}

}  // namespace boathouse::auth
