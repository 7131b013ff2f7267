// SPDX-License-Identifier: Apache-2.0
// The user pool that Cognito clients see, and its clients (applications): one pool, made at the first start with one
// client that has a secret. Its users are the installation's (accounts.h), its groups in pool_groups.h.
//
// What administers is for owners of `main`, and leaves a row in the audit log when it changed something or was refused.
// Any thread; calls block. Errors: permission_denied, invalid_argument, and not_found with the code "no-such-pool" or
// "no-such-client".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/access.h"
#include "auth/principal.h"
#include "auth/sealing.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

struct NewPoolClient {
  std::string name{};
  bool with_secret = false;
  std::vector<std::string> flows{};  // as clients name them ("ALLOW_USER_SRP_AUTH"); none: all
};

struct PoolClient {
  meta::PoolClientRow row{};
  std::string secret{};  // empty: none
  std::vector<std::string> flows{};
};

class UserPool {
 public:
  // Makes the pool where there is none. What it is given must outlive it.
  UserPool(meta::MetaStore& store, const AccessControl& access, const Sealer& sealer, std::string name);

  const std::string& id() const { return row_.id; }
  const std::string& name() const { return name_; }
  base::Micros created_at() const { return row_.created_at; }
  // Error{not_found} for any other id.
  void require(std::string_view pool_id) const;

  // For calls that only tell what the pool is; `what` names them in the audit log when they are refused.
  void require_admin(const Caller& caller, std::string what) const;

  // Oldest first.
  std::vector<meta::PoolClientRow> list_clients(const Caller& caller, std::string_view after, std::size_t limit);
  PoolClient get_client(const Caller& caller, std::string_view id);
  PoolClient create_client(const Caller& caller, const NewPoolClient& wanted);
  void delete_client(const Caller& caller, std::string_view id);
  // For log-ins. Error{unavailable, "seal-broken"}.
  PoolClient client(std::string_view id) const;

  // Seals every client's secret with the newest sealing key; how many were sealed anew. What cannot be opened is left as
  // it is and told in the log.
  std::size_t reseal();

 private:
  bool reseal(const meta::PoolClientRow& row);

  meta::MetaStore& store_;
  const AccessControl& access_;
  const Sealer& sealer_;
  const std::string name_;
  const meta::PoolRow row_;
};

}  // namespace boathouse::auth
