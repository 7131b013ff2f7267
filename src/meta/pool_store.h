// SPDX-License-Identifier: Apache-2.0
// The user pool that Cognito clients see: its id, its clients (applications), its groups. The pool's users are the
// installation's (account_store.h). An administrative change carries the audit row that tells of it, written in the same
// transaction when the change happened. Any thread; calls block. Faults are base::Error as in catalog_store.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meta/rows.h"

namespace boathouse::meta {

class PoolStore {
 public:
  virtual ~PoolStore() = default;

  // The pool; the first call ever makes it as `wanted`, with its first client.
  virtual PoolRow ensure_pool(const PoolRow& wanted, const PoolClientRow& first_client) = 0;

  virtual void insert_client(const PoolClientRow& client, const AuditRow& audit) = 0;
  virtual std::optional<PoolClientRow> find_client(std::string_view id) = 0;
  // Oldest first, those after `after` (an id; empty: from the beginning).
  virtual std::vector<PoolClientRow> list_clients(std::string_view after, std::size_t limit) = 0;
  // False when it is gone. Tokens that it was given are the caller's to judge.
  virtual bool delete_client(std::string_view id, const AuditRow& audit) = 0;
  // False when the row is gone or its sealed secret is not `expected` any more.
  virtual bool reseal_client(std::string_view id, std::string_view expected, std::string_view sealed) = 0;

  // Names of groups differ by case too. False when the name is taken.
  virtual bool insert_group(const PoolGroupRow& group, const AuditRow& audit) = 0;
  virtual std::optional<PoolGroupRow> find_group(std::string_view name) = 0;
  // By name, those after `after`.
  virtual std::vector<PoolGroupRow> list_groups(std::string_view after, std::size_t limit) = 0;
  // With its memberships. False when it is gone.
  virtual bool delete_group(std::string_view name, const AuditRow& audit) = 0;
  // False when the group or the user is gone; being in it already is fine.
  virtual bool add_to_group(std::string_view name, const base::UserId& user, const AuditRow& audit) = 0;
  // False when the group is gone; not being in it is fine.
  virtual bool remove_from_group(std::string_view name, const base::UserId& user, const AuditRow& audit) = 0;
  // By name.
  virtual std::vector<PoolGroupRow> groups_of(const base::UserId& user) = 0;
  // By name of the user, those after `after`.
  virtual std::vector<UserRow> users_in_group(std::string_view name, std::string_view after, std::size_t limit) = 0;
};

}  // namespace boathouse::meta
