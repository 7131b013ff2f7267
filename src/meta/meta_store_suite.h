// SPDX-License-Identifier: Apache-2.0
// What every implementation of the metadata store has to pass: a fixture with a parameter for each, and rows to begin
// with.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "meta/meta_store.h"
#include "meta/sqlite_store.h"

namespace boathouse::meta {

struct Backend {
  std::string name;
  std::function<std::unique_ptr<MetaStore>(const std::filesystem::path& folder)> open;
};

inline auto every_backend() {
  return testing::Values(Backend{
      "Sqlite", [](const std::filesystem::path& folder) { return open_sqlite_store(folder / "boathouse.db"); }});
}
inline std::string backend_name(const testing::TestParamInfo<Backend>& info) { return info.param.name; }

class MetaStoreSuite : public testing::TestWithParam<Backend> {
 protected:
  MetaStoreSuite()
      : folder_(std::filesystem::temp_directory_path(), "meta-"), store_(GetParam().open(folder_.path())) {}

  MetaStore& store() { return *store_; }
  AccountStore& accounts() { return store_->accounts(); }
  CatalogStore& catalog() { return store_->catalog(); }
  void restart() {
    store_.reset();
    store_ = GetParam().open(folder_.path());
  }

  static AuditRow audit(const std::string& what = "test") {
    return {.at = 1, .who = "tester", .what = what, .outcome = "ok", .request = base::RequestId("r-1")};
  }

  static NewUser user_rows(const std::string& name) {
    NewUser rows;
    rows.user = {.id = base::UserId("user-" + name),
                 .name = name,
                 .email = name + "@example.org",
                 .password_hash = "hash-" + name,
                 .personal_workspace = base::WorkspaceId("ws-" + name),
                 .created_at = 10,
                 .updated_at = 10};
    rows.personal = {.id = rows.user.personal_workspace, .name = name, .created_at = 10};
    rows.memberships = {{rows.personal.id, rows.user.id, Role::owner}};
    return rows;
  }
  base::UserId add_user(const std::string& name) {
    NewUser rows = user_rows(name);
    EXPECT_EQ(accounts().create_user(rows, audit()), CreateUserOutcome::created);
    return rows.user.id;
  }
  base::WorkspaceId add_workspace(const std::string& name, const std::optional<base::UserId>& owner = std::nullopt) {
    WorkspaceRow row{.id = base::WorkspaceId("ws-" + name), .name = name, .created_at = 20};
    EXPECT_TRUE(accounts().create_workspace(row, owner, audit()));
    return row.id;
  }

  // A swap that makes a table with the pointer "<name>/0".
  static PointerSwap creation(const base::WorkspaceId& workspace, const std::string& name) {
    TableRow row{.id = base::TableId("table-" + workspace.value + "-" + name),
                 .workspace = workspace,
                 .name = name,
                 .location = "file:///warehouse/" + name};
    return {.table = row.id, .next = name + "/0", .create = row};
  }
  base::TableId add_table(const base::WorkspaceId& workspace, const std::string& name) {
    PointerSwap swap = creation(workspace, name);
    EXPECT_TRUE(is_committed(catalog().commit({.at = 30, .swaps = {swap}})));
    return swap.table;
  }
  static BatchRow batch(const std::string& id) {
    return {.id = base::BatchId(id), .table = base::TableId("t"), .workspace = base::WorkspaceId("w"), .at = 5};
  }

  static bool is_committed(const CommitResult& result) { return std::holds_alternative<Committed>(result); }
  static std::optional<base::TableId> conflicting(const CommitResult& result) {
    auto* conflict = std::get_if<CommitConflict>(&result);
    return conflict ? std::optional(conflict->table) : std::nullopt;
  }
  static std::optional<CommitDuplicate::What> duplicate(const CommitResult& result) {
    auto* found = std::get_if<CommitDuplicate>(&result);
    return found ? std::optional(found->what) : std::nullopt;
  }

  base::TemporaryFolder folder_;
  std::unique_ptr<MetaStore> store_;
};

// The kind of the base::Error that `work` throws; nullopt when it throws none.
template <class Work>
std::optional<base::ErrorKind> error_of(Work work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

}  // namespace boathouse::meta
