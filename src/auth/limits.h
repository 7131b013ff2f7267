// SPDX-License-Identifier: Apache-2.0
// What one workspace may use: bytes, tables, queries at once, rows a minute. Absent limits do not bind. Counters live
// in this process. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"
#include "meta/catalog_store.h"

namespace boathouse::auth {

struct WorkspaceLimits {
  std::optional<std::int64_t> bytes{};
  std::optional<std::int64_t> tables{};
  std::optional<std::int64_t> running_queries{};
  std::optional<std::int64_t> rows_per_minute{};
};

// From and to the JSON object of a workspace's row, keys as the fields. Error{invalid_argument} names an unknown key or
// a value that is no whole number of 0 or more.
WorkspaceLimits parse_limits(std::string_view json);
// `limits` with what such an object names put in their place; null lifts one.
WorkspaceLimits change_limits(WorkspaceLimits limits, std::string_view json);
std::string to_json(const WorkspaceLimits& limits);

// Both throw Error{storage_full, code "workspace-limit"} with detail `limit` (its name) and `value`.
void check_bytes(const WorkspaceLimits& limits, const meta::WorkspaceUsage& usage, std::int64_t adding);
void check_tables(const WorkspaceLimits& limits, const meta::WorkspaceUsage& usage, std::int64_t adding);

class WorkspaceCounters {
 public:
  // Counts rows against the last sixty seconds. Error{too_many_requests, code "workspace-limit"} with `limit`, `value`
  // and `retry_after` when they do not fit, and nothing is counted. `now` is base::steady_micros().
  void take_rows(const base::WorkspaceId& workspace, const WorkspaceLimits& limits, std::int64_t rows,
                 base::Micros now);

  // Counts one running query as long as it lives.
  class QuerySlot {
   public:
    QuerySlot(QuerySlot&& other) noexcept : counters_(other.counters_), workspace_(std::move(other.workspace_)) {
      other.counters_ = nullptr;
    }
    QuerySlot& operator=(QuerySlot&&) = delete;
    ~QuerySlot();

   private:
    friend class WorkspaceCounters;
    QuerySlot(WorkspaceCounters* counters, base::WorkspaceId workspace)
        : counters_(counters), workspace_(std::move(workspace)) {}
    WorkspaceCounters* counters_;
    base::WorkspaceId workspace_;
  };
  // Error{too_many_requests, code "workspace-limit"} when as many run already.
  QuerySlot begin_query(const base::WorkspaceId& workspace, const WorkspaceLimits& limits);

 private:
  struct Taken {
    base::Micros at;
    std::int64_t rows;
  };
  struct Window {
    std::deque<Taken> taken;
    std::int64_t rows = 0;
  };

  // Guarded by mutex_.
  std::mutex mutex_;
  std::unordered_map<base::WorkspaceId, Window> rows_;
  std::unordered_map<base::WorkspaceId, std::int64_t> queries_;
};

}  // namespace boathouse::auth
