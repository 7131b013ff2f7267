// SPDX-License-Identifier: Apache-2.0
// Settle: of a body whose columns are known now, what is done with its rows.
#include "base/encoding.h"
#include "base/error.h"
#include "core/ingest_plan.h"

namespace boathouse::core {
namespace {

const std::string* find_name(const std::vector<std::string>& names, std::string_view wanted) {
  for (const std::string& name : names) {
    if (base::fold_case(name) == base::fold_case(wanted)) return &name;
  }
  return nullptr;
}

// Whether rows of the table have that column, or may get it.
bool takes(const std::optional<TableState>& table, std::string_view column) {
  if (!table || !table->contract) return true;
  return table->contract->find(column) != nullptr || table->contract->unknown_columns == UnknownColumns::add;
}

// Fills the request's key where nothing says one yet; false where there is none.
bool find_key(const FileRules& rules, const std::vector<std::string>& columns, const std::optional<TableState>& table,
              IngestRequest& request) {
  if (!request.key.empty() || (table && table->contract && !table->contract->key.empty())) return true;
  for (const std::string& natural : rules.natural_keys) {
    const std::string* column = find_name(columns, natural);
    if (column == nullptr || !takes(table, *column)) continue;
    request.key = {*column};
    return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> columns_of(const Parts& parts, const StagedBody& body) {
  std::vector<std::string> names;
  if (body.request.format == BodyFormat::parquet) {
    engine::Lease lease = ingest_lease(parts, body.request.workspace.id);
    batch::ParquetFacts facts;
    std::int64_t rows = 0;
    for (ParquetColumn& column : parquet_columns(body, lease, facts, rows)) names.push_back(std::move(column.label));
    return names;
  }
  if (body.request.format == BodyFormat::csv) return body.scan.header;
  if (body.scan.rows == 0) return names;
  for (batch::ColumnEvidence& column : read_evidence(parts, body, base_spec(parts, body))) {
    names.push_back(std::move(column.name));
  }
  return names;
}

Received Ingest::settle(Received received, const FileRules& rules) {
  StagedBody& body = received.state_->body;
  IngestRequest& request = body.request;
  const std::optional<TableState> table = target_of(parts_, request);
  request.stamp = rules.stamp;
  std::vector<std::string> columns = columns_of(parts_, body);
  if (columns.empty() && request.format == BodyFormat::csv) {
    // A CSV without a header has the table's columns: all, or all but the house's own.
    const std::vector<ContractColumn> known = known_columns(table).columns;
    columns = csv_fields(body, known);
    if (columns.size() < body.scan.field_count) {
      request.stamp.reset();
      columns = csv_fields(body, known);
    }
  }
  request.mode = rules.mode.value_or(WriteMode::upsert);
  if (request.mode == WriteMode::upsert && !find_key(rules, columns, table, request)) {
    if (rules.mode) {
      throw base::Error(base::ErrorKind::invalid_argument,
                        fmt::format("an upsert needs a key: give the trigger one, or the table a contract with a key, "
                                    "or the file a column {}",
                                    fmt::join(rules.natural_keys, " or ")));
    }
    request.mode = WriteMode::append;
  }
  const bool is_to_stamp =
      request.stamp && find_name(columns, request.stamp->column) == nullptr && takes(table, request.stamp->column);
  if (!is_to_stamp) request.stamp.reset();
  return received;
}

}  // namespace boathouse::core
