// SPDX-License-Identifier: Apache-2.0
// Receive: bytes into a staged file, scanned and hashed on their way.
#include <boost/json/serialize.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/ingest_head_start.h"
#include "core/key_indexes.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

std::string key_name(const IdempotencyKey& key) { return key.scope + '\n' + key.key; }

batch::Format scan_format(BodyFormat format) {
  switch (format) {
    case BodyFormat::json: return batch::Format::json;
    case BodyFormat::ndjson: return batch::Format::ndjson;
    case BodyFormat::csv:
    case BodyFormat::parquet: break;
  }
  return batch::Format::csv;
}

batch::Header scan_header(IngestRequest::CsvHeader header) {
  switch (header) {
    case IngestRequest::CsvHeader::present: return batch::Header::present;
    case IngestRequest::CsvHeader::absent: return batch::Header::absent;
    case IngestRequest::CsvHeader::by_names: return batch::Header::by_names;
  }
  return batch::Header::present;
}

void check_request(const IngestRequest& request, const std::optional<TableState>& state) {
  if (!request.key.empty() && request.mode != WriteMode::upsert) {
    throw Error(ErrorKind::invalid_argument, "key is for mode=upsert only");
  }
  bool has_key = !request.key.empty() || (state && state->contract && !state->contract->key.empty());
  if (request.mode == WriteMode::upsert && !has_key) {
    throw Error(ErrorKind::invalid_argument, "mode=upsert needs a key: give key=COLUMN or a contract with a key");
  }
  if (request.idempotency) check_idempotency_key(*request.idempotency);
}

}  // namespace

std::optional<TableState> target_of(const Parts& parts, const IngestRequest& request) {
  auto state = find_state(parts, request.workspace.id, request.table);
  if (state && !state->row.quarantine_of.empty()) throw_no_table(request.table);
  if (state) {
    if (!request.make_branch) return on_branch(std::move(*state), request.branch);
    state->branch = request.branch;
    return state;
  }
  if (request.table_must_exist) throw_no_table(request.table);
  if (request.branch != iceberg::kMainBranch && !request.make_branch) {
    throw Error(
        ErrorKind::not_found,
        fmt::format("there is no table \"{}\" in this workspace, so no branch \"{}\" of it: a table begins on main",
                    request.table, request.branch));
  }
  return std::nullopt;
}

std::string_view to_string(WriteMode mode) {
  switch (mode) {
    case WriteMode::append: return "append";
    case WriteMode::replace: return "replace";
    case WriteMode::upsert: return "upsert";
  }
  return "append";
}

WriteMode parse_write_mode(std::string_view text) {
  for (WriteMode mode : {WriteMode::append, WriteMode::replace, WriteMode::upsert}) {
    if (text == to_string(mode)) return mode;
  }
  throw Error(ErrorKind::invalid_argument, "mode is append, replace or upsert");
}

Ingest::KeysInUse::Hold Ingest::KeysInUse::hold(const IdempotencyKey& key) {
  std::string name = key_name(key);
  std::lock_guard lock(mutex_);
  if (!names_.insert(name).second) {
    throw_key_in_use();
  }
  return Hold(*this, std::move(name));
}

Ingest::KeysInUse::Hold::~Hold() {
  if (keys_ == nullptr) return;
  std::lock_guard lock(keys_->mutex_);
  keys_->names_.erase(name_);
}

std::optional<std::int64_t> most_rows(const IngestRequest& request, const std::optional<Contract>& contract) {
  return contract && contract->max_rows ? contract->max_rows : request.max_rows;
}

void check_row_count(const IngestRequest& request, std::optional<std::int64_t> max_rows, std::int64_t rows) {
  std::int64_t least = request.min_rows.value_or(0);
  if (rows >= least && (!max_rows || rows <= *max_rows)) return;
  std::string wanted =
      max_rows ? fmt::format("between {} and {}", least, *max_rows) : fmt::format("at least {}", least);
  throw Error(ErrorKind::too_large, fmt::format("the number of rows should be {}", wanted))
      .code("row-count")
      .with("min_rows", least)
      .with("max_rows", max_rows ? boost::json::value(*max_rows) : boost::json::value(nullptr));
}

Ingest::Ingest(const Parts& parts) : Ingest(parts, std::make_unique<KeyIndexes>()) {}
Ingest::Ingest(const Parts& parts, std::unique_ptr<KeyIndexes> indexes)
    : parts_(parts), keys_in_use_(std::make_unique<KeysInUse>()), key_indexes_(std::move(indexes)) {}
Ingest::~Ingest() = default;

Receiver Ingest::receive(IngestRequest request) {
  base::Micros started = base::steady_micros();
  base::check_name(request.table);
  if (request.mode == WriteMode::replace) parts_.settle(request.workspace.id, request.table);
  auto table = target_of(parts_, request);
  check_request(request, table);

  auto state = std::make_unique<Receiver::State>();
  state->parts = &parts_;
  state->max_rows = request.max_rows;
  if (table && table->contract && table->contract->max_rows) state->max_rows = table->contract->max_rows;
  if (request.format != BodyFormat::parquet) {
    batch::ScanOptions options{.format = scan_format(request.format),
                               .header = scan_header(request.header),
                               .column_names = column_names(table),
                               .max_record_bytes = parts_.limits.max_line_bytes,
                               .max_columns = parts_.limits.max_columns};
    state->scanner = batch::make_scanner(std::move(options));
  }
  StagedBody& body = state->body;
  body.started = started;
  body.batch = base::BatchId(base::uuid_v7());
  if (request.idempotency) {
    body.hold.emplace(keys_in_use_->hold(*request.idempotency));
    if (request.idempotency->body_hash.empty()) state->hash.emplace();
  }
  body.folder = std::make_unique<base::TemporaryFolder>(parts_.layout.staging_of(request.workspace.id));
  body.file = body.folder->path() / "body";
  state->may_start_early = HeadStart::suits(request, table);
  body.request = std::move(request);
  state->fd = base::create_file(body.file);
  return Receiver(std::move(state));
}

Received Ingest::take(IngestRequest request, std::unique_ptr<base::TemporaryFolder> folder, std::filesystem::path file,
                      batch::ScanSummary scan) {
  auto received = std::make_unique<Received::State>();
  StagedBody& body = received->body;
  body.started = base::steady_micros();
  body.batch = request.batch.value_or(base::BatchId(base::uuid_v7()));
  body.folder = std::move(folder);
  body.file = std::move(file);
  body.scan = std::move(scan);
  body.request = std::move(request);
  return Received(std::move(received));
}

// A large body's first rows need not wait for its last ones.
void Receiver::State::start_early() {
  if (!may_start_early || bytes < parts->limits.head_start_bytes) return;
  if (!head_start) head_start = std::make_unique<HeadStart>(*parts, body);
  if (bytes >= head_start->wanted_bytes()) head_start->reached(scanner->so_far());
}

void Receiver::write(std::string_view bytes) {
  if (state_->hash) state_->hash->update(bytes);
  state_->bytes += bytes.size();
  state_->parts->figures.bytes_received.add(bytes.size());
  base::write_all(state_->fd.get(), bytes);
  if (!state_->scanner) {
    // A Parquet body may become a data file as it is.
    state_->write_behind.wrote(state_->fd.get(), state_->bytes);
    return;
  }
  state_->scanner->feed(bytes);
  state_->start_early();
  if (state_->max_rows && static_cast<std::int64_t>(state_->scanner->rows()) > *state_->max_rows) {
    check_row_count(state_->body.request, state_->max_rows, static_cast<std::int64_t>(state_->scanner->rows()));
  }
}

Received Receiver::finish() {
  StagedBody& body = state_->body;
  state_->fd.reset();
  if (body.request.idempotency) {
    if (state_->hash) body.request.idempotency->body_hash = base::to_hex(state_->hash->finish());
    body.replayed_answer = first_answer(*state_->parts, *body.request.idempotency);
  }
  if (state_->scanner && !body.replayed_answer) {
    try {
      body.scan = state_->scanner->finish();
    } catch (const Error& error) {
      // A door with a least number of rows has its own words for an empty body.
      if (error.code() == batch::kEmptyBody) check_row_count(body.request, state_->max_rows, 0);
      throw;
    }
    check_row_count(body.request, state_->max_rows, static_cast<std::int64_t>(body.scan.rows));
  }
  if (state_->head_start && !body.replayed_answer) body.early = state_->head_start->finish();
  auto received = std::make_unique<Received::State>();
  received->body = std::move(body);
  return Received(std::move(received));
}

std::int64_t Received::rows() const { return static_cast<std::int64_t>(state_->body.scan.rows); }
const IngestRequest& Received::request() const { return state_->body.request; }

boost::json::object to_json(const Outcome& outcome) {
  boost::json::array rejected;
  for (const RejectedRow& row : outcome.rejected) {
    rejected.push_back({{"row", row.row}, {"reasons", row.reasons}, {"data", row.data}});
  }
  return {{"request_id", outcome.request.value},
          {"table", outcome.table},
          {"version",
           outcome.version == 0 ? boost::json::value(nullptr) : boost::json::value(std::to_string(outcome.version))},
          {"rows_received", outcome.rows_received},
          {"rows_accepted", outcome.rows_accepted},
          {"rows_rejected", outcome.rows_rejected},
          {"rejected", std::move(rejected)},
          {"duration_ms", (outcome.duration + base::kMillisecond / 2) / base::kMillisecond}};
}

boost::json::object result_of(const Outcome& outcome) {
  boost::json::object result = to_json(outcome);
  result.erase("rejected");
  return result;
}

Receiver::State::State() = default;
Receiver::State::~State() = default;
Receiver::Receiver(std::unique_ptr<State> state) : state_(std::move(state)) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;
Received::Received(std::unique_ptr<State> state) : state_(std::move(state)) {}
Received::Received(Received&&) noexcept = default;
Received::~Received() = default;
Checked::Checked(std::unique_ptr<State> state) : state_(std::move(state)) {}
Checked::Checked(Checked&&) noexcept = default;
Checked::~Checked() = default;
Written::Written(std::unique_ptr<State> state) : state_(std::move(state)) {}
Written::Written(Written&&) noexcept = default;

}  // namespace boathouse::core
