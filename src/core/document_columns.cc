// SPDX-License-Identifier: Apache-2.0
#include "core/document_columns.h"

namespace boathouse::core {
namespace {

constexpr DocumentColumn kColumns[] = {{batch::kDocumentId, batch::TypeKind::string},
                                       {batch::kReceivedAt, batch::TypeKind::timestamptz},
                                       {batch::kWholeDocument, batch::TypeKind::string},
                                       {batch::kRestOfDocument, batch::TypeKind::string}};

}  // namespace

std::span<const DocumentColumn> document_columns() { return kColumns; }

bool is_document_column(std::string_view name) {
  return std::any_of(std::begin(kColumns), std::end(kColumns),
                     [&](const DocumentColumn& column) { return column.name == name; });
}

std::vector<batch::FlatColumn> columns_of_documents(const TableState& table) {
  std::vector<batch::FlatColumn> columns;
  if (table.contract) {
    for (const ContractColumn& column : table.contract->columns) {
      if (is_document_column(column.name)) continue;
      columns.push_back({.name = column.name,
                         .is_double = column.type.kind == batch::TypeKind::double_,
                         .whole = column.type.kind == batch::TypeKind::json});
    }
  }
  for (const iceberg::Field& field : table.schema().fields()) {
    bool known = is_document_column(field.name) || (table.contract && table.contract->find(field.name) != nullptr);
    bool is_double = field.type == iceberg::Type(iceberg::TypeKind::float64);
    if (!known) columns.push_back({.name = field.name, .is_double = is_double});
  }
  return columns;
}

bool holds_documents(const iceberg::Schema& schema) {
  return std::all_of(std::begin(kColumns), std::end(kColumns), [&](const DocumentColumn& column) {
    return schema.find_any_case(std::string(column.name)) != nullptr;
  });
}

}  // namespace boathouse::core
