// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/column_type.h"

#include <map>

#include "base/names.h"

namespace boathouse::engine {
namespace {

const std::map<duckdb_type, std::string_view> kPlainNames = {
    {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    {DUCKDB_TYPE_TINYINT, "TINYINT"},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT"},
    {DUCKDB_TYPE_INTEGER, "INTEGER"},
    {DUCKDB_TYPE_BIGINT, "BIGINT"},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT"},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT"},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
    {DUCKDB_TYPE_FLOAT, "FLOAT"},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
    {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    {DUCKDB_TYPE_BLOB, "BLOB"},
    {DUCKDB_TYPE_DATE, "DATE"},
    {DUCKDB_TYPE_TIME, "TIME"},
    {DUCKDB_TYPE_TIME_NS, "TIME_NS"},
    {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    {DUCKDB_TYPE_UUID, "UUID"},
    {DUCKDB_TYPE_BIT, "BIT"},
    {DUCKDB_TYPE_BIGNUM, "BIGNUM"},
    {DUCKDB_TYPE_SQLNULL, "\"NULL\""},
};

ColumnType describe_child(duckdb_logical_type type) {
  LogicalType owned(type);
  return describe(owned.get());
}

std::string alias_of(duckdb_logical_type type) {
  char* alias = duckdb_logical_type_get_alias(type);
  return alias ? take_text(alias) : std::string();
}

// DuckDB writes a name bare where it may be.
std::string field_name(const std::string& name) {
  const bool bare = !name.empty() &&
                    name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos &&
                    (name[0] < '0' || name[0] > '9');
  return bare ? name : base::quote_identifier(name);
}

void describe_enum(duckdb_logical_type type, ColumnType& out) {
  out.storage = duckdb_enum_internal_type(type);
  out.sql = "ENUM(";
  const std::uint32_t count = duckdb_enum_dictionary_size(type);
  for (std::uint32_t i = 0; i < count; ++i) {
    out.words.push_back(take_text(duckdb_enum_dictionary_value(type, i)));
    out.sql += (i ? ", " : "") + base::quote_string(out.words.back());
  }
  out.sql += ")";
}

void describe_fields(duckdb_logical_type type, ColumnType& out) {
  const bool is_struct = out.id == DUCKDB_TYPE_STRUCT;
  out.sql = is_struct ? "STRUCT(" : "UNION(";
  const idx_t count = is_struct ? duckdb_struct_type_child_count(type) : duckdb_union_type_member_count(type);
  for (idx_t i = 0; i < count; ++i) {
    out.words.push_back(
        take_text(is_struct ? duckdb_struct_type_child_name(type, i) : duckdb_union_type_member_name(type, i)));
    out.children.push_back(
        describe_child(is_struct ? duckdb_struct_type_child_type(type, i) : duckdb_union_type_member_type(type, i)));
    out.sql += (i ? ", " : "") + field_name(out.words.back()) + " " + out.children.back().sql;
  }
  out.sql += ")";
}

void describe_map(duckdb_logical_type type, ColumnType& out) {
  ColumnType entries;
  entries.id = DUCKDB_TYPE_STRUCT;
  entries.words = {"key", "value"};
  entries.children.push_back(describe_child(duckdb_map_type_key_type(type)));
  entries.children.push_back(describe_child(duckdb_map_type_value_type(type)));
  out.sql = "MAP(" + entries.children[0].sql + ", " + entries.children[1].sql + ")";
  out.children.push_back(std::move(entries));
}

}  // namespace

ColumnType describe(duckdb_logical_type type) {
  ColumnType out;
  out.id = duckdb_get_type_id(type);
  if (auto plain = kPlainNames.find(out.id); plain != kPlainNames.end()) {
    out.sql = plain->second;
    // JSON is text with another name.
    if (std::string alias = alias_of(type); !alias.empty()) out.sql = alias;
    return out;
  }
  switch (out.id) {
    case DUCKDB_TYPE_DECIMAL:
      out.storage = duckdb_decimal_internal_type(type);
      out.scale = duckdb_decimal_scale(type);
      out.width = duckdb_decimal_width(type);
      out.sql = "DECIMAL(" + std::to_string(out.width) + "," + std::to_string(out.scale) + ")";
      break;
    case DUCKDB_TYPE_ENUM: describe_enum(type, out); break;
    case DUCKDB_TYPE_LIST:
      out.children.push_back(describe_child(duckdb_list_type_child_type(type)));
      out.sql = out.children[0].sql + "[]";
      break;
    case DUCKDB_TYPE_ARRAY:
      out.children.push_back(describe_child(duckdb_array_type_child_type(type)));
      out.array_size = duckdb_array_type_array_size(type);
      out.sql = out.children[0].sql + "[" + std::to_string(out.array_size) + "]";
      break;
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_UNION: describe_fields(type, out); break;
    case DUCKDB_TYPE_MAP: describe_map(type, out); break;
    default:
      throw DuckError{"Not implemented", "the result has a column of a type that cannot be sent; cast it to VARCHAR",
                      std::nullopt};
  }
  return out;
}

std::vector<ResultColumn> describe(Result& result) {
  std::vector<ResultColumn> columns;
  for (idx_t i = 0; i < result.column_count(); ++i) {
    columns.push_back({result.column_name(i), describe(result.column_type(i).get())});
  }
  return columns;
}

VectorView view(const ColumnType& type, duckdb_vector vector) {
  VectorView out;
  out.type = &type;
  out.data = duckdb_vector_get_data(vector);
  out.validity = duckdb_vector_get_validity(vector);
  switch (type.id) {
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_MAP: out.children.push_back(view(type.children[0], duckdb_list_vector_get_child(vector))); break;
    case DUCKDB_TYPE_ARRAY:
      out.children.push_back(view(type.children[0], duckdb_array_vector_get_child(vector)));
      break;
    case DUCKDB_TYPE_STRUCT:
      for (idx_t i = 0; i < type.children.size(); ++i) {
        out.children.push_back(view(type.children[i], duckdb_struct_vector_get_child(vector, i)));
      }
      break;
    case DUCKDB_TYPE_UNION: {
      // The first child says which member a row has.
      static const ColumnType kTag = {.id = DUCKDB_TYPE_UTINYINT,
                                      .storage = DUCKDB_TYPE_INVALID,
                                      .sql = "UTINYINT",
                                      .width = 0,
                                      .scale = 0,
                                      .array_size = 0,
                                      .words = {},
                                      .children = {}};
      out.children.push_back(view(kTag, duckdb_struct_vector_get_child(vector, 0)));
      for (idx_t i = 0; i < type.children.size(); ++i) {
        out.children.push_back(view(type.children[i], duckdb_struct_vector_get_child(vector, i + 1)));
      }
      break;
    }
    default: break;
  }
  return out;
}

std::vector<VectorView> view(const std::vector<ResultColumn>& columns, duckdb_data_chunk chunk) {
  std::vector<VectorView> views;
  for (idx_t i = 0; i < columns.size(); ++i) {
    views.push_back(view(columns[i].type, duckdb_data_chunk_get_vector(chunk, i)));
  }
  return views;
}

}  // namespace boathouse::engine
