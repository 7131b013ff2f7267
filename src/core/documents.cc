// SPDX-License-Identifier: Apache-2.0
#include "core/documents.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/log.h"
#include "base/murmur3.h"
#include "base/names.h"
#include "batch/document_body.h"
#include "batch/json_text.h"
#include "core/document_columns.h"
#include "core/quarantine_schema.h"
#include "core/relation.h"
#include "core/small_result.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_string;

constexpr std::size_t kMostOfName = 128;

bool has_segments(const std::filesystem::path& folder) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".log") return true;
  }
  return false;
}

// Positions go on behind those that tables have, also where the log's folder is gone. A log that is there knows its own.
landing::Position released_before(const Parts& parts, const DocumentOptions& options) {
  if (has_segments(options.folder)) return 0;
  std::int64_t last = 0;
  for (const meta::LandingRow& row : parts.meta.catalog().landings(options.node)) last = std::max(last, row.position);
  return static_cast<landing::Position>(last);
}

// The SELECT over the files of the version that may hold the row with this id.
std::string rows_with(const Parts& parts, const TableState& state, const iceberg::Schema& schema,
                      std::string_view column, std::string_view id) {
  const iceberg::Field& field = *schema.find_any_case(std::string(column));
  iceberg::Condition condition{
      .field_id = field.id, .op = iceberg::Condition::Op::equal, .literals = {std::string(id)}};
  iceberg::Scan scan = iceberg::plan_scan(parts.cache, state.metadata, state.head(), {condition});
  if (scan.files.empty()) return {};
  std::string rows = rows_sql(parts.store(), scan, {.schema = schema, .by = columns_by(*state.metadata, schema)});
  return fmt::format("SELECT * FROM ({}) WHERE {} = {} LIMIT 1", rows, base::quote_identifier(column),
                     quote_string(id));
}

}  // namespace

std::uint16_t mark_of_documents(std::string_view table) {
  return static_cast<std::uint16_t>(base::murmur3(base::fold_case(table)));
}

std::string_view to_string(DocumentStage stage) {
  switch (stage) {
    case DocumentStage::received: return "received";
    case DocumentStage::committed: return "committed";
    case DocumentStage::quarantined: break;
  }
  return "quarantined";
}

Documents::Documents(const Parts& parts, Ingest& ingest, const DocumentOptions& options)
    : parts_(parts), most_lag_(options.rules.commit_every + base::kSecond / 2) {
  landing::LogSettings log;
  log.folder = options.folder;
  log.node = options.node;
  log.released = released_before(parts, options);
  log.max_kept_bytes = options.log_bytes;
  log_ = std::make_unique<landing::Log>(std::move(log));
  committer_ = std::make_unique<DocumentCommitter>(parts_, ingest, *log_, options.node, keys_, options.rules);
}

Documents::~Documents() = default;

void Documents::start() { committer_->start(); }

void Documents::stop(std::chrono::milliseconds patience) {
  try {
    settle_all(base::steady_micros() + patience.count() * base::kMillisecond);
  } catch (const Error& error) {
    base::log_warning("documents-left-in-log", {{"documents", backlog().documents}, {"why", error.message()}});
  }
  committer_->stop();
}

void Documents::check_table(std::string_view table) {
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  bool good = !table.empty() && table.size() <= kMostOfName && is_letter(table.front()) &&
              std::all_of(table.begin(), table.end(),
                          [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
  if (!good) {
    throw Error(
        ErrorKind::invalid_argument,
        "a table of documents has a name of 1 to 128 letters, digits, \"_\" and \"-\" that begins with a letter or "
        "\"_\"");
  }
  base::check_name(table);
}

std::string_view Documents::one(std::string_view body) {
  batch::check_one_document(body);
  return body;
}

std::vector<std::string_view> Documents::many(std::string_view body) {
  std::vector<std::string_view> documents = batch::split_documents(body, kMaxDocumentBytes);
  if (documents.size() > kMaxDocumentsInRequest) {
    throw Error(ErrorKind::too_large, fmt::format("the request has {} documents, and {} are the most: send it in parts",
                                                  documents.size(), kMaxDocumentsInRequest));
  }
  return documents;
}

void Documents::hold_to_limits(const DocumentPost& post, std::span<const std::string_view> documents) const {
  auth::WorkspaceLimits limits = auth::parse_limits(post.workspace.limits);
  if (limits.bytes || limits.tables) {
    std::int64_t bytes = 0;
    for (std::string_view document : documents) bytes += static_cast<std::int64_t>(document.size());
    meta::WorkspaceUsage usage = parts_.meta.catalog().usage(post.workspace.id);
    auth::check_bytes(limits, usage, bytes);
    if (!parts_.meta.catalog().find_table(post.workspace.id, post.table)) auth::check_tables(limits, usage, 1);
  }
  parts_.counters.take_rows(post.workspace.id, limits, static_cast<std::int64_t>(documents.size()),
                            base::steady_micros());
}

DocumentsToLand Documents::prepare(const DocumentPost& post, std::span<const std::string_view> documents,
                                   std::optional<std::vector<std::string>>& first) {
  if (post.has_limits()) hold_to_limits(post, documents);
  DocumentsToLand made;
  made.workspace_ = post.workspace.id;
  made.table_ = post.table;
  made.flight_ = flight_.begin();
  DocumentRecord record;
  record.head = {.received_at = base::now_micros(),
                 .workspace = post.workspace.id.value,
                 .table = post.table,
                 .principal = post.principal,
                 .request = post.request.value};
  const std::uint16_t mark = mark_of_documents(post.table);
  made.ids_.reserve(documents.size());
  record.documents.reserve(documents.size());
  for (std::string_view document : documents) {
    made.ids_.push_back(base::uuid_v7(mark));
    record.documents.push_back({.id = made.ids_.back(), .text = document});
  }
  if (post.idempotency) {
    check_idempotency_key(*post.idempotency);
    first = keys_.find_or_claim(*post.idempotency, made.ids_, made.claim_);
    if (!first) {
      // Whoever let the key go after its commit has put it there before.
      if (auto answer = first_answer(parts_, *post.idempotency)) first = ids_of_text(*answer);
    }
    if (first) return made;
    record.head.key_scope = post.idempotency->scope;
    record.head.key = post.idempotency->key;
    record.head.body_hash = post.idempotency->body_hash;
  }
  made.payload_ = encode(record);
  return made;
}

void Documents::land(DocumentsToLand documents, std::function<void(const Error* error)> done) {
  struct Landing {
    base::WorkspaceId workspace;
    std::string table;
    std::size_t count;
    DocumentKeys::Claim claim;
    DocumentsInFlight::Hold flight;
    std::function<void(const Error* error)> done;
  };
  auto landing = std::make_shared<Landing>(Landing{.workspace = std::move(documents.workspace_),
                                                   .table = std::move(documents.table_),
                                                   .count = documents.ids_.size(),
                                                   .claim = std::move(documents.claim_),
                                                   .flight = std::move(documents.flight_),
                                                   .done = std::move(done)});
  log_->append(std::move(documents.payload_), [this, landing](landing::Position position, const Error* error) {
    if (error == nullptr) {
      committer_->landed(landing->workspace, landing->table, position, landing->count);
      landing->flight = {};
      landing->claim.landed();
      parts_.figures.documents_received.add(landing->count);
    }
    landing->done(error);
  });
}

bool Documents::is_settled(const base::WorkspaceId& workspace, std::string_view table) {
  return committer_->is_settled(workspace, table);
}

void Documents::settle(const base::WorkspaceId& workspace, std::string_view table, base::Micros deadline) {
  committer_->settle(workspace, table, deadline);
}

void Documents::settle_all(base::Micros deadline) { committer_->settle_all(deadline); }

std::optional<FoundDocument> Documents::find(const meta::WorkspaceRow& workspace, std::string_view table,
                                             std::string_view id) const {
  if (!base::is_uuid(id)) return std::nullopt;
  std::string folded = base::fold_case(id);
  // It may be committed between two looks, so the first place is looked at again.
  for (int look = 0; look < 2; ++look) {
    if (auto document = committer_->find(workspace.id, table, folded)) {
      FoundDocument found;
      found.document = std::move(*document);
      found.received_at = base::uuid_v7_time(folded);
      return found;
    }
    const FileUses::Use use = parts_.uses.begin(workspace.id);
    auto state = find_state(parts_, workspace.id, table);
    if (!state) continue;
    if (auto found = find_row(workspace, *state, folded)) return found;
    if (auto found = find_quarantined(workspace, *state, folded)) return found;
  }
  return std::nullopt;
}

std::optional<FoundDocument> Documents::find_row(const meta::WorkspaceRow& workspace, const TableState& table,
                                                 std::string_view id) const {
  const iceberg::Schema& schema = table.schema();
  if (!holds_documents(schema)) return std::nullopt;
  std::string select = rows_with(parts_, table, schema, batch::kDocumentId, id);
  if (select.empty()) return std::nullopt;
  std::string line = small_result(parts_, workspace.id, std::move(select), engine::ResultFormat::ndjson);
  if (line.empty()) return std::nullopt;
  FoundDocument found;
  found.stage = DocumentStage::committed;
  found.version = table.version();
  found.document = batch::json_text_member(line, batch::kWholeDocument).value_or("");
  found.received_at = base::parse_rfc3339(batch::json_text_member(line, batch::kReceivedAt).value_or("")).value_or(0);
  const std::string whole = fmt::format("\"{}\"", batch::kWholeDocument);
  batch::JsonMembers members(line, 0);
  std::string_view name;
  std::string_view value;
  std::string row;
  while (members.next(name, value)) {
    if (name != whole) row += fmt::format("{}{}:{}", row.empty() ? "" : ",", name, value);
  }
  found.row = "{" + row + "}";
  return found;
}

std::optional<FoundDocument> Documents::find_quarantined(const meta::WorkspaceRow& workspace, const TableState& table,
                                                         std::string_view id) const {
  auto row = parts_.meta.catalog().find_quarantine(table.row.id);
  if (!row) return std::nullopt;
  TableState quarantine = state_of(parts_, std::move(*row));
  std::string select = rows_with(parts_, quarantine, quarantine_schema(), "id", id);
  if (select.empty()) return std::nullopt;
  std::string line = small_result(parts_, workspace.id, std::move(select), engine::ResultFormat::ndjson);
  if (line.empty()) return std::nullopt;
  FoundDocument found;
  found.stage = DocumentStage::quarantined;
  found.version = quarantine.version();
  found.received_at = base::uuid_v7_time(id);
  found.document = batch::json_text_member(line, "data").value_or("");
  found.reasons = batch::json_text_member(line, "reasons").value_or("");
  return found;
}

}  // namespace boathouse::core
