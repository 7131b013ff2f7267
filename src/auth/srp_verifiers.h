// SPDX-License-Identifier: Apache-2.0
// SRP verifiers as users' rows keep them: sealed, bound to their user. There are none where SRP is off. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/sealing.h"
#include "auth/srp.h"
#include "meta/account_store.h"

namespace boathouse::auth {

class SrpVerifiers {
 public:
  // `pool_id` as clients know it. `sealer` must outlive this.
  SrpVerifiers(const Sealer& sealer, std::string_view pool_id, bool enabled);

  bool enabled() const { return enabled_; }
  // The part of the pool's id that goes into every hash.
  const std::string& pool() const { return pool_; }

  // For the user's row; empty where SRP is off.
  std::string make(const base::UserId& user, std::string_view name, std::string_view password) const;
  // nullopt where SRP is off or the user's password has no verifier. Error{unavailable, "seal-broken"}.
  std::optional<SrpVerifier> of(const meta::UserRow& user) const;
  // Seals every user's verifier with the newest sealing key; how many were sealed anew. One that cannot be opened is left
  // as it is and told in the log.
  std::size_t reseal(meta::AccountStore& store) const;

 private:
  bool reseal(meta::AccountStore& store, const meta::UserRow& user) const;

  const Sealer& sealer_;
  const std::string pool_;
  const bool enabled_;
};

}  // namespace boathouse::auth
