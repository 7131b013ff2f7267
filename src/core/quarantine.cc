// SPDX-License-Identifier: Apache-2.0
#include "core/quarantine.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <unordered_map>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "batch/document_body.h"
#include "core/document_columns.h"
#include "core/document_stretch.h"
#include "core/quarantine_rows.h"
#include "core/small_result.h"
#include "core/table_reference.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using base::quote_string;

// The key under which a row lies whose fields could not be told apart.
constexpr std::string_view kRawLine = "_raw";
constexpr std::size_t kMaxShown = 100;

json::array select(const Parts& parts, const meta::WorkspaceRow& workspace, std::string sql) {
  std::string rows = small_result(parts, workspace.id, std::move(sql), engine::ResultFormat::json_rows);
  return json::parse("[" + rows + "]").as_array();
}

// A table that may have a quarantine: not a quarantine itself.
TableState table_of(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view name) {
  TableState state = require_state(parts, workspace.id, name);
  if (!state.row.quarantine_of.empty()) throw_no_table(name);
  return state;
}

std::string relation_of(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view table) {
  return relation_for(parts, workspace, table_of(parts, workspace, table).row.name + "$quarantine");
}

std::string_view json_text(const json::value& text) {
  return text.is_string() ? std::string_view(text.as_string()) : std::string_view("null");
}

// A page ends at a row, so that rows that come meanwhile move nothing.
struct Place {
  std::int64_t at = 0;  // microseconds
  std::string batch;
  std::int64_t row = 0;
};

std::string token_of(const Place& place) {
  return base::to_base64url(json::serialize(json::array{place.at, place.batch, place.row}));
}

Place parse_token(const std::string& token) {
  auto text = base::from_base64url(token);
  boost::system::error_code wrong;
  json::value value = text ? json::parse(*text, wrong) : json::value(nullptr);
  if (wrong || !value.is_array() || value.as_array().size() != 3 || !value.at(0).is_int64() ||
      !value.at(1).is_string() || !value.at(2).is_int64()) {
    throw Error(ErrorKind::invalid_argument, "page_token is not one that this list gave")
        .with("parameter", "page_token");
  }
  return {value.at(0).as_int64(), std::string(value.at(1).as_string()), value.at(2).as_int64()};
}

std::string condition(const QuarantineFilter& filter, const Page& page) {
  std::string text = "TRUE";
  if (filter.request) text += " AND request_id = " + quote_string(*filter.request);
  if (filter.batch) text += " AND batch_id = " + quote_string(*filter.batch);
  if (!page.token.empty()) {
    Place after = parse_token(page.token);
    std::string at = fmt::format("make_timestamptz({})", after.at);
    text += fmt::format(" AND (\"at\" < {0} OR (\"at\" = {0} AND (batch_id, \"row\") > ({1}, {2})))", at,
                        quote_string(after.batch), after.row);
  }
  return text;
}

// One value as a field of CSV. Only a missing one goes without quotes, so that an empty text stays one.
void append_field(std::string& csv, const json::value& value) {
  if (value.is_null()) return;
  std::string text;
  if (value.is_string()) {
    text = std::string(value.as_string());
  } else if (value.is_double()) {
    text = fmt::format("{}", value.as_double());
  } else {
    text = json::serialize(value);
  }
  csv.push_back('"');
  for (char c : text) {
    if (c == '"') csv.push_back('"');
    csv.push_back(c);
  }
  csv.push_back('"');
}

// The rows as CSV with all columns that any of them has.
std::string to_csv(const std::vector<json::object>& rows) {
  std::vector<std::string> columns;
  std::unordered_map<std::string_view, std::size_t> known;
  for (const json::object& row : rows) {
    for (const auto& cell : row) {
      if (known.emplace(cell.key(), columns.size()).second) columns.emplace_back(cell.key());
    }
  }
  std::string csv;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) csv.push_back(',');
    append_field(csv, json::value(json::string(columns[i])));
  }
  csv.push_back('\n');
  for (const json::object& row : rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) csv.push_back(',');
      const json::value* value = row.if_contains(columns[i]);
      // A row that is one missing value would be a blank line, which is no row.
      bool would_vanish = columns.size() == 1 && (value == nullptr || value->is_null());
      append_field(csv, would_vanish ? json::value("") : value == nullptr ? json::value(nullptr) : *value);
    }
    csv.push_back('\n');
  }
  return csv;
}

void check_corrections(const std::vector<Correction>& corrections) {
  if (corrections.empty() || corrections.size() > kMaxResubmitted) {
    throw Error(ErrorKind::invalid_argument, fmt::format("resubmit 1 to {} rows at once", kMaxResubmitted))
        .with("field", "rows");
  }
  std::unordered_map<std::string_view, int> seen;
  for (const Correction& correction : corrections) {
    if (!seen.emplace(correction.id, 0).second) {
      throw Error(ErrorKind::invalid_argument, fmt::format("the row \"{}\" comes twice", correction.id))
          .with("field", "rows");
    }
  }
}

struct Quarantined {
  std::string batch;
  std::string text;  // of a JSON object
};

// The rows of these ids. Error{not_found} that lists the ids without one.
std::unordered_map<std::string, Quarantined> find_rows(const Parts& parts, const meta::WorkspaceRow& workspace,
                                                       const std::string& table, const std::vector<std::string>& ids) {
  const FileUses::Use use = parts.uses.begin(workspace.id);
  json::array cells = select(parts, workspace,
                             fmt::format("SELECT id, batch_id, data FROM ({}) WHERE {}",
                                         relation_of(parts, workspace, table), id_is_one_of(ids)));
  std::unordered_map<std::string, Quarantined> found;
  for (const json::value& row : cells) {
    found.emplace(std::string(row.at(0).as_string()),
                  Quarantined{std::string(row.at(1).as_string()), std::string(row.at(2).as_string())});
  }
  json::array missing;
  for (const std::string& id : ids) {
    if (!found.contains(id)) missing.emplace_back(id);
  }
  if (!missing.empty()) {
    std::string message = fmt::format("{} of these rows are not in the quarantine", missing.size());
    throw Error(ErrorKind::not_found, std::move(message)).with("ids", std::move(missing));
  }
  return found;
}

// How the batches of these rows were to be written.
struct Origin {
  std::set<std::string> branches;
  bool upserted = false;
  std::set<bool> documents;  // whether they came as documents, of each
};

Origin origin_of(const Parts& parts, const std::unordered_map<std::string, Quarantined>& rows) {
  Origin origin;
  std::set<std::string_view> seen;
  for (const auto& [id, row] : rows) {
    if (!seen.insert(row.batch).second) continue;
    auto batch = parts.meta.catalog().find_batch(base::BatchId(row.batch));
    if (!batch) continue;
    origin.branches.insert(batch->branch);
    origin.documents.insert(batch->door == kDocumentsDoor);
    origin.upserted = origin.upserted || batch->mode == to_string(WriteMode::upsert);
  }
  return origin;
}

// As their batches were written, as far as the table still allows it.
WriteMode usual_mode(const TableState& table, const Origin& origin) {
  bool has_key = table.contract && !table.contract->key.empty();
  return has_key && origin.upserted ? WriteMode::upsert : WriteMode::append;
}

std::string one_branch(const Origin& origin) {
  if (origin.branches.empty()) return std::string(iceberg::kMainBranch);
  if (origin.branches.size() == 1) return *origin.branches.begin();
  throw Error(ErrorKind::invalid_argument,
              fmt::format("these rows were sent to different branches ({}): resubmit those of one branch at a time",
                          fmt::join(origin.branches, ", ")))
      .with("field", "rows");
}

Committed shortened(Committed done) {
  if (done.outcome.rejected.size() > kMaxShown) done.outcome.rejected.resize(kMaxShown);
  return done;
}

// The corrected documents as they would have come out of the log, under the ids that they have.
Committed resubmit_documents(Ingest& ingest, const Parts& parts, IngestRequest request, const TableState& table,
                             const std::vector<Correction>& corrections,
                             const std::unordered_map<std::string, Quarantined>& rows) {
  DocumentStretch stretch(parts.layout.staging_of(request.workspace.id), columns_of_documents(table));
  landing::Position place = 0;
  for (const Correction& correction : corrections) {
    std::string text = correction.data ? json::serialize(*correction.data) : rows.at(correction.id).text;
    batch::check_one_document(text);
    stretch.add(++place, {.head = {.received_at = base::uuid_v7_time(correction.id),
                                   .workspace = request.workspace.id.value,
                                   .table = request.table,
                                   .principal = request.origin.principal,
                                   .request = request.origin.request.value},
                          .documents = {{.id = correction.id, .text = text}}});
  }
  DocumentStretch::Staged staged = stretch.stage();
  request.mode = WriteMode::append;
  request.format = BodyFormat::ndjson;
  request.documents = DocumentRows{.columns = stretch.columns()};
  request.max_rejected_shown = corrections.size();
  Received received =
      ingest.take(std::move(request), std::move(staged.folder), std::move(staged.file), std::move(staged.scan));
  return ingest.commit(ingest.write(ingest.check(std::move(received))));
}

}  // namespace

std::string Quarantine::list(const meta::WorkspaceRow& workspace, std::string_view table,
                             const QuarantineFilter& filter, const Page& page) const {
  parts_.settle(workspace.id, table);
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  json::array found = select(
      parts_, workspace,
      fmt::format("SELECT id, batch_id, request_id, \"row\", data, reasons, CAST(epoch_us(\"at\") AS BIGINT), file "
                  "FROM ({}) WHERE {} ORDER BY \"at\" DESC, batch_id, \"row\" LIMIT {}",
                  relation_of(parts_, workspace, table), condition(filter, page), page.limit + 1));
  std::string listed;
  Place last;
  for (std::size_t i = 0; i < std::min(found.size(), page.limit); ++i) {
    const json::array& cells = found[i].as_array();
    // Microseconds are below 2^53, so a number, for the next two centuries.
    last = {cells.at(6).to_number<std::int64_t>(), std::string(cells.at(1).as_string()),
            cells.at(3).to_number<std::int64_t>()};
    // Data and reasons are JSON as it is: no number in a document loses a digit on its way.
    listed += fmt::format(R"({}{{"id":{},"batch_id":{},"request_id":{},"row":{},"data":{},"reasons":{},"at":"{}")",
                          i == 0 ? "" : ",", json::serialize(cells.at(0)), json::serialize(cells.at(1)),
                          json::serialize(cells.at(2)), json::serialize(cells.at(3)), json_text(cells.at(4)),
                          json_text(cells.at(5)), base::to_rfc3339(last.at));
    if (cells.at(7).is_string()) listed += ",\"file\":" + json::serialize(cells.at(7));
    listed += '}';
  }
  std::string more = found.size() > page.limit ? fmt::format(R"(,"next_page_token":"{}")", token_of(last)) : "";
  return fmt::format(R"({{"rows":[{}]{}}})", listed, more);
}

json::object Quarantine::reasons(const meta::WorkspaceRow& workspace, std::string_view table) const {
  parts_.settle(workspace.id, table);
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  // A row counts once for a column and rule, however often it broke it.
  json::array found =
      select(parts_, workspace,
             fmt::format("WITH q AS ({}), r AS (SELECT DISTINCT id, x->>'$.column' AS col, x->>'$.rule' AS rule FROM "
                         "(SELECT id, unnest(from_json(reasons, '[\"JSON\"]')) AS x FROM q)) "
                         "SELECT NULL, NULL, count(*) AS n FROM q UNION ALL "
                         "(SELECT col, rule, count(*) AS n FROM r GROUP BY col, rule ORDER BY n DESC, col, rule)",
                         relation_of(parts_, workspace, table)));
  json::object answer{{"rows", found.at(0).at(2)}};
  json::array reasons;
  for (std::size_t i = 1; i < found.size(); ++i) {
    const json::array& cells = found[i].as_array();
    reasons.push_back({{"column", cells.at(0)}, {"rule", cells.at(1)}, {"rows", cells.at(2)}});
  }
  answer["reasons"] = std::move(reasons);
  return answer;
}

Committed Quarantine::resubmit(IngestRequest request, std::optional<WriteMode> mode,
                               std::vector<Correction> corrections) const {
  check_corrections(corrections);
  if (request.idempotency) {
    if (auto answer = first_answer(parts_, *request.idempotency)) {
      return {.outcome = {}, .replayed_answer = std::move(answer)};
    }
  }
  parts_.settle(request.workspace.id, request.table);
  TableState state = table_of(parts_, request.workspace, request.table);
  for (const Correction& correction : corrections) request.resubmitted.push_back(correction.id);
  auto rows = find_rows(parts_, request.workspace, request.table, request.resubmitted);

  const Origin origin = origin_of(parts_, rows);
  request.branch = one_branch(origin);
  state = on_branch(std::move(state), request.branch);

  if (origin.documents.contains(true)) {
    if (origin.documents.size() > 1) {
      throw Error(ErrorKind::invalid_argument, "some of these rows came as documents: resubmit those apart")
          .with("field", "rows");
    }
    return shortened(resubmit_documents(ingest_, parts_, std::move(request), state, corrections, rows));
  }
  std::vector<json::object> tried;
  for (Correction& correction : corrections) {
    tried.push_back(correction.data ? std::move(*correction.data)
                                    : json::parse(rows.at(correction.id).text).as_object());
    if (tried.back().contains(kRawLine) && state.schema().find_any_case(kRawLine) == nullptr) {
      throw Error(
          ErrorKind::invalid_argument,
          fmt::format("the fields of row \"{}\" could not be told apart: give its columns in data", correction.id))
          .with("field", "rows");
    }
  }
  request.mode = mode.value_or(usual_mode(state, origin));
  request.format = BodyFormat::csv;
  request.header = IngestRequest::CsvHeader::present;
  request.table_must_exist = true;
  request.max_rejected_shown = request.resubmitted.size();
  Receiver receiver = ingest_.receive(std::move(request));
  receiver.write(to_csv(tried));
  return shortened(ingest_.commit(ingest_.write(ingest_.check(receiver.finish()))));
}

RowsDeleted Quarantine::remove(const meta::WorkspaceRow& workspace, std::string_view table,
                               const std::optional<std::vector<std::string>>& ids, const Actor& actor,
                               const std::optional<IdempotencyKey>& idempotency) const {
  parts_.settle(workspace.id, table);
  const FileUses::Use use = parts_.uses.begin(workspace.id);
  TableLocks::Guard lock = parts_.locks.lock(workspace.id, table);
  TableState owner = table_of(parts_, workspace, table);
  const Repeatable repeatable{.key = idempotency, .answer = removed_json};
  if (!parts_.meta.catalog().find_quarantine(owner.row.id) || (ids && ids->empty())) {
    return delete_no_rows(parts_, owner, actor, repeatable);
  }
  auto current = [&] { return quarantine_state(parts_, owner.row); };
  RowsDeleted deleted =
      delete_rows_where(parts_, current, ids ? std::optional(id_is_one_of(*ids)) : std::nullopt, actor, repeatable);
  parts_.figures.rows_discarded.add(static_cast<std::uint64_t>(deleted.rows));
  return deleted;
}

json::object Quarantine::removed_json(const RowsDeleted& removed) { return {{"rows_deleted", removed.rows}}; }

}  // namespace boathouse::core
