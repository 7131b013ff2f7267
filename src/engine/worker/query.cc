// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/query.h"

#include <fstream>
#include <functional>

#include "base/file.h"
#include "engine/result_names.h"
#include "engine/worker/params.h"
#include "engine/worker/result_avro.h"
#include "engine/worker/result_csv.h"
#include "engine/worker/result_json.h"

namespace boathouse::engine {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse(std::string message) { throw DuckError{"Not read-only", std::move(message), std::nullopt}; }

// The caller has judged the parse tree; this holds even where that judgement has a hole.
Prepared prepare_read_only(const Connection& connection, const std::string& sql) {
  Extracted statements;
  const idx_t count = duckdb_extract_statements(connection.get(), sql.c_str(), statements.out());
  if (count == 0) {
    if (const char* failed = duckdb_extract_statements_error(statements.get())) throw in_bytes(duck_error(failed), sql);
    throw DuckError{"Parser", "there is no statement", std::nullopt};
  }
  if (count != 1) refuse("only one statement is allowed");
  Prepared prepared;
  if (duckdb_prepare_extracted_statement(connection.get(), statements.get(), 0, prepared.out()) != DuckDBSuccess) {
    throw duck_error(duckdb_prepare_error(prepared.get()));
  }
  const duckdb_statement_type type = duckdb_prepared_statement_type(prepared.get());
  if (type != DUCKDB_STATEMENT_TYPE_SELECT && type != DUCKDB_STATEMENT_TYPE_EXPLAIN) {
    refuse("only a statement that reads is allowed");
  }
  return prepared;
}

struct Limits {
  std::optional<std::uint64_t> rows;
  std::optional<std::uint64_t> bytes;
};

std::optional<std::uint64_t> number(const json::object& command, std::string_view key) {
  const json::value* value = command.if_contains(key);
  return value ? std::optional(value->to_number<std::uint64_t>()) : std::nullopt;
}

std::vector<std::string> names_of(const std::vector<ResultColumn>& columns) {
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const ResultColumn& column : columns) names.push_back(column.name);
  return names;
}

std::vector<std::string> json_keys(const std::vector<std::string>& names) {
  std::vector<std::string> keys;
  for (const std::string& name : names) {
    append_json_string(keys.emplace_back(), name);
    keys.back() += ':';
  }
  return keys;
}

using WriteRow = std::function<void(std::string& out, const std::vector<VectorView>& vectors, idx_t row)>;

WriteRow row_writer(const std::string& format, const std::vector<ResultColumn>& columns) {
  if (format == "csv") return append_csv_row;
  if (format == "ndjson") {
    return [keys = json_keys(distinct_names(names_of(columns)))](std::string& out,
                                                                 const std::vector<VectorView>& vectors, idx_t row) {
      append_json_object(out, keys, vectors, row, JsonStyle::portable);
      out += '\n';
    };
  }
  if (format == "records") {
    return [keys = json_keys(names_of(columns)), first = true](std::string& out, const std::vector<VectorView>& vectors,
                                                               idx_t row) mutable {
      if (!first) out += ',';
      first = false;
      append_json_object(out, keys, vectors, row, JsonStyle::records);
    };
  }
  if (format == "json_lines" || format == "kept") {
    return [](std::string& out, const std::vector<VectorView>& vectors, idx_t row) {
      append_json_row(out, vectors, row, JsonStyle::portable);
      out += '\n';
    };
  }
  return [first = true](std::string& out, const std::vector<VectorView>& vectors, idx_t row) mutable {
    if (!first) out += ',';
    first = false;
    append_json_row(out, vectors, row, JsonStyle::portable);
  };
}

json::object end_of(std::uint64_t rows, bool truncated) { return {{"row_count", rows}, {"truncated", truncated}}; }

json::object stream_rows(const QueryContext& context, Result& result, const std::vector<ResultColumn>& columns,
                         const Limits& limits, ResultBytes& bytes, const WriteRow& write_row) {
  std::uint64_t rows = 0;
  bool truncated = false;
  while (!truncated) {
    const Chunk chunk = result.fetch();
    if (!chunk) break;
    context.interrupts.check();
    const std::vector<VectorView> vectors = view(columns, chunk.get());
    const idx_t size = duckdb_data_chunk_get_size(chunk.get());
    for (idx_t row = 0; row < size && !truncated; ++row) {
      if (limits.rows && rows == *limits.rows) {
        truncated = true;
      } else {
        write_row(bytes.buffer(), vectors, row);
        bytes.flush_if_full();
        ++rows;
      }
    }
  }
  return end_of(rows, truncated);
}

json::object stream_text(const QueryContext& context, Result& result, const std::vector<ResultColumn>& columns,
                         const std::string& format, const Limits& limits) {
  ResultBytes bytes(context.output, limits.bytes);
  if (format == "csv") append_csv_header(bytes.buffer(), columns);
  if (format == "records") bytes.buffer() += '[';
  json::object end = stream_rows(context, result, columns, limits, bytes, row_writer(format, columns));
  if (format == "records") bytes.buffer() += ']';
  bytes.flush();
  return end;
}

json::object stream_avro(const QueryContext& context, Result& result, const std::vector<ResultColumn>& columns,
                         const Limits& limits) {
  AvroResult file(columns);
  ResultBytes bytes(context.output, limits.bytes);
  json::object end = stream_rows(context, result, columns, limits, bytes,
                                 [&file](std::string& out, const std::vector<VectorView>& vectors, idx_t row) {
                                   file.append_row(vectors, row);
                                   out += file.take();
                                 });
  bytes.buffer() += file.finish();
  bytes.flush();
  return end;
}

ParquetMetadata parquet_metadata(const json::object& command) {
  ParquetMetadata metadata;
  if (const json::value* given = command.if_contains("metadata")) {
    for (const auto& entry : given->as_object()) metadata.emplace(entry.key(), entry.value().as_string());
  }
  return metadata;
}

// A result on its way through a file of the spill folder.
class ParquetFile {
 public:
  explicit ParquetFile(const QueryContext& context) : context_(context), path_(context.spill / "result.parquet") {}
  ~ParquetFile() { base::remove_quietly(path_); }
  ParquetFile(const ParquetFile&) = delete;
  ParquetFile& operator=(const ParquetFile&) = delete;

  ParquetResult::Written write(Result& result, const std::vector<ResultColumn>& columns,
                               const ParquetOptions& options) const {
    Connection copying = connect(context_.database);
    Interrupts::Registration registration(context_.interrupts, copying.get());
    return context_.parquet.write(copying, result, columns, options, path_);
  }

  void send(ResultBytes bytes) const {
    std::ifstream file(path_, std::ios::binary);
    while (file) {
      context_.interrupts.check();
      bytes.buffer().resize(kDataFrame);
      file.read(bytes.buffer().data(), static_cast<std::streamsize>(kDataFrame));
      bytes.buffer().resize(static_cast<std::size_t>(file.gcount()));
      bytes.flush();
    }
    if (!file.eof()) throw DuckError{"IO", "the result's file cannot be read", std::nullopt};
  }

 private:
  const QueryContext& context_;
  const std::filesystem::path path_;
};

json::object stream_parquet(const QueryContext& context, Result& result, const std::vector<ResultColumn>& columns,
                            const json::object& command, const Limits& limits) {
  const ParquetFile file(context);
  const ParquetResult::Written written =
      file.write(result, columns, {.row_limit = limits.rows, .metadata = parquet_metadata(command), .each = {}});
  file.send(ResultBytes(context.output, limits.bytes));
  return end_of(written.rows, written.truncated);
}

// True for rows that Parquet has no form for: the statement itself and the machine are sound.
bool is_about_values(const DuckError& error) {
  for (const char* type : {"Interrupt", "IO", "Out of Memory", "INTERNAL", "FATAL"}) {
    if (error.type == type) return false;
  }
  return true;
}

// Rows become text as they pass by on their way into the file; where the file fails the others follow alone.
json::object stream_kept(const QueryContext& context, Result& result, const std::vector<ResultColumn>& columns,
                         const Limits& limits) {
  ResultBytes bytes(context.output, limits.bytes);
  const WriteRow write_row = row_writer("kept", columns);
  auto write_rows = [&](duckdb_data_chunk chunk, idx_t rows) {
    const std::vector<VectorView> vectors = view(columns, chunk);
    for (idx_t row = 0; row < rows; ++row) {
      write_row(bytes.buffer(), vectors, row);
      bytes.flush_if_full();
    }
  };
  const ParquetFile file(context);
  try {
    const ParquetResult::Written written =
        file.write(result, columns, {.row_limit = limits.rows, .metadata = {}, .each = write_rows});
    bytes.flush();
    file.send(ResultBytes(context.output, std::nullopt, FrameType::file));
    return end_of(written.rows, written.truncated);
  } catch (const DuckError& error) {
    if (context.parquet.statement_failed() || !is_about_values(error)) throw;
    const ParquetResult::Written before = context.parquet.so_far();
    json::object end = end_of(before.rows, before.truncated);
    if (!before.truncated) {
      const Limits left{limits.rows ? std::optional(*limits.rows - before.rows) : std::nullopt, limits.bytes};
      end = stream_rows(context, result, columns, left, bytes, write_row);
      end["row_count"] = end.at("row_count").to_number<std::uint64_t>() + before.rows;
    }
    bytes.flush();
    end["no_file"] = error.message;
    return end;
  }
}

}  // namespace

void use_lease_database(const Connection& connection) { run(connection, "USE lease"); }

json::object run_query(const QueryContext& context, const json::object& command) {
  const Connection& connection = context.connection;
  Interrupts::Registration registration(context.interrupts, connection.get());
  if (context.use_lease) use_lease_database(connection);
  run(connection, "BEGIN TRANSACTION");
  for (const json::value& statement : command.at("setup").as_array()) {
    context.interrupts.check();
    run(connection, std::string(statement.as_string()));
  }
  Prepared statement = prepare_read_only(connection, std::string(command.at("sql").as_string()));
  if (command.contains("only_bind")) return end_of(0, false);
  bind_parameters(statement, command.at("params"));
  context.interrupts.check();
  Result result;
  run_streaming(statement, result);

  const std::vector<ResultColumn> columns = describe(result);
  std::string schema = "{\"columns\":";
  append_json_columns(schema, columns);
  schema += '}';
  context.output.send(FrameType::schema, schema);
  const Limits limits{number(command, "row_limit"), number(command, "max_bytes")};
  const std::string format(command.at("format").as_string());
  if (format == "parquet") return stream_parquet(context, result, columns, command, limits);
  if (format == "kept") return stream_kept(context, result, columns, limits);
  if (format == "avro") return stream_avro(context, result, columns, limits);
  return stream_text(context, result, columns, format, limits);
}

}  // namespace boathouse::engine
