// SPDX-License-Identifier: Apache-2.0
// What the stages of ingest.h hold inside. Only the ingest_*.cc files of core include this.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <unordered_set>

#include "base/file.h"
#include "base/sha256.h"
#include "base/write_behind.h"
#include "batch/parquet_footer.h"
#include "batch/scanner.h"
#include "batch/staged_spec.h"
#include "core/data_files.h"
#include "core/ingest.h"
#include "core/relation.h"
#include "core/table_state.h"
#include "iceberg/change.h"

namespace boathouse::core {

// Idempotency keys whose first request is still running in this process.
class Ingest::KeysInUse {
 public:
  class Hold {
   public:
    Hold(KeysInUse& keys, std::string name) : keys_(&keys), name_(std::move(name)) {}
    Hold(Hold&& other) noexcept : keys_(other.keys_), name_(std::move(other.name_)) { other.keys_ = nullptr; }
    Hold& operator=(Hold&& other) noexcept {
      std::swap(keys_, other.keys_);
      std::swap(name_, other.name_);
      return *this;
    }
    ~Hold();

   private:
    KeysInUse* keys_;
    std::string name_;
  };
  // Error{conflict, "idempotency-key-in-use"} when another request holds it.
  Hold hold(const IdempotencyKey& key);

 private:
  std::mutex mutex_;
  // Guarded by mutex_:
  std::unordered_set<std::string> names_;
};

// What was written before the whole body was there (ingest_head_start.h).
struct EarlyRows {
  std::vector<std::size_t> cuts;                // where the stretches that were handed out end, as counts of blocks
  std::map<std::string, engine::Rows> results;  // by statement; a statement that the final plan lacks is void
};

// A body at rest, and what is known of it.
struct StagedBody {
  IngestRequest request;
  base::BatchId batch;
  base::Micros started = 0;  // base::steady_micros()
  std::unique_ptr<base::TemporaryFolder> folder;
  std::filesystem::path file;  // in the folder
  FileUses::Use use;           // from the check on
  batch::ScanSummary scan;     // text formats
  EarlyRows early;
  std::optional<Ingest::KeysInUse::Hold> hold;
  std::optional<std::string> replayed_answer;
};

// What a data frame's rows are beside rows of their table.
struct FramePlan {
  FrameShape shape;
  std::optional<std::string> date;  // the column whose days partition the rows
  std::optional<std::string> id;    // the column whose ranges the files are
};

// How a staged body's rows become rows of the table. Made against one state of the table; another state needs another.
struct BatchPlan {
  std::optional<TableState> base;  // the request's branch; nullopt: the table is new with this batch
  meta::TableRow row;              // the table's, or that of the table to be made
  Contract rules;                  // the contract, or rules that allow everything, with all columns of the batch
  std::vector<std::string> key;    // of an upsert, by the columns' own spelling
  iceberg::Schema schema;          // of the branch once this batch is in it
  Shape shape = Shape::of_branch;
  iceberg::PartitionSpec spec;                       // as the table knows it or will
  std::optional<iceberg::PartitionTuple> partition;  // of every row, where that is known beforehand
  // Of a Parquet body whose values are all taken as they are, what its footer says (core/ingest_adopt.h).
  std::optional<batch::ParquetFacts> adoptable;
  std::vector<std::string> staged;      // SELECTs over the staged body: typed columns, _row, _ok; in order of rows
  std::vector<std::string> staged_raw;  // the same with _bad, _reasons and _data
  std::vector<CopySize> staged_sizes;   // of each of them
  std::int64_t rows_received = 0;
  std::set<std::string> retyped;    // columns that get another type, and with it another field id
  std::set<std::string> rewritten;  // those of them that have values: files of the table are written anew
  std::optional<FramePlan> frame;
};

class HeadStart;

struct Receiver::State {
  State();
  ~State();
  void start_early();

  const Parts* parts = nullptr;
  StagedBody body;
  base::UniqueFd fd;
  base::WriteBehind write_behind;
  std::unique_ptr<batch::Scanner> scanner;  // none for Parquet
  std::optional<base::Sha256> hash;         // where an idempotency key wants one
  std::optional<std::int64_t> max_rows;
  std::uint64_t bytes = 0;
  bool may_start_early = false;
  std::unique_ptr<HeadStart> head_start;  // after the body, whose folder it writes to; not there for small bodies
};
struct Received::State {
  StagedBody body;
};
struct Checked::State {
  StagedBody body;
  BatchPlan plan;
};
struct Written::State {
  StagedBody body;
  BatchPlan plan;
  Outcome outcome;                          // but for the version
  std::vector<iceberg::DataFile> data;      // at their final locations
  std::vector<iceberg::Rewrite> rewritten;  // of the version before, where a column got another type
  std::vector<iceberg::DataFile> rejected;  // of the quarantine, staged until the commit knows its folder
  std::vector<std::filesystem::path> rejected_paths;
  store::ObjectStore* store = nullptr;  // takes the data files away again when they are not committed
  bool committed = false;

  // Takes away what write_rows() made.
  void drop_files();
};

// The table on the request's branch, as it is now: without a head where the batch is to make the branch. nullopt where the
// batch is to make the table. Error{not_found} for what is not there and not to be made.
std::optional<TableState> target_of(const Parts& parts, const IngestRequest& request);

// A worker for the workspace's batches.
engine::Lease ingest_lease(const Parts& parts, const base::WorkspaceId& workspace, const std::stop_token& stop = {});
// The same for what goes on by itself: documents on their way into tables, maintenance.
engine::Lease background_lease(const Parts& parts, const base::WorkspaceId& workspace);

// Runs the plan: fills outcome, data and rejected.
void write_rows(const Parts& parts, Written::State& state);

// Makes the plan of a staged body against the table as it is now; reads the body through a worker where its columns or
// their types are not known. The caller holds no lease.
BatchPlan plan_batch(const Parts& parts, const StagedBody& body);

// The body's blocks from `first` on, cut into stretches of about the same size, by where each ends: counts of blocks.
std::vector<std::size_t> cut_blocks(const Limits& limits, const std::vector<batch::Block>& blocks, std::size_t first);

// The rows of the version that the plan was made against, written anew where the plan gives a column of theirs another
// type: moved into the table, not yet part of a version. Of a frame, Error{invalid_argument} where a value has no place in
// the new type (the plan of documents has looked for such values already). The caller holds no lease.
std::vector<iceberg::Rewrite> rewrite_retyped(const Parts& parts, const StagedBody& body, const BatchPlan& plan);

// All rows of the branch's head in these columns, as SQL; empty when there are none.
std::string rows_of(const Parts& parts, const TableState& base, const iceberg::Schema& schema);
// The rows of the table that the plan was made against which stay beside the batch's, as SQL; empty when none do.
std::string remaining_rows(const Parts& parts, const BatchPlan& plan, WriteMode mode);

// The contract's max_rows, else the request's.
std::optional<std::int64_t> most_rows(const IngestRequest& request, const std::optional<Contract>& contract);

// Error{too_large, "row-count"} past `max_rows` or below the request's min_rows, with both as detail.
void check_row_count(const IngestRequest& request, std::optional<std::int64_t> max_rows, std::int64_t rows);

}  // namespace boathouse::core
