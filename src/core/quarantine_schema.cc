// SPDX-License-Identifier: Apache-2.0
#include "core/quarantine_schema.h"

#include "base/names.h"

namespace boathouse::core {

const iceberg::Schema& quarantine_schema() {
  using iceberg::Type;
  using iceberg::TypeKind;
  auto column = [](int id, std::string name, TypeKind kind) {
    return iceberg::Field{.id = id, .name = std::move(name), .type = Type(kind), .required = false, .doc = {}};
  };
  static const iceberg::Schema schema(0, {column(1, "id", TypeKind::string), column(2, "batch_id", TypeKind::string),
                                          column(3, "request_id", TypeKind::string), column(4, "row", TypeKind::int64),
                                          column(5, "data", TypeKind::string), column(6, "reasons", TypeKind::string),
                                          column(7, "at", TypeKind::timestamptz), column(8, "file", TypeKind::string)});
  return schema;
}

meta::TableRow new_quarantine_row(const Parts& parts, const meta::TableRow& table) {
  meta::TableRow row = new_table_row(parts, table.workspace, table.name + std::string(base::kQuarantineSuffix));
  row.quarantine_of = table.id;
  return row;
}

std::string quarantine_rows(std::string_view rejected, const QuarantineOrigin& origin) {
  return fmt::format(
      "SELECT id, {} AS batch_id, request_id, _row AS \"row\", _data AS data, reasons, make_timestamptz({}) AS \"at\", "
      "CAST({} AS VARCHAR) AS file FROM {}",
      base::quote_string(origin.batch.value), origin.at, origin.file.empty() ? "NULL" : base::quote_string(origin.file),
      rejected);
}

}  // namespace boathouse::core
