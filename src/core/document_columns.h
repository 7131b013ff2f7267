// SPDX-License-Identifier: Apache-2.0
// The four columns that a table of documents has beside its documents' keys (batch/flatten.h). Pure, any thread.
#pragma once

#include <span>

#include "batch/flatten.h"
#include "batch/types.h"
#include "core/table_state.h"

namespace boathouse::core {

struct DocumentColumn {
  std::string_view name;
  batch::TypeKind type;
};

// In their order.
std::span<const DocumentColumn> document_columns();

bool is_document_column(std::string_view name);

// The door of the batches that bring documents.
inline constexpr std::string_view kDocumentsDoor = "documents";

// What a Flattener is to know of a table's columns.
std::vector<batch::FlatColumn> columns_of_documents(const TableState& table);

// Whether documents have come into a table with these columns.
bool holds_documents(const iceberg::Schema& schema);

}  // namespace boathouse::core
