// SPDX-License-Identifier: Apache-2.0
// The way of a batch: receive, check, write, commit. Each stage takes what the one before returned, so none can be
// skipped. Everything blocks (disk, engine): never call it on a network thread. An object belongs to one request; several
// requests may be on their way at once.
//
//   Receiver receiver = ingest.receive(request);      // bytes go to a staged file, scanned as they come
//   receiver.write(chunk) ...
//   Committed done = ingest.commit(ingest.write(ingest.check(receiver.finish())));
//
// Errors (base::Error): invalid_argument (bytes that cannot be parsed, with `line`, `column`, `byte`; a header or key that
// does not fit), not_found (a table or branch), too_large (a limit, `max_rows`), unprocessable (on_reject = fail: code "rows-rejected", the
// outcome's JSON as detail `outcome`; an idempotency key reused for another body), conflict (the same key is being used
// right now), storage_full, unavailable, and whatever the engine says. Nothing is visible before commit() returned.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "batch/flatten.h"
#include "batch/scanner.h"
#include "core/branch_columns.h"
#include "core/frame_shape.h"
#include "core/idempotency.h"
#include "core/parts.h"

namespace boathouse::core {

enum class WriteMode { append, replace, upsert };
std::string_view to_string(WriteMode mode);
// Error{invalid_argument} that lists the modes.
WriteMode parse_write_mode(std::string_view text);

enum class BodyFormat { csv, json, ndjson, parquet };

// Who sent a batch, through which door.
struct BatchOrigin {
  std::string door;       // "native", "dataapi"...
  std::string principal;  // user name
  base::RequestId request;
  std::string file_name;  // as sent, empty: none
};

struct RejectedRow {
  std::int64_t row = 0;        // data rows from 1
  boost::json::array reasons;  // {column, rule, value, message}
  boost::json::object data;    // column to raw text
};

// What became of a batch.
struct Outcome {
  base::RequestId request;
  base::BatchId batch;
  std::string table;                 // the table's own spelling
  std::vector<std::string> columns;  // of the table's rows as this batch gave them, in order
  base::SnapshotId version = 0;      // 0: nothing changed, and the table has no version yet
  std::int64_t rows_received = 0;
  std::int64_t rows_accepted = 0;
  std::int64_t rows_rejected = 0;
  std::vector<RejectedRow> rejected;  // the first `max_rejected_shown`
  struct File {
    std::string path;  // relative to the warehouse
    std::int64_t rows = 0;
  };
  std::vector<File> files;  // that its accepted rows went to
  base::Micros duration = 0;
};
// The answer of POST .../rows.
boost::json::object to_json(const Outcome& outcome);
// What a job that made it shows as its result: the same without rejected rows.
boost::json::object result_of(const Outcome& outcome);

// The rows are a data frame's (core/frame_shape.h): values come back as they came, text is never taken for a date, and a
// number column that gets fractions becomes DOUBLE. Where the table has a contract that decides about its columns instead.
struct FrameRequest {
  std::optional<ColumnsKeys> keys;        // nullopt: those that the frame has already
  std::optional<std::int64_t> most_rows;  // of a file
};

// The rows are documents out of the landing log, flattened (batch/flatten.h): NDJSON with the four columns that are the
// house's own. They are appended to main; the table's columns grow with them.
struct DocumentRows {
  std::vector<batch::FlatColumn> columns;         // of the rows' keys
  std::optional<meta::LandingAdvance> landing{};  // out of the log; nullopt: out of the quarantine, once more
  std::optional<std::int32_t> hour{};             // since 1970, in which all of them were received
  std::string refusal{};                          // set: all of them go into quarantine, for this reason
};

// A column of the house's own that says when a batch came: of every row that has no value of it.
struct Stamp {
  std::string column;
  base::Micros at = 0;
};

// What is decided about a batch once its columns are known.
struct FileRules {
  // nullopt: upsert where the table's contract has a key or the batch a column that is one by its name, else append. An
  // upsert that was asked for finds its key in the same places.
  std::optional<WriteMode> mode;
  std::vector<std::string> natural_keys;  // names, compared without case; the first that the batch has
  // Left out where the batch has the column itself, or the table's contract does not know it.
  std::optional<Stamp> stamp;
};

struct IngestRequest {
  BatchOrigin origin;
  meta::WorkspaceRow workspace;
  std::string table;
  WriteMode mode = WriteMode::append;
  std::vector<std::string> key;  // for upsert; empty: the contract's
  std::string branch = "main";   // Error{not_found} where the table has none of that name, unless
  bool make_branch = false;      // this batch makes it, beginning empty; a new table gets an empty version on main then
  // Where the table has no contract, a replace may give the branch the batch's own columns, whatever it had: those that do
  // not come leave it. So does the first batch of a branch, always.
  Shape columns = Shape::of_branch;
  // As a contract spells it, for a table without one: how this batch's files are partitioned. On main also what
  // comes after it. nullopt: as the table is, where the branch has the columns for it.
  std::optional<std::vector<std::string>> partition;
  // The version that the batch makes, if an empty one, gets the tag last_upload_tag(branch) in the same commit.
  bool tag_upload = false;
  BodyFormat format = BodyFormat::csv;
  enum class CsvHeader { present, absent, by_names } header = CsvHeader::present;
  bool fail_on_reject = false;
  bool table_must_exist = false;  // Error{not_found} instead of a new table
  std::optional<std::int64_t> min_rows;
  std::optional<std::int64_t> max_rows;  // for a table whose contract says none
  std::size_t max_rejected_shown = 100;
  // Rows of the table's quarantine that are tried again: row i of the body is what the row of the i-th id should be. The
  // accepted ones leave the quarantine in the same commit; the others stay there as they are.
  std::vector<std::string> resubmitted;
  std::optional<IdempotencyKey> idempotency;
  std::optional<FrameRequest> frame;
  std::optional<DocumentRows> documents;
  std::optional<Stamp> stamp;
  // The batch's id, where its sender may send it again: what is committed under it is not committed once more, and the
  // outcome of a second try is empty.
  std::optional<base::BatchId> batch;
  // What is kept for a repeated request: the answer as the door gives it. Empty: that of POST .../rows.
  std::function<boost::json::object(const Outcome&)> answer;
};

class Receiver;
class Received;
class Checked;
class Written;

// A committed batch, or the first answer to a request that was repeated.
struct Committed {
  Outcome outcome;
  std::optional<std::string> replayed_answer;  // JSON as it was first given; then `outcome` says nothing
};

class KeyIndexes;

class Ingest {
 public:
  explicit Ingest(const Parts& parts);
  // With other limits for indexes than usual.
  Ingest(const Parts& parts, std::unique_ptr<KeyIndexes> indexes);
  ~Ingest();

  // Looks at the request before a byte is read: names, mode, key columns against the contract.
  Receiver receive(IngestRequest request);
  // Rows that are at rest already and were scanned: `file` lies in `folder`, `scan` is what a scanner would tell of it.
  Received take(IngestRequest request, std::unique_ptr<base::TemporaryFolder> folder, std::filesystem::path file,
                batch::ScanSummary scan);
  // Settles mode, key and stamp of a request that leaves them open. Error{invalid_argument} for an upsert without any key.
  Received settle(Received received, const FileRules& rules);
  Checked check(Received received);
  Written write(Checked checked);
  Committed commit(Written written);

  class KeysInUse;

 private:
  friend class Receiver;
  const Parts& parts_;
  std::unique_ptr<KeysInUse> keys_in_use_;
  std::unique_ptr<KeyIndexes> key_indexes_;
};

// Spools a body. Move only; a receiver or any later stage that is let go removes what it staged.
class Receiver {
 public:
  Receiver(Receiver&&) noexcept;
  ~Receiver();
  void write(std::string_view bytes);
  Received finish();

 private:
  friend class Ingest;
  struct State;
  explicit Receiver(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A staged body whose bytes could all be parsed.
class Received {
 public:
  Received(Received&&) noexcept;
  ~Received();
  std::int64_t rows() const;
  const IngestRequest& request() const;

 private:
  friend class Ingest;
  friend class Receiver;
  struct State;
  explicit Received(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A staged body with the columns it has, and the statements that split its rows into accepted and rejected ones.
class Checked {
 public:
  Checked(Checked&&) noexcept;
  ~Checked();

  struct State;

 private:
  friend class Ingest;
  explicit Checked(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Accepted rows in Parquet files of the table, rejected ones in a file of its quarantine: both not yet part of a version.
class Written {
 public:
  Written(Written&&) noexcept;
  ~Written();

  struct State;

 private:
  friend class Ingest;
  explicit Written(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace boathouse::core
