// SPDX-License-Identifier: Apache-2.0
#include "core/column_types.h"

#include "base/error.h"

namespace boathouse::core {

using batch::ColumnType;
using iceberg::Type;

Type to_iceberg(const ColumnType& type) {
  switch (type.kind) {
    case batch::TypeKind::integer: return Type(iceberg::TypeKind::int32);
    case batch::TypeKind::bigint: return Type(iceberg::TypeKind::int64);
    case batch::TypeKind::double_: return Type(iceberg::TypeKind::float64);
    case batch::TypeKind::decimal: return Type::decimal(type.precision, type.scale);
    case batch::TypeKind::string: return Type(iceberg::TypeKind::string);
    case batch::TypeKind::boolean: return Type(iceberg::TypeKind::boolean);
    case batch::TypeKind::date: return Type(iceberg::TypeKind::date);
    case batch::TypeKind::time: return Type(iceberg::TypeKind::time);
    case batch::TypeKind::timestamp: return Type(iceberg::TypeKind::timestamp);
    case batch::TypeKind::timestamptz:
    case batch::TypeKind::iso_date: return Type(iceberg::TypeKind::timestamptz);
    case batch::TypeKind::uuid: return Type(iceberg::TypeKind::uuid);
    case batch::TypeKind::binary: return Type(iceberg::TypeKind::binary);
    case batch::TypeKind::json: return Type(iceberg::TypeKind::string);
  }
  throw base::Error(base::ErrorKind::internal, "a column type without an Iceberg type");
}

ColumnType from_iceberg(const Type& type) {
  switch (type.kind()) {
    case iceberg::TypeKind::boolean: return {.kind = batch::TypeKind::boolean};
    case iceberg::TypeKind::int32: return {.kind = batch::TypeKind::integer};
    case iceberg::TypeKind::int64: return {.kind = batch::TypeKind::bigint};
    case iceberg::TypeKind::float32:
    case iceberg::TypeKind::float64: return {.kind = batch::TypeKind::double_};
    case iceberg::TypeKind::decimal: return ColumnType::decimal(type.precision(), type.scale());
    case iceberg::TypeKind::date: return {.kind = batch::TypeKind::date};
    case iceberg::TypeKind::time: return {.kind = batch::TypeKind::time};
    case iceberg::TypeKind::timestamp: return {.kind = batch::TypeKind::timestamp};
    case iceberg::TypeKind::timestamptz: return {.kind = batch::TypeKind::timestamptz};
    case iceberg::TypeKind::string: return {.kind = batch::TypeKind::string};
    case iceberg::TypeKind::uuid: return {.kind = batch::TypeKind::uuid};
    case iceberg::TypeKind::fixed:
    case iceberg::TypeKind::binary: return {.kind = batch::TypeKind::binary};
    case iceberg::TypeKind::structure:
    case iceberg::TypeKind::list:
    case iceberg::TypeKind::map: return {.kind = batch::TypeKind::json};
  }
  throw base::Error(base::ErrorKind::internal, "an Iceberg type without a column type");
}

std::string engine_type(const Type& type) {
  switch (type.kind()) {
    case iceberg::TypeKind::boolean: return "BOOLEAN";
    case iceberg::TypeKind::int32: return "INTEGER";
    case iceberg::TypeKind::int64: return "BIGINT";
    case iceberg::TypeKind::float32: return "FLOAT";
    case iceberg::TypeKind::float64: return "DOUBLE";
    case iceberg::TypeKind::decimal: return fmt::format("DECIMAL({},{})", type.precision(), type.scale());
    case iceberg::TypeKind::date: return "DATE";
    case iceberg::TypeKind::time: return "TIME";
    case iceberg::TypeKind::timestamp: return "TIMESTAMP";
    case iceberg::TypeKind::timestamptz: return "TIMESTAMP WITH TIME ZONE";
    case iceberg::TypeKind::string: return "VARCHAR";
    case iceberg::TypeKind::uuid: return "UUID";
    case iceberg::TypeKind::fixed:
    case iceberg::TypeKind::binary: return "BLOB";
    case iceberg::TypeKind::structure:
    case iceberg::TypeKind::list:
    case iceberg::TypeKind::map: break;
  }
  throw base::Error(base::ErrorKind::unprocessable,
                    "columns of type " + type.to_string() + " cannot be read here; use another Iceberg reader");
}

}  // namespace boathouse::core
