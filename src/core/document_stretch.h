// SPDX-License-Identifier: Apache-2.0
// A stretch of the landing log's documents of one table, flattened into a staged file, on its way into one commit. One
// thread at a time.
#pragma once

#include <memory>
#include <optional>

#include "base/file.h"
#include "core/document_record.h"
#include "core/ingest.h"
#include "landing/record.h"

namespace boathouse::core {

class DocumentStretch {
 public:
  // `staging` is the workspace's folder; `columns` are the table's, and those of stretches before this one.
  DocumentStretch(std::filesystem::path staging, std::vector<batch::FlatColumn> columns);

  // Takes all documents of a record, or none when it throws.
  void add(landing::Position position, const DocumentRecord& record);

  struct Staged {
    std::unique_ptr<base::TemporaryFolder> folder;
    std::filesystem::path file;
    batch::ScanSummary scan;
  };
  // The rows as a batch of its own, which may be thrown away: another can be made.
  Staged stage();

  // The document of that id, as it came.
  std::optional<std::string> find(std::string_view id);

  landing::Position first() const { return first_; }
  landing::Position last() const { return last_; }
  std::uint64_t records() const { return records_; }
  std::uint64_t documents() const { return rows_; }
  std::uint64_t bytes() const { return bytes_; }   // of the documents as they came
  base::Micros oldest() const { return oldest_; }  // when its first record was received
  const std::vector<batch::FlatColumn>& columns() const { return flattener_.columns(); }
  const std::vector<meta::IdempotencyRow>& answers() const { return answers_; }
  const std::string& principal() const { return principal_; }  // of all of them; empty: of several

 private:
  void flush();
  void close_block();

  const std::filesystem::path staging_;
  base::TemporaryFolder folder_;
  base::UniqueFd file_;
  batch::Flattener flattener_;
  std::string lines_;          // what is not in the file yet
  std::uint64_t in_file_ = 0;  // bytes
  std::vector<batch::Block> blocks_;
  batch::Block block_;  // the one being filled
  landing::Position first_ = 0;
  landing::Position last_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t bytes_ = 0;
  base::Micros oldest_ = 0;
  std::string principal_;
  std::vector<meta::IdempotencyRow> answers_;
};

}  // namespace boathouse::core
