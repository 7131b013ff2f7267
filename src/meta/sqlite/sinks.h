// SPDX-License-Identifier: Apache-2.0
// Sinks in SQLite. As thread-safe as the database is.
#pragma once

#include <functional>

#include "meta/sink_store.h"
#include "meta/sqlite/database.h"

namespace boathouse::meta::sqlite {

class Sinks : public SinkStore {
 public:
  Sinks(Database& database, JobSignal& signal) : database_(database), signal_(signal) {}

  bool put_sink(const SinkRow& sink, const std::function<JobRow(const SinkTable&)>& job_for) override;
  std::optional<SinkRow> find_sink(const SinkId& id) override;
  std::optional<SinkRow> find_sink(const base::WorkspaceId& workspace, std::string_view name) override;
  std::vector<SinkRow> list_sinks(const base::WorkspaceId& workspace) override;
  bool delete_sink(const base::WorkspaceId& workspace, std::string_view name) override;

  bool feed(const SinkTable& table, const std::optional<std::vector<std::string>>& sinks) override;
  std::vector<SinkTable> tables_of(const SinkId& sink) override;
  bool is_followed(const SinkId& sink, const SinkTable& table) override;

  void put_copy(const SinkCopyRow& copy) override;
  std::optional<SinkCopyRow> find_copy(const SinkId& sink, const SinkTable& table) override;

  std::vector<SinkRow> list_all_sinks(const SinkId& after, std::size_t limit) override;
  bool reseal_sink(const SinkId& id, std::string_view expected, std::string_view sealed) override;

 private:
  Database& database_;
  JobSignal& signal_;
};

// Part of a larger transaction: calls `each` for every sink that follows the table, which may be a quarantine and then
// is followed by none.
void each_follower(Connection& connection, const base::TableId& table,
                   const std::function<void(const SinkRow&, const SinkTable&)>& each);

}  // namespace boathouse::meta::sqlite
