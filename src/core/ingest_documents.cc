// SPDX-License-Identifier: Apache-2.0
#include "core/ingest_documents.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/column_types.h"
#include "core/document_columns.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using batch::ColumnType;
using batch::FlatColumn;
using batch::TypeKind;

// What a rewrite for one column may cost.
constexpr std::int64_t kMostRewritten = std::int64_t{1} << 30;  // bytes of the table

ColumnType type_of(const FlatColumn& column) {
  switch (column.first) {
    case FlatColumn::Kind::boolean: return {.kind = TypeKind::boolean};
    case FlatColumn::Kind::number: return {.kind = TypeKind::double_};
    case FlatColumn::Kind::integer:
      return {.kind = column.has_number && !column.past_double ? TypeKind::double_ : TypeKind::bigint};
    case FlatColumn::Kind::text:
    case FlatColumn::Kind::none: break;
  }
  return {.kind = TypeKind::string};
}

class DocumentPlanner {
 public:
  DocumentPlanner(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan)
      : parts_(parts), body_(body), known_(known), plan_(plan), spec_(base_spec(parts, body)) {}

  void plan() {
    if (!body_.request.documents->refusal.empty()) return plan_refusal();
    spec_.reject_unknown = known_.unknown == UnknownColumns::reject;
    plan_.rules.columns.clear();
    for (const ContractColumn& column : known_.columns) {
      if (!is_document_column(column.name)) plan_.rules.columns.push_back(column);
    }
    check_own_columns();
    for (const FlatColumn& column : body_.request.documents->columns) take(column);
    for (const ContractColumn& column : plan_.rules.columns) {
      spec_.columns.push_back(
          {.name = column.name, .type = column.type, .format = column.format.value_or(""), .key = column.name});
    }
    for (const DocumentColumn& own : document_columns()) add_own(own.name, {.kind = own.type});
    add_request();
  }

 private:
  // Only what the quarantine keeps is read; the table stays as it is.
  void plan_refusal() {
    spec_.reject_unknown = false;
    for (const DocumentColumn& own : document_columns()) add_own(own.name, {.kind = own.type});
    add_request();
    if (plan_.base) plan_.rules.columns = known_.columns;
  }

  // A table that was made through another door may have columns of these names.
  void check_own_columns() const {
    if (!plan_.base) return;
    for (const DocumentColumn& own : document_columns()) {
      const iceberg::Field* field = plan_.base->schema().find_any_case(std::string(own.name));
      if (field == nullptr || (field->name == own.name && field->type == to_iceberg({.kind = own.type}))) continue;
      throw base::Error(base::ErrorKind::invalid_argument,
                        fmt::format("the table has a column \"{}\" that is not what documents keep there: post them to "
                                    "another table",
                                    field->name))
          .with("column", field->name);
    }
  }

  void add_request() {
    spec_.columns.push_back({.name = std::string(batch::kRequestOfDocument), .type = {.kind = TypeKind::string}});
    add_staged(parts_, body_, spec_, plan_);
  }

  void take(const FlatColumn& column) {
    auto rule = std::find_if(plan_.rules.columns.begin(), plan_.rules.columns.end(), [&](const ContractColumn& known) {
      return base::fold_case(known.name) == base::fold_case(column.name);
    });
    if (rule == plan_.rules.columns.end()) {
      if (known_.unknown != UnknownColumns::add || column.first == FlatColumn::Kind::none) return;
      ContractColumn& fresh = plan_.rules.columns.emplace_back();
      fresh.name = column.name;
      fresh.type = type_of(column);
      return;
    }
    if (is_of_contract(column.name) || !wants_double(*rule, column) || !may_become_double(rule->name)) return;
    rule->type = {.kind = TypeKind::double_};
    plan_.retyped.insert(rule->name);
    plan_.rewritten.insert(rule->name);
  }

  bool is_of_contract(const std::string& name) const {
    return plan_.base && plan_.base->contract && plan_.base->contract->find(name) != nullptr;
  }

  static bool wants_double(const ContractColumn& rule, const FlatColumn& column) {
    return rule.type.kind == TypeKind::bigint && column.has_number && !column.past_double;
  }

  // Whether the table's values can follow: none is past what a DOUBLE holds exactly, and they are not too many.
  bool may_become_double(const std::string& column) const {
    const TableState& base = *plan_.base;
    if (base.row.figures.bytes >= kMostRewritten) return false;
    std::string rows = rows_of(parts_, base, base.schema());
    if (rows.empty()) return true;
    std::string x = quote_identifier(column);
    auto past = ingest_lease(parts_, body_.request.workspace.id)
                    .execute({fmt::format("SELECT 1 FROM ({}) WHERE {} NOT BETWEEN -{} AND {} LIMIT 1", rows, x,
                                          batch::kExactInDouble, batch::kExactInDouble)});
    return past.front().rows.empty();
  }

  void add_own(std::string_view name, ColumnType type) {
    ContractColumn& own = plan_.rules.columns.emplace_back();
    own.name = std::string(name);
    own.type = type;
    spec_.columns.push_back(
        {.name = own.name, .type = own.type, .key = own.name, .json_in_string = batch::JsonInString::nested});
  }

  const Parts& parts_;
  const StagedBody& body_;
  const KnownColumns& known_;
  BatchPlan& plan_;
  batch::StagedSpec spec_;
};

}  // namespace

void plan_documents(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan) {
  DocumentPlanner(parts, body, known, plan).plan();
}

std::optional<iceberg::PartitionTuple> partition_of_documents(const DocumentRows& documents, const BatchPlan& plan) {
  if (!documents.hour || plan.spec.fields.size() != 1) return std::nullopt;
  const iceberg::PartitionField& field = plan.spec.fields.front();
  if (iceberg::contract_spelling(field, plan.schema) != kDocumentPartition) return std::nullopt;
  return iceberg::PartitionTuple{*documents.hour};
}

iceberg::Schema own_columns_last(const iceberg::Schema& schema) {
  std::vector<iceberg::Field> fields;
  std::vector<iceberg::Field> own;
  for (const iceberg::Field& field : schema.fields()) {
    (is_document_column(field.name) ? own : fields).push_back(field);
  }
  fields.insert(fields.end(), own.begin(), own.end());
  return {schema.id(), std::move(fields), schema.identifier_field_ids()};
}

}  // namespace boathouse::core
