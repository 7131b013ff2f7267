// SPDX-License-Identifier: Apache-2.0
// Triggers and their runs over one database. As thread-safe as the database is.
#pragma once

#include "meta/bucket_store.h"
#include "meta/sqlite/database.h"
#include "meta/trigger_store.h"

namespace boathouse::meta::sqlite {

class Triggers : public TriggerStore {
 public:
  explicit Triggers(Database& database) : database_(database) {}

  bool put_trigger(const TriggerRow& trigger) override;
  std::optional<TriggerRow> find_trigger(const base::WorkspaceId& workspace, std::string_view name) override;
  std::vector<TriggerRow> list_triggers(const base::WorkspaceId& workspace) override;
  std::vector<TriggerRow> triggers_of(const base::WorkspaceId& workspace, std::string_view bucket) override;
  bool delete_trigger(const base::WorkspaceId& workspace, std::string_view name) override;

  std::optional<RunRow> find_run(const base::JobId& job) override;
  std::vector<RunState> runs_of(const ObjectRow& version) override;
  std::vector<JobRow> list_runs(const RunListing& listing) override;
  std::vector<std::string> triggers_with_runs(const base::WorkspaceId& workspace) override;
  std::vector<std::string> release(const base::JobId& job) override;
  std::vector<base::JobId> spent_runs(std::size_t limit) override;

 private:
  Database& database_;
};

// Parts of larger transactions.

// Queues them, each with a fresh id, over that version.
std::vector<base::JobId> queue_runs(Connection& connection, const std::vector<NewRun>& runs, const ObjectRow& version);
// Of bytes that a version or a run had: adds to `files` those that no other run keeps.
void free_bytes(Connection& connection, const std::string& file, const UploadId& upload,
                std::vector<std::string>& files);

}  // namespace boathouse::meta::sqlite
