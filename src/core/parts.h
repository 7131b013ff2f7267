// SPDX-License-Identifier: Apache-2.0
// What the use cases of core work with. Made once by app, which owns the parts and outlives every use case. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "auth/limits.h"
#include "core/figures.h"
#include "core/file_uses.h"
#include "core/landed.h"
#include "core/table_locks.h"
#include "core/upkeep_options.h"
#include "engine/pool.h"
#include "iceberg/cache.h"
#include "meta/meta_store.h"

namespace boathouse::core {

// Where a workspace's things lie on this machine (docs/ARCHITECTURE.md, "Storage").
class Layout {
 public:
  // `data` is the data directory, `warehouse` the folder behind the object store's root; both exist.
  Layout(std::filesystem::path data, std::filesystem::path warehouse)
      : data_(std::move(data)), warehouse_(std::move(warehouse)) {}

  const std::filesystem::path& data() const { return data_; }

  // Made when missing.
  std::filesystem::path staging_of(const base::WorkspaceId& workspace) const;
  std::filesystem::path warehouse_of(const base::WorkspaceId& workspace) const;

  // An ingest worker reads its workspace's tables and writes to its staging; a query worker only reads.
  engine::Confinement ingest_confinement(const base::WorkspaceId& workspace,
                                         engine::WorkerKind kind = engine::WorkerKind::ingest) const;
  engine::Confinement query_confinement(std::vector<base::WorkspaceId> workspaces) const;

  // Removes what an earlier process left in staging. At start only.
  void clear_staging() const;

 private:
  std::filesystem::path data_;
  std::filesystem::path warehouse_;
};

struct Limits {
  std::size_t max_columns = 5000;
  std::uint64_t max_line_bytes = 16ULL << 20;
  std::size_t max_partitions = 10'000;  // of one batch
  base::Micros query_timeout = 30 * base::kSecond;
  base::Micros ingest_timeout = base::kHour;
  std::uint64_t max_json_rows = 1'000'000;
  std::uint64_t default_json_rows = 10'000;
  std::uint64_t max_json_bytes = 256ULL << 20;  // of a result that is held to be one JSON document
  std::uint64_t max_data_file = 512ULL << 20;   // of one that is adopted as it came: a larger one is cut
  std::size_t ranges_per_batch = 2;             // how many stretches of a large file are read at once
  std::uint64_t parallel_from_bytes = 32ULL << 20;
  std::uint64_t head_start_bytes = 64ULL << 20;    // of a body that still arrives, to write what is there
  std::int64_t max_queued_files = 100'000;         // of a workspace, that wait for their run
  std::uint64_t max_unfolded_bytes = 64ULL << 30;  // of a file
  std::uint64_t max_unfold_ratio = 200;
};

struct Parts {
  meta::MetaStore& meta;
  iceberg::MetadataCache& cache;
  engine::WorkerPool& engine;
  TableLocks& locks;
  FileUses& uses;
  auth::WorkspaceCounters& counters;
  Figures& figures;
  Layout layout;
  Limits limits;
  UpkeepOptions upkeep{};
  bool profiling = false;    // commits queue profiles
  Landed* landed = nullptr;  // rows that are acknowledged and not in their table yet; nullptr: there are none

  store::ObjectStore& store() const { return cache.store(); }

  // Waits, as long as a query may take, for rows of the table that are acknowledged and not committed yet.
  void settle(const base::WorkspaceId& workspace, std::string_view table) const {
    if (landed != nullptr) landed->settle(workspace, table, base::steady_micros() + limits.query_timeout);
  }
};

}  // namespace boathouse::core
