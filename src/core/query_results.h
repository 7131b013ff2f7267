// SPDX-License-Identifier: Apache-2.0
// Results of queries kept on disk for a while, one folder each:
//
//     <root>/<workspace id>/<job id>/rows    the rows as JSON arrays, a line feed after each
//                                    rows.parquet   the same rows, unless Parquet cannot hold them
//                                    index   where row 0, 1024, 2048.. begin in `rows`: 8 bytes each, little endian
//                                    about   JSON: columns, counts, when it was made, which workspaces it tells of
//
// A folder gets its name when it is whole, so there is no half of a result. Any thread; calls block on the disk and throw
// base::system_error() (storage_full when the disk is full).
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/file.h"
#include "core/progress.h"
#include "engine/pool.h"

namespace boathouse::core {

struct ResultAbout {
  std::vector<engine::Column> columns{};
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  bool truncated = false;  // the statement had more rows than its request wanted
  base::Micros duration = 0;
  base::Micros made_at = 0;
  std::vector<base::WorkspaceId> workspaces{};  // whose tables were read
  std::string no_parquet{};                     // why there is no Parquet file; empty: there is one
};

// Rows that follow each other: the bytes from `begin` to `end` of the file. Stays readable when the result is removed.
struct ResultRows {
  base::UniqueFd file{};
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t count = 0;
};

class KeptResult {
 public:
  KeptResult(std::filesystem::path folder, ResultAbout about) : folder_(std::move(folder)), about_(std::move(about)) {}

  const ResultAbout& about() const { return about_; }
  // At most `count` rows from row `first` (0 or more, at most about().rows) on. Reads no more than it must to find them.
  ResultRows rows(std::uint64_t first, std::uint64_t count) const;
  // All rows as one Parquet file. Error{invalid_argument} that says why there is none.
  std::filesystem::path parquet() const;

 private:
  std::uint64_t offset_of(const base::UniqueFd& rows, std::uint64_t row) const;

  const std::filesystem::path folder_;
  const ResultAbout about_;
};

// Takes a result in engine::ResultFormat::kept. One thread. What is not finished is removed with this.
class ResultWriter : public engine::ResultConsumer {
 public:
  // `folder` is where the result will lie, its parent exists.
  ResultWriter(std::filesystem::path folder, Progress& progress);

  void on_columns(const std::vector<engine::Column>& columns) override { about_.columns = columns; }
  void on_bytes(std::string_view bytes) override;
  void on_file(std::string_view bytes) override;
  // Durable and to be found once this returns.
  ResultAbout finish(const engine::QueryResult& result, base::Micros duration,
                     std::vector<base::WorkspaceId> workspaces);

 private:
  const std::filesystem::path folder_;
  Progress& progress_;
  base::TemporaryFolder unfinished_;
  base::UniqueFd file_;
  base::UniqueFd parquet_;  // from its first bytes on
  ResultAbout about_;
  std::string index_;
};

class QueryResults {
 public:
  // Makes `root` and removes what an earlier process did not finish.
  explicit QueryResults(std::filesystem::path root);

  ResultWriter write(const base::WorkspaceId& workspace, const base::JobId& job, Progress& progress) const;
  std::optional<KeptResult> find(const base::WorkspaceId& workspace, const base::JobId& job) const;
  void remove(const base::WorkspaceId& workspace, const base::JobId& job) const;
  // What the results of a workspace take.
  std::uint64_t bytes_of(const base::WorkspaceId& workspace) const;
  // Removes what was made before that time; tells how many.
  std::int64_t remove_older(base::Micros made_before) const;

 private:
  std::filesystem::path folder_of(const base::WorkspaceId& workspace, const base::JobId& job) const;

  const std::filesystem::path root_;
};

}  // namespace boathouse::core
