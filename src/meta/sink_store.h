// SPDX-License-Identifier: Apache-2.0
// Sinks, the tables that they follow, and how far they are. Any thread; calls block. Faults are base::Error as in
// catalog_store.h.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "meta/rows.h"
#include "meta/sink_rows.h"

namespace boathouse::meta {

class SinkStore {
 public:
  virtual ~SinkStore() = default;

  // Makes or replaces by name, and queues the job that `job_for` makes for each table that it follows then. One that is there
  // keeps its id and its time; what it has copied is forgotten where `updated_at` is another. True when it is new. Error{not_found} when the workspace is gone.
  virtual bool put_sink(const SinkRow& sink, const std::function<JobRow(const SinkTable&)>& job_for) = 0;
  virtual std::optional<SinkRow> find_sink(const SinkId& id) = 0;
  virtual std::optional<SinkRow> find_sink(const base::WorkspaceId& workspace, std::string_view name) = 0;
  // By name, without case.
  virtual std::vector<SinkRow> list_sinks(const base::WorkspaceId& workspace) = 0;
  // False when there was none.
  virtual bool delete_sink(const base::WorkspaceId& workspace, std::string_view name) = 0;

  // From now on the table is fed to the workspace's sinks of these names (nullopt: all of them), as far as they do not
  // name their tables themselves. What was said before goes on. False when nothing changed.
  virtual bool feed(const SinkTable& table, const std::optional<std::vector<std::string>>& sinks) = 0;
  // The tables that the sink follows, by name; they may not be there yet.
  virtual std::vector<SinkTable> tables_of(const SinkId& sink) = 0;
  virtual bool is_followed(const SinkId& sink, const SinkTable& table) = 0;

  // Makes or replaces; nothing when the sink is gone.
  virtual void put_copy(const SinkCopyRow& copy) = 0;
  virtual std::optional<SinkCopyRow> find_copy(const SinkId& sink, const SinkTable& table) = 0;

  // Every one, by id.
  virtual std::vector<SinkRow> list_all_sinks(const SinkId& after, std::size_t limit) = 0;
  // False when the row is gone or sealed otherwise than `expected`.
  virtual bool reseal_sink(const SinkId& id, std::string_view expected, std::string_view sealed) = 0;
};

}  // namespace boathouse::meta
