// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"
#include "base/names.h"
#include "core/doctor_checks.h"
#include "engine/pool.h"

namespace boathouse::core {

void read_data_files(Examination& examination, const std::vector<DataFileToRead>& files) {
  namespace fs = std::filesystem;
  base::TemporaryFolder spill(fs::temp_directory_path(), "boathouse-doctor-");
  engine::WorkerPool pool(
      {.worker_executable = examination.request.worker, .spill_root = spill.path(), .max_workers = 1});
  const base::WorkspaceId nobody("doctor");
  const engine::Confinement confinement{.kind = engine::WorkerKind::ingest,
                                        .workspaces = {nobody},
                                        .readable = {fs::canonical(examination.request.warehouse)},
                                        .writable = {}};
  std::int64_t done = 0;
  for (const DataFileToRead& file : files) {
    examination.progress.check();
    examination.progress.advance(done++, static_cast<std::int64_t>(files.size()), "files");
    auto wrong = [&](const std::string& what) {
      examination.add(Severity::error, "checksums", fmt::format("{}: {}", file.table, what), file.path.string(),
                      "restore the table from a backup, or roll it back to a version that is whole");
    };
    try {
      // The hash makes the engine read every value of every column.
      const std::string sql =
          fmt::format("SELECT count(*), bit_xor(hash(t)) FROM read_parquet({}, hive_partitioning = false) AS t",
                      base::quote_string(file.path.string()));
      engine::Lease lease = pool.acquire(confinement, nobody, engine::kNoDeadline, examination.progress.stop_token());
      const std::int64_t rows = lease.execute({sql}).at(0).rows.at(0).at(0).to_number<std::int64_t>();
      if (rows != file.rows) wrong(fmt::format("a file has {} rows instead of {}", rows, file.rows));
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::cancelled) throw;
      wrong("a file cannot be read: " + error.message());
    }
  }
}

}  // namespace boathouse::core
