// SPDX-License-Identifier: Apache-2.0
#include "core/ingest_accepted.h"

#include "base/names.h"
#include "core/partitioning.h"

namespace boathouse::core {

using base::quote_identifier;

AcceptedRows::AcceptedRows(const BatchPlan& plan)
    : plan_(plan),
      check_{.contract = plan.rules, .upsert_key = plan.key, .floors = partition_floors(plan.spec, plan.schema)} {
  for (const ContractColumn& column : plan.rules.columns) {
    iceberg::Field field = *plan.schema.find_any_case(column.name);
    field.name = column.name;
    columns_.push_back(std::move(field));
  }
  predicate_ = "_ok AND " + accept_predicate(check_);
}

std::string AcceptedRows::column_list() const {
  std::vector<std::string> names;
  for (const iceberg::Field& field : columns_) names.push_back(quote_identifier(field.name));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string AcceptedRows::select(const std::string& staged, std::string_view more) const {
  return fmt::format("SELECT {}{} FROM (SELECT {}, _row, _ok FROM ({})) WHERE {}", column_list(), more,
                     defaults_projection(plan_.rules), staged, predicate_);
}

bool is_written_at_once(const BatchPlan& plan) {
  return !has_unique(plan.rules) && plan.key.empty() && (plan.spec.unpartitioned() || plan.partition);
}

std::vector<std::string> write_statements(const StagedBody& body, const BatchPlan& plan, const AcceptedRows& rows) {
  std::vector<std::string> statements;
  for (std::size_t i = 0; i < plan.staged.size(); ++i) {
    auto file = body.file.parent_path() / fmt::format("part-{}.parquet", i);
    statements.push_back(copy_statement(rows.select(plan.staged[i], ""), file, rows.columns(), plan.staged_sizes[i]));
  }
  return statements;
}

}  // namespace boathouse::core
