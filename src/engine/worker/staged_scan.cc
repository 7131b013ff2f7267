// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/staged_scan.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "batch/inference.h"
#include "batch/staged_rows.h"
#include "engine/worker/duck.h"

namespace boathouse::engine {
namespace {

using batch::StagedColumn;
using batch::StagedSpec;

// DuckDB's C API is called back into: no exception may pass it.
template <typename Info, typename Body>
void guarded(Info info, void (*set_error)(Info, const char*), Body body) {
  try {
    body();
  } catch (const std::exception& failure) {
    set_error(info, failure.what());
  } catch (const DuckError& failure) {
    set_error(info, failure.message.c_str());
  }
}

template <typename T>
void destroy(void* object) {
  delete static_cast<T*>(object);
}

std::string text_parameter(duckdb_bind_info info, idx_t index) {
  Value value(duckdb_bind_get_parameter(info, index));
  if (duckdb_is_null_value(value.get()))
    throw DuckError{"Binder", "a path and a specification are needed", std::nullopt};
  return take_text(duckdb_get_varchar(value.get()));
}

LogicalType simple_type(duckdb_type type) { return LogicalType(duckdb_create_logical_type(type)); }

LogicalType type_of(const batch::ColumnType& type) {
  using batch::TypeKind;
  switch (type.kind) {
    case TypeKind::integer: return simple_type(DUCKDB_TYPE_INTEGER);
    case TypeKind::bigint: return simple_type(DUCKDB_TYPE_BIGINT);
    case TypeKind::double_: return simple_type(DUCKDB_TYPE_DOUBLE);
    case TypeKind::decimal: return LogicalType(duckdb_create_decimal_type(type.precision, type.scale));
    case TypeKind::boolean: return simple_type(DUCKDB_TYPE_BOOLEAN);
    case TypeKind::date: return simple_type(DUCKDB_TYPE_DATE);
    case TypeKind::time: return simple_type(DUCKDB_TYPE_TIME);
    case TypeKind::timestamp: return simple_type(DUCKDB_TYPE_TIMESTAMP);
    case TypeKind::timestamptz:
    case TypeKind::iso_date: return simple_type(DUCKDB_TYPE_TIMESTAMP_TZ);
    case TypeKind::uuid: return simple_type(DUCKDB_TYPE_UUID);
    case TypeKind::binary: return simple_type(DUCKDB_TYPE_BLOB);
    case TypeKind::string:
    case TypeKind::json: break;
  }
  return simple_type(DUCKDB_TYPE_VARCHAR);
}

bool is_stored_as_text(const batch::ColumnType& type) {
  return type.kind == batch::TypeKind::string || type.kind == batch::TypeKind::json ||
         type.kind == batch::TypeKind::binary;
}

void add_column(duckdb_bind_info info, const std::string& name, const LogicalType& type) {
  duckdb_bind_add_result_column(info, name.c_str(), type.get());
}

// Writes strings into a vector: short ones into their place, others through DuckDB, which owns the memory for them.
class VectorStrings final : public batch::StringTarget {
 public:
  void point_to(duckdb_vector vector) {
    vector_ = vector;
    data_ = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  }
  void put(std::size_t row, std::string_view value) override {
    if (value.size() > sizeof(duckdb_string_t::value.inlined.inlined)) {
      duckdb_vector_assign_string_element_len(vector_, row, value.data(), value.size());
      return;
    }
    duckdb_string_t inlined{};  // the bytes after the text must be zero
    inlined.value.inlined.length = static_cast<std::uint32_t>(value.size());
    if (!value.empty()) std::memcpy(inlined.value.inlined.inlined, value.data(), value.size());
    data_[row] = inlined;
  }

 private:
  duckdb_vector vector_ = nullptr;
  duckdb_string_t* data_ = nullptr;
};

struct RowsBind {
  std::string path;
  StagedSpec spec;
};

// The result columns after the spec's own.
enum class Extra { row, ok, bad, reasons, data };

constexpr std::size_t kVectorSize = 2048;

// One output column of the running scan.
struct Output {
  std::size_t column = 0;  // in the bind's result columns
  VectorStrings strings;
  std::array<std::uint64_t, kVectorSize / 64> validity;
};

struct RowsScan {
  explicit RowsScan(const RowsBind& bind) : rows(bind.path, bind.spec) {}

  bool is_extra(std::size_t column) const { return column >= rows.spec().columns.size(); }
  Extra extra(std::size_t column) const { return static_cast<Extra>(column - rows.spec().columns.size()); }

  batch::StagedRows rows;
  std::vector<std::unique_ptr<Output>> outputs;  // in the order of the chunk's vectors; null: nothing to write
  std::vector<batch::ColumnTarget> targets;
  bool judge_all = false;
  bool report = false;
};

void bind_rows(duckdb_bind_info info) {
  guarded(info, duckdb_bind_set_error, [info] {
    auto bind = std::make_unique<RowsBind>();
    bind->path = text_parameter(info, 0);
    bind->spec = StagedSpec::from_json(text_parameter(info, 1));
    for (const StagedColumn& column : bind->spec.columns) add_column(info, column.name, type_of(column.type));
    LogicalType varchar = simple_type(DUCKDB_TYPE_VARCHAR);
    add_column(info, "_row", simple_type(DUCKDB_TYPE_BIGINT));
    add_column(info, "_ok", simple_type(DUCKDB_TYPE_BOOLEAN));
    if (bind->spec.raw) {
      add_column(info, "_bad", LogicalType(duckdb_create_list_type(varchar.get())));
      add_column(info, "_reasons", varchar);
      add_column(info, "_data", varchar);
    }
    duckdb_bind_set_bind_data(info, bind.release(), destroy<RowsBind>);
  });
}

void init_rows(duckdb_init_info info) {
  guarded(info, duckdb_init_set_error, [info] {
    const auto& bind = *static_cast<RowsBind*>(duckdb_init_get_bind_data(info));
    auto scan = std::make_unique<RowsScan>(bind);
    std::size_t known = bind.spec.columns.size() + (bind.spec.raw ? 5 : 2);
    for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
      idx_t column = duckdb_init_get_column_index(info, i);
      // A statement that needs no column, such as count(*), is given one that is none of ours.
      scan->outputs.push_back(column < known ? std::make_unique<Output>() : nullptr);
      if (column >= known) continue;
      scan->outputs.back()->column = column;
      if (!scan->is_extra(column)) continue;
      scan->report = scan->report || scan->extra(column) > Extra::ok;
      scan->judge_all = scan->judge_all || scan->report || scan->extra(column) == Extra::ok;
    }
    scan->targets.resize(bind.spec.columns.size());
    duckdb_init_set_max_threads(info, 1);
    duckdb_init_set_init_data(info, scan.release(), destroy<RowsScan>);
  });
}

void aim(RowsScan& scan, duckdb_data_chunk chunk) {
  for (std::size_t i = 0; i < scan.outputs.size(); ++i) {
    Output* output = scan.outputs[i].get();
    if (output == nullptr || scan.is_extra(output->column)) continue;
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
    batch::ColumnTarget& target = scan.targets[output->column];
    output->validity.fill(~std::uint64_t{0});
    target.validity = output->validity.data();
    if (is_stored_as_text(scan.rows.spec().columns[output->column].type)) {
      output->strings.point_to(vector);
      target.strings = &output->strings;
    } else {
      target.data = duckdb_vector_get_data(vector);
    }
  }
}

// Vectors without NULL keep no mask: whoever reads them is faster for it.
void set_validity(duckdb_vector vector, const Output& output, std::size_t count) {
  std::size_t words = (count + 63) / 64;
  bool all_valid = std::all_of(output.validity.begin(), output.validity.begin() + static_cast<std::ptrdiff_t>(words),
                               [](std::uint64_t word) { return word == ~std::uint64_t{0}; });
  if (all_valid) return;
  duckdb_vector_ensure_validity_writable(vector);
  std::memcpy(duckdb_vector_get_validity(vector), output.validity.data(), words * sizeof(std::uint64_t));
}

void put_text(duckdb_vector vector, std::size_t row, std::string_view text) {
  duckdb_vector_assign_string_element_len(vector, row, text.data(), text.size());
}

void put_bad(duckdb_vector vector, std::size_t row, const std::vector<std::string_view>& bad) {
  idx_t begin = duckdb_list_vector_get_size(vector);
  duckdb_list_vector_reserve(vector, begin + bad.size());
  duckdb_vector child = duckdb_list_vector_get_child(vector);
  for (std::size_t i = 0; i < bad.size(); ++i) put_text(child, begin + i, bad[i]);
  duckdb_list_vector_set_size(vector, begin + bad.size());
  static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector))[row] = {begin, bad.size()};
}

void put_reports(const RowsScan& scan, duckdb_data_chunk chunk, std::size_t count) {
  for (std::size_t row = 0; row < count; ++row) {
    batch::RowReport report = scan.rows.report(row);
    for (std::size_t i = 0; i < scan.outputs.size(); ++i) {
      const Output* output = scan.outputs[i].get();
      if (output == nullptr || !scan.is_extra(output->column)) continue;
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
      switch (scan.extra(output->column)) {
        case Extra::bad: put_bad(vector, row, report.bad); break;
        case Extra::reasons: put_text(vector, row, report.reasons); break;
        case Extra::data: put_text(vector, row, report.data); break;
        case Extra::row:
        case Extra::ok: break;
      }
    }
  }
}

void put_extras(const RowsScan& scan, duckdb_data_chunk chunk, std::size_t count) {
  for (std::size_t i = 0; i < scan.outputs.size(); ++i) {
    const Output* output = scan.outputs[i].get();
    if (output == nullptr) continue;
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
    void* data = duckdb_vector_get_data(vector);
    if (!scan.is_extra(output->column)) {
      set_validity(vector, *output, count);
    } else if (scan.extra(output->column) == Extra::row) {
      for (std::size_t row = 0; row < count; ++row) {
        static_cast<std::int64_t*>(data)[row] = static_cast<std::int64_t>(scan.rows.row_number(row));
      }
    } else if (scan.extra(output->column) == Extra::ok) {
      for (std::size_t row = 0; row < count; ++row) static_cast<bool*>(data)[row] = scan.rows.ok(row);
    }
  }
  if (scan.report) put_reports(scan, chunk, count);
}

void scan_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
  guarded(info, duckdb_function_set_error, [&] {
    auto& scan = *static_cast<RowsScan*>(duckdb_function_get_init_data(info));
    aim(scan, chunk);
    std::size_t count =
        scan.rows.fill(scan.targets, std::min<std::size_t>(kVectorSize, duckdb_vector_size()), scan.judge_all);
    put_extras(scan, chunk, count);
    duckdb_data_chunk_set_size(chunk, count);
  });
}

struct ColumnsScan {
  std::vector<batch::ColumnEvidence> columns;
  std::size_t next = 0;
};

void bind_columns(duckdb_bind_info info) {
  guarded(info, duckdb_bind_set_error, [info] {
    auto bind = std::make_unique<RowsBind>();
    bind->path = text_parameter(info, 0);
    bind->spec = StagedSpec::from_json(text_parameter(info, 1));
    for (const char* name : {"name", "type"}) add_column(info, name, simple_type(DUCKDB_TYPE_VARCHAR));
    for (const char* name : {"row_count", "missing"}) add_column(info, name, simple_type(DUCKDB_TYPE_BIGINT));
    for (const char* name : {"candidates", "kinds"}) add_column(info, name, simple_type(DUCKDB_TYPE_INTEGER));
    duckdb_bind_set_bind_data(info, bind.release(), destroy<RowsBind>);
  });
}

void init_columns(duckdb_init_info info) {
  guarded(info, duckdb_init_set_error, [info] {
    const auto& bind = *static_cast<RowsBind*>(duckdb_init_get_bind_data(info));
    auto scan = std::make_unique<ColumnsScan>();
    scan->columns = batch::infer_columns(bind.path, bind.spec).columns;
    duckdb_init_set_max_threads(info, 1);
    duckdb_init_set_init_data(info, scan.release(), destroy<ColumnsScan>);
  });
}

template <typename T>
void put_number(duckdb_data_chunk chunk, idx_t column, std::size_t row, std::uint64_t value) {
  static_cast<T*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, column)))[row] = static_cast<T>(value);
}

void scan_columns(duckdb_function_info info, duckdb_data_chunk chunk) {
  guarded(info, duckdb_function_set_error, [&] {
    auto& scan = *static_cast<ColumnsScan*>(duckdb_function_get_init_data(info));
    std::size_t count = std::min<std::size_t>(duckdb_vector_size(), scan.columns.size() - scan.next);
    for (std::size_t row = 0; row < count; ++row) {
      const batch::ColumnEvidence& column = scan.columns[scan.next + row];
      put_text(duckdb_data_chunk_get_vector(chunk, 0), row, column.name);
      put_text(duckdb_data_chunk_get_vector(chunk, 1), row, column.resolve().to_text());
      put_number<std::int64_t>(chunk, 2, row, column.rows);
      put_number<std::int64_t>(chunk, 3, row, column.missing);
      put_number<std::int32_t>(chunk, 4, row, column.candidates);
      put_number<std::int32_t>(chunk, 5, row, column.kinds);
    }
    scan.next += count;
    duckdb_data_chunk_set_size(chunk, count);
  });
}

void register_function(duckdb_connection connection, const char* name, duckdb_table_function_bind_t bind,
                       duckdb_table_function_init_t init, duckdb_table_function_t scan, bool projects) {
  TableFunction function(duckdb_create_table_function());
  LogicalType varchar = simple_type(DUCKDB_TYPE_VARCHAR);
  duckdb_table_function_set_name(function.get(), name);
  for (int i = 0; i < 2; ++i) duckdb_table_function_add_parameter(function.get(), varchar.get());
  duckdb_table_function_set_bind(function.get(), bind);
  duckdb_table_function_set_init(function.get(), init);
  duckdb_table_function_set_function(function.get(), scan);
  duckdb_table_function_supports_projection_pushdown(function.get(), projects);
  if (duckdb_register_table_function(connection, function.get()) != DuckDBSuccess) {
    throw DuckError{"INTERNAL", std::string("cannot register ") + name, std::nullopt};
  }
}

}  // namespace

void register_staged_scan(duckdb_connection connection) {
  register_function(connection, "staged_rows", bind_rows, init_rows, scan_rows, true);
  register_function(connection, "staged_columns", bind_columns, init_columns, scan_columns, false);
}

}  // namespace boathouse::engine
