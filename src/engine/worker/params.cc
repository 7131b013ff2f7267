// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/params.h"

#include <algorithm>
#include <set>
#include <vector>

namespace boathouse::engine {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse(std::string message) { throw DuckError{"Invalid Input", std::move(message), std::nullopt}; }

Value scalar(const json::value& value, const std::string& name) {
  switch (value.kind()) {
    case json::kind::null: return Value(duckdb_create_null_value());
    case json::kind::bool_: return Value(duckdb_create_bool(value.get_bool()));
    case json::kind::int64: return Value(duckdb_create_int64(value.get_int64()));
    case json::kind::uint64: return Value(duckdb_create_uint64(value.get_uint64()));
    case json::kind::double_: return Value(duckdb_create_double(value.get_double()));
    case json::kind::string:
      return Value(duckdb_create_varchar_length(value.get_string().data(), value.get_string().size()));
    default: refuse("parameter " + name + " is nested; a parameter is a scalar or an array of scalars");
  }
}

// The one type of an array's values; nulls fit any.
duckdb_type common_type(const json::array& items, const std::string& name) {
  duckdb_type common = DUCKDB_TYPE_SQLNULL;
  for (const json::value& item : items) {
    duckdb_type type = DUCKDB_TYPE_SQLNULL;
    if (item.is_bool()) type = DUCKDB_TYPE_BOOLEAN;
    if (item.is_int64()) type = DUCKDB_TYPE_BIGINT;
    if (item.is_uint64()) type = DUCKDB_TYPE_UBIGINT;
    if (item.is_double()) type = DUCKDB_TYPE_DOUBLE;
    if (item.is_string()) type = DUCKDB_TYPE_VARCHAR;
    if (type == DUCKDB_TYPE_SQLNULL && !item.is_null()) {
      refuse("parameter " + name + " is nested; a parameter is a scalar or an array of scalars");
    }
    if (type == DUCKDB_TYPE_SQLNULL || type == common) continue;
    const bool numbers = item.is_number() && (common == DUCKDB_TYPE_BIGINT || common == DUCKDB_TYPE_UBIGINT ||
                                              common == DUCKDB_TYPE_DOUBLE);
    if (numbers) {
      type = type == DUCKDB_TYPE_DOUBLE || common == DUCKDB_TYPE_DOUBLE ? DUCKDB_TYPE_DOUBLE : DUCKDB_TYPE_HUGEINT;
    } else if (common != DUCKDB_TYPE_SQLNULL) {
      refuse("parameter " + name + " mixes values of different kinds in one array");
    }
    common = type;
  }
  return common == DUCKDB_TYPE_SQLNULL ? DUCKDB_TYPE_VARCHAR : common;
}

Value to_value(const json::value& value, const std::string& name) {
  if (!value.is_array()) return scalar(value, name);
  const json::array& items = value.get_array();
  std::vector<Value> owned;
  std::vector<duckdb_value> values;
  values.reserve(items.size() + 1);  // so that the list of an empty array has an address too
  for (const json::value& item : items) {
    owned.push_back(scalar(item, name));
    values.push_back(owned.back().get());
  }
  LogicalType type(duckdb_create_logical_type(common_type(items, name)));
  return Value(duckdb_create_list_value(type.get(), values.data(), values.size()));
}

std::string parameter_name(const Prepared& statement, idx_t index) {
  const char* name = duckdb_parameter_name(statement.get(), index);
  std::string copy = name ? name : std::to_string(index);
  duckdb_free(const_cast<char*>(name));
  return copy;
}

const json::value* find(const json::value& params, const std::string& name) {
  if (const auto* object = params.if_object()) return object->if_contains(name);
  const auto* array = params.if_array();
  if (!array || name.empty() || name.size() > 9 || name.find_first_not_of("0123456789") != std::string::npos)
    return nullptr;
  const std::size_t number = std::stoul(name);
  return number >= 1 && number <= array->size() ? &(*array)[number - 1] : nullptr;
}

std::size_t count(const json::value& params) {
  if (const auto* object = params.if_object()) return object->size();
  if (const auto* array = params.if_array()) return array->size();
  if (!params.is_null()) refuse("params is an array or an object");
  return 0;
}

}  // namespace

void bind_parameters(const Prepared& statement, const json::value& params) {
  const std::size_t given = count(params);
  const idx_t wanted = duckdb_nparams(statement.get());
  std::set<std::string> names;
  for (idx_t i = 1; i <= wanted; ++i) {
    const std::string& name = *names.insert(parameter_name(statement, i)).first;
    const json::value* value = find(params, name);
    if (!value) refuse("parameter $" + name + " has no value");
    if (duckdb_bind_value(statement.get(), i, to_value(*value, "$" + name).get()) != DuckDBSuccess) {
      throw duck_error(duckdb_prepare_error(statement.get()));
    }
  }
  if (const auto* object = params.if_object()) {
    for (const auto& member : *object) {
      if (!names.contains(std::string(member.key())))
        refuse("the statement has no parameter $" + std::string(member.key()));
    }
  }
  if (given > wanted) {
    refuse("the statement has " + std::to_string(wanted) + " parameters and " + std::to_string(given) +
           " values were given");
  }
}

}  // namespace boathouse::engine
