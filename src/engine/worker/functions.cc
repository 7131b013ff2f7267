// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/functions.h"

#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "batch/cell_rules.h"
#include "batch/exact_number.h"
#include "batch/iceberg_transform.h"
#include "batch/strict_text.h"
#include "engine/worker/duck.h"

namespace boathouse::engine {
namespace {

using batch::Int128;
using batch::UInt128;
using Function = Owned<duckdb_scalar_function, duckdb_destroy_scalar_function>;
using FunctionSet = Owned<duckdb_scalar_function_set, duckdb_destroy_scalar_function_set>;

struct WrongUse : std::exception {
  explicit WrongUse(const char* message) : text(message) {}
  const char* what() const noexcept override { return text; }
  const char* text;
};

// One argument of a call: a flat vector with its type.
class Argument {
 public:
  Argument(duckdb_data_chunk chunk, idx_t index) : vector_(duckdb_data_chunk_get_vector(chunk, index)) {
    LogicalType type(duckdb_vector_get_column_type(vector_));
    id_ = duckdb_get_type_id(type.get());
    if (id_ == DUCKDB_TYPE_DECIMAL) {
      storage_ = duckdb_decimal_internal_type(type.get());
      scale_ = duckdb_decimal_scale(type.get());
    }
    data_ = static_cast<const char*>(duckdb_vector_get_data(vector_));
    validity_ = duckdb_vector_get_validity(vector_);
  }

  bool valid(idx_t row) const { return duckdb_validity_row_is_valid(validity_, row); }
  duckdb_type id() const { return id_; }
  int scale() const { return scale_; }

  template <typename T>
  T at(idx_t row) const {
    T value;
    std::memcpy(&value, data_ + row * sizeof(T), sizeof(T));
    return value;
  }
  std::string_view text(idx_t row) const {
    auto* string = reinterpret_cast<duckdb_string_t*>(const_cast<char*>(data_)) + row;
    return {duckdb_string_t_data(string), duckdb_string_t_length(*string)};
  }
  Int128 unscaled(idx_t row) const {
    switch (storage_) {
      case DUCKDB_TYPE_SMALLINT: return at<std::int16_t>(row);
      case DUCKDB_TYPE_INTEGER: return at<std::int32_t>(row);
      case DUCKDB_TYPE_BIGINT: return at<std::int64_t>(row);
      default: return at<Int128>(row);
    }
  }

 private:
  duckdb_vector vector_;
  duckdb_type id_;
  duckdb_type storage_ = DUCKDB_TYPE_INVALID;
  int scale_ = 0;
  const char* data_;
  std::uint64_t* validity_;
};

using Arguments = std::vector<Argument>;

template <typename T>
void put(duckdb_vector out, idx_t row, const T& value) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    std::string_view text = value;
    duckdb_vector_assign_string_element_len(out, row, text.data(), text.size());
  } else {
    std::memcpy(static_cast<char*>(duckdb_vector_get_data(out)) + row * sizeof(T), &value, sizeof(T));
  }
}

// Calls `one(arguments, row)`, which gives an optional value, for each row whose arguments are all there.
template <typename One>
void for_each_row(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out, One one) {
  try {
    Arguments arguments;
    for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(input); ++i) arguments.emplace_back(input, i);
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
      bool all = true;
      for (const Argument& argument : arguments) all = all && argument.valid(row);
      auto value = all ? one(arguments, row) : decltype(one(arguments, row))();
      if (value) {
        put(out, row, *value);
      } else {
        duckdb_vector_ensure_validity_writable(out);
        duckdb_validity_set_row_invalid(duckdb_vector_get_validity(out), row);
      }
    }
  } catch (const std::exception& failure) {
    duckdb_scalar_function_set_error(info, failure.what());
  }
}

// The C API takes plain functions; a template makes one of each body without state.
template <auto one>
void call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  for_each_row(info, input, out, one);
}

template <typename T, bool (*Parse)(std::string_view, T&)>
std::optional<T> strict(const Arguments& arguments, idx_t row) {
  T value{};
  if (!Parse(arguments[0].text(row), value)) return std::nullopt;
  return value;
}

bool json_itself(std::string_view text, std::string& out) {
  out = text;
  return batch::is_json(text);
}

bool uuid_as_stored(std::string_view text, Int128& out) { return batch::UuidRule().text(text, out); }

template <batch::TypeKind kind>
void strict_formatted(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector out) {
  using T = std::conditional_t<kind == batch::TypeKind::date, std::int32_t, std::int64_t>;
  std::optional<batch::StrptimeFormat> format;  // the last row's: nearly always there is one only
  for_each_row(info, input, out, [&](const Arguments& arguments, idx_t row) -> std::optional<T> {
    std::string_view wanted = arguments[1].text(row);
    if (!format || format->text() != wanted) format = batch::StrptimeFormat::compile(wanted, kind);
    std::int64_t value = 0;
    if (!format->parse(arguments[0].text(row), value)) return std::nullopt;
    return static_cast<T>(value);
  });
}

struct DecimalShape {
  int precision;
  int scale;
};

DecimalShape decimal_shape(const Arguments& arguments, idx_t row) {
  DecimalShape shape{arguments[1].at<std::int32_t>(row), arguments[2].at<std::int32_t>(row)};
  if (shape.precision < 1 || shape.precision > batch::kMaxDecimalPrecision || shape.scale < 0 ||
      shape.scale > shape.precision) {
    throw WrongUse("no decimal has this precision and scale");
  }
  return shape;
}

std::optional<std::string> strict_decimal(const Arguments& arguments, idx_t row) {
  DecimalShape shape = decimal_shape(arguments, row);
  Int128 value = 0;
  if (!batch::parse_decimal(arguments[0].text(row), shape.precision, shape.scale, value)) return std::nullopt;
  return batch::decimal_text(value, shape.scale);
}

batch::AnyNumber number_at(const Argument& argument, idx_t row) {
  switch (argument.id()) {
    case DUCKDB_TYPE_TINYINT: return Int128{argument.at<std::int8_t>(row)};
    case DUCKDB_TYPE_SMALLINT: return Int128{argument.at<std::int16_t>(row)};
    case DUCKDB_TYPE_INTEGER: return Int128{argument.at<std::int32_t>(row)};
    case DUCKDB_TYPE_BIGINT: return Int128{argument.at<std::int64_t>(row)};
    case DUCKDB_TYPE_HUGEINT: return argument.at<Int128>(row);
    case DUCKDB_TYPE_UTINYINT: return Int128{argument.at<std::uint8_t>(row)};
    case DUCKDB_TYPE_USMALLINT: return Int128{argument.at<std::uint16_t>(row)};
    case DUCKDB_TYPE_UINTEGER: return Int128{argument.at<std::uint32_t>(row)};
    case DUCKDB_TYPE_UBIGINT: return static_cast<Int128>(argument.at<std::uint64_t>(row));
    case DUCKDB_TYPE_FLOAT: return argument.at<float>(row);
    case DUCKDB_TYPE_DOUBLE: return argument.at<double>(row);
    case DUCKDB_TYPE_DECIMAL: return batch::DecimalNumber{argument.unscaled(row), argument.scale()};
    default: throw WrongUse("a number is expected");
  }
}

template <auto exact>
auto exact_number(const Arguments& arguments, idx_t row) {
  return exact(number_at(arguments[0], row));
}

std::optional<std::string> exact_decimal(const Arguments& arguments, idx_t row) {
  DecimalShape shape = decimal_shape(arguments, row);
  auto value = batch::exact_decimal(number_at(arguments[0], row), shape.precision, shape.scale);
  if (!value) return std::nullopt;
  return batch::decimal_text(*value, shape.scale);
}

std::int32_t positive(const Argument& argument, idx_t row) {
  auto value = argument.at<std::int32_t>(row);
  if (value < 1) throw WrongUse("the number of buckets or the width must be at least 1");
  return value;
}

std::int32_t hash_at(const Argument& argument, idx_t row) {
  switch (argument.id()) {
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE: return batch::bucket_hash(std::int64_t{argument.at<std::int32_t>(row)});
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return batch::bucket_hash(argument.at<std::int64_t>(row));
    case DUCKDB_TYPE_DECIMAL: return batch::bucket_hash_decimal(argument.unscaled(row));
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB: return batch::bucket_hash(argument.text(row));
    case DUCKDB_TYPE_UUID: return batch::bucket_hash_uuid(argument.at<UInt128>(row) ^ static_cast<UInt128>(1) << 127);
    default: throw WrongUse("values of this type have no bucket");
  }
}

std::optional<std::int32_t> iceberg_bucket(const Arguments& arguments, idx_t row) {
  return batch::bucket_of(hash_at(arguments[1], row), positive(arguments[0], row));
}

template <typename T>
std::optional<T> truncate_integer(const Arguments& arguments, idx_t row) {
  return batch::truncate_number<T>(arguments[1].at<T>(row), positive(arguments[0], row));
}

std::optional<std::string_view> truncate_varchar(const Arguments& arguments, idx_t row) {
  return batch::truncate_text(arguments[1].text(row), positive(arguments[0], row));
}

std::optional<std::string_view> truncate_blob(const Arguments& arguments, idx_t row) {
  return arguments[1].text(row).substr(0, static_cast<std::size_t>(positive(arguments[0], row)));
}

std::optional<std::string> truncate_decimal(const Arguments& arguments, idx_t row) {
  if (arguments[1].id() != DUCKDB_TYPE_DECIMAL) throw WrongUse("a DECIMAL is expected");
  Int128 width = positive(arguments[0], row);
  return batch::decimal_text(batch::truncate_number<Int128>(arguments[1].unscaled(row), width), arguments[1].scale());
}

struct Overload {
  std::vector<duckdb_type> parameters;
  duckdb_type result;
  duckdb_scalar_function_t body;
};

void register_overloads(duckdb_connection connection, const char* name, const std::vector<Overload>& overloads) {
  FunctionSet set(duckdb_create_scalar_function_set(name));
  for (const Overload& overload : overloads) {
    Function function(duckdb_create_scalar_function());
    duckdb_scalar_function_set_name(function.get(), name);
    for (duckdb_type parameter : overload.parameters) {
      duckdb_scalar_function_add_parameter(function.get(), LogicalType(duckdb_create_logical_type(parameter)).get());
    }
    duckdb_scalar_function_set_return_type(function.get(),
                                           LogicalType(duckdb_create_logical_type(overload.result)).get());
    duckdb_scalar_function_set_function(function.get(), overload.body);
    duckdb_add_scalar_function_to_set(set.get(), function.get());
  }
  if (duckdb_register_scalar_function_set(connection, set.get()) != DuckDBSuccess) {
    throw DuckError{"INTERNAL", std::string("cannot register ") + name, std::nullopt};
  }
}

constexpr duckdb_type kText = DUCKDB_TYPE_VARCHAR;
constexpr duckdb_type kInt = DUCKDB_TYPE_INTEGER;
constexpr duckdb_type kAny = DUCKDB_TYPE_ANY;

void register_strict(duckdb_connection connection) {
  auto plain = [&](const char* name, duckdb_type result, duckdb_scalar_function_t body) {
    register_overloads(connection, name, {{{kText}, result, body}});
  };
  auto dated = [&](const char* name, duckdb_type result, duckdb_scalar_function_t body,
                   duckdb_scalar_function_t formatted) {
    register_overloads(connection, name, {{{kText}, result, body}, {{kText, kText}, result, formatted}});
  };
  using batch::TypeKind;
  plain("strict_integer", kInt, call<strict<std::int32_t, batch::parse_integer>>);
  plain("strict_bigint", DUCKDB_TYPE_BIGINT, call<strict<std::int64_t, batch::parse_bigint>>);
  plain("strict_double", DUCKDB_TYPE_DOUBLE, call<strict<double, batch::parse_double>>);
  plain("strict_boolean", DUCKDB_TYPE_BOOLEAN, call<strict<bool, batch::parse_boolean>>);
  plain("strict_uuid", DUCKDB_TYPE_UUID, call<strict<Int128, uuid_as_stored>>);
  plain("strict_binary", DUCKDB_TYPE_BLOB, call<strict<std::string, batch::parse_binary>>);
  plain("strict_json", kText, call<strict<std::string, json_itself>>);
  dated("strict_date", DUCKDB_TYPE_DATE, call<strict<std::int32_t, batch::parse_date>>,
        strict_formatted<TypeKind::date>);
  dated("strict_time", DUCKDB_TYPE_TIME, call<strict<std::int64_t, batch::parse_time>>,
        strict_formatted<TypeKind::time>);
  dated("strict_timestamp", DUCKDB_TYPE_TIMESTAMP, call<strict<std::int64_t, batch::parse_timestamp>>,
        strict_formatted<TypeKind::timestamp>);
  dated("strict_timestamptz", DUCKDB_TYPE_TIMESTAMP_TZ, call<strict<std::int64_t, batch::parse_timestamptz>>,
        strict_formatted<TypeKind::timestamptz>);
  dated("strict_iso_date", DUCKDB_TYPE_TIMESTAMP_TZ, call<strict<std::int64_t, batch::parse_iso_date>>,
        strict_formatted<TypeKind::iso_date>);
  register_overloads(connection, "strict_decimal", {{{kText, kInt, kInt}, kText, call<strict_decimal>}});
}

}  // namespace

void register_functions(duckdb_connection connection) {
  register_strict(connection);
  register_overloads(connection, "exact_integer", {{{kAny}, kInt, call<exact_number<batch::exact_integer>>}});
  register_overloads(connection, "exact_bigint",
                     {{{kAny}, DUCKDB_TYPE_BIGINT, call<exact_number<batch::exact_bigint>>}});
  register_overloads(connection, "exact_double",
                     {{{kAny}, DUCKDB_TYPE_DOUBLE, call<exact_number<batch::exact_double>>}});
  register_overloads(connection, "exact_decimal", {{{kAny, kInt, kInt}, kText, call<exact_decimal>}});
  register_overloads(connection, "iceberg_bucket", {{{kInt, kAny}, kInt, call<iceberg_bucket>}});
  register_overloads(connection, "iceberg_truncate",
                     {{{kInt, kInt}, kInt, call<truncate_integer<std::int32_t>>},
                      {{kInt, DUCKDB_TYPE_BIGINT}, DUCKDB_TYPE_BIGINT, call<truncate_integer<std::int64_t>>},
                      {{kInt, kText}, kText, call<truncate_varchar>},
                      {{kInt, DUCKDB_TYPE_BLOB}, DUCKDB_TYPE_BLOB, call<truncate_blob>}});
  register_overloads(connection, "iceberg_truncate_decimal", {{{kInt, kAny}, kText, call<truncate_decimal>}});
}

}  // namespace boathouse::engine
