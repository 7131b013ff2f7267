// SPDX-License-Identifier: Apache-2.0
// Parquet bodies: the engine reads them typed; each value is then taken exactly or its row rejected. The relation that
// comes out has the same shape as that of staged text (batch/staged_spec.h).
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/column_types.h"
#include "core/ingest_adopt.h"
#include "core/ingest_plan.h"
#include "iceberg/evolve.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_identifier;
using base::quote_string;
using batch::TypeKind;

bool is_integer(std::string_view type) {
  return type == "TINYINT" || type == "SMALLINT" || type == "INTEGER" || type == "BIGINT" || type == "UTINYINT" ||
         type == "USMALLINT" || type == "UINTEGER" || type == "UBIGINT" || type == "HUGEINT" || type == "UHUGEINT";
}
bool is_fraction(std::string_view type) { return type == "FLOAT" || type == "DOUBLE"; }
bool is_decimal(std::string_view type) { return type.starts_with("DECIMAL"); }
bool is_number(std::string_view type) { return is_integer(type) || is_fraction(type) || is_decimal(type); }

bool is_naive_time(std::string_view type) { return type.starts_with("TIMESTAMP") && type != kZonedTime; }

}  // namespace

void rethrow_of_body(const StagedBody& body, const Error& error) {
  const bool said_by_engine = !error.trail().empty() && error.trail().front().starts_with("engine: ");
  const bool of_body = body.request.format == BodyFormat::parquet && error.kind() == ErrorKind::invalid_argument;
  if (!of_body || !said_by_engine) throw error;
  std::string words = error.message();
  const std::string place =
      fmt::format("file '/{}/{}'", body.file.parent_path().filename().string(), body.file.filename().string());
  if (auto at = words.find(place); at != std::string::npos) words.replace(at, place.size(), "file");
  throw Error(ErrorKind::invalid_argument, "the body is not a whole Parquet file: " + words);
}

bool is_nested(std::string_view engine_type) {
  return engine_type.ends_with("]") || engine_type.starts_with("STRUCT") || engine_type.starts_with("MAP") ||
         engine_type.starts_with("UNION") || engine_type == "VARIANT";
}

batch::ColumnType parquet_type(const ParquetColumn& source) {
  const std::string& type = source.type;
  if (is_nested(type)) return {.kind = TypeKind::string};
  if (type == "BOOLEAN") return {.kind = TypeKind::boolean};
  if (type == "TINYINT" || type == "SMALLINT" || type == "INTEGER" || type == "UTINYINT" || type == "USMALLINT") {
    return {.kind = TypeKind::integer};
  }
  if (type == "UINTEGER" || type == "BIGINT") return {.kind = TypeKind::bigint};
  if (type == "UBIGINT") return batch::ColumnType::decimal(20, 0);
  if (type == "HUGEINT" || type == "UHUGEINT") return batch::ColumnType::decimal(38, 0);
  if (is_fraction(type)) return {.kind = TypeKind::double_};
  if (is_decimal(type)) return batch::ColumnType::parse(type);
  if (type == "DATE") return {.kind = TypeKind::date};
  if (type == "TIME" || type == "TIME_NS") return {.kind = TypeKind::time};
  if (type == kZonedTime) return {.kind = TypeKind::timestamptz};
  if (is_naive_time(type)) return {.kind = TypeKind::timestamp};
  if (type == "UUID") return {.kind = TypeKind::uuid};
  if (type == "BLOB") return {.kind = TypeKind::binary};
  return {.kind = TypeKind::string};
}

namespace {

// The value of `x` as the target type, NULL where it is missing or cannot be taken exactly.
std::string exactly(const std::string& x, std::string_view from, const batch::ColumnType& to) {
  const std::string target = to.duckdb_name();
  auto cast_back = [&](std::string_view via) {
    return fmt::format("CASE WHEN CAST(TRY_CAST({0} AS {1}) AS {2}) = {0} THEN TRY_CAST({0} AS {1}) END", x, target,
                       via);
  };
  if (from == target && to.kind != TypeKind::json) return x;
  if (from == kZonedTime && (to.kind == TypeKind::timestamptz || to.kind == TypeKind::iso_date)) return x;
  if (from == "VARCHAR" || from.starts_with("ENUM")) {
    std::string text = from == "VARCHAR" ? x : "CAST(" + x + " AS VARCHAR)";
    if (to.kind == TypeKind::string) return text;
    if (to.kind == TypeKind::decimal) {
      return fmt::format("CAST(strict_decimal({}, {}, {}) AS {})", text, to.precision, to.scale, target);
    }
    return fmt::format("strict_{}({})", base::fold_case(to.to_text()), text);
  }
  switch (to.kind) {
    case TypeKind::integer:
    case TypeKind::bigint:
    case TypeKind::double_:
      if (is_number(from)) return fmt::format("exact_{}({})", base::fold_case(to.to_text()), x);
      break;
    case TypeKind::decimal:
      if (is_number(from)) {
        return fmt::format("CAST(exact_decimal({}, {}, {}) AS {})", x, to.precision, to.scale, target);
      }
      break;
    case TypeKind::date:
      if (is_naive_time(from)) return cast_back(from);
      break;
    case TypeKind::time:
      if (from == "TIME_NS") return cast_back(from);
      break;
    case TypeKind::timestamp:
      if (is_naive_time(from) || from == "DATE") return cast_back(from);
      break;
    case TypeKind::json:
      if (is_nested(from)) return "CAST(to_json(" + x + ") AS VARCHAR)";
      break;
    case TypeKind::string:
      // Only where the table makes up its types: text is the nearest that a table can hold.
      if (is_nested(from)) return "CAST(to_json(" + x + ") AS VARCHAR)";
      if (from == "INTERVAL" || from == "BIT" || from == "TIME WITH TIME ZONE") return "CAST(" + x + " AS VARCHAR)";
      break;
    case TypeKind::boolean:
      if (is_number(from)) return fmt::format("CASE {} WHEN 1 THEN true WHEN 0 THEN false END", x);
      break;
    case TypeKind::timestamptz:
    case TypeKind::iso_date:
    case TypeKind::uuid:
    case TypeKind::binary: break;
  }
  return fmt::format("CAST(NULL AS {})", target);
}

// What quarantine shows of a value.
std::string as_text(const std::string& x, std::string_view type) {
  if (type == "BLOB") return "to_base64(" + x + ")";
  if (is_nested(type)) return "CAST(to_json(" + x + ") AS VARCHAR)";
  return "CAST(" + x + " AS VARCHAR)";
}

}  // namespace

namespace {

// What the file says of a column.
struct FileColumn {
  std::string name;
  std::int64_t digits = 0;  // the most of a decimal in it
  bool holds_nothing = false;
};

// The columns out of all elements of the file's schema: the root, then each with all that is inside it.
std::vector<FileColumn> file_columns(const boost::json::array& elements) {
  std::vector<FileColumn> columns;
  std::int64_t inside = 0;  // elements that are still to come in the last column
  for (std::size_t i = 1; i < elements.size(); ++i) {
    const boost::json::array& element = elements[i].as_array();
    if (inside == 0) {
      columns.push_back({std::string(element.at(0).as_string()), 0, element.at(3).as_bool()});
      inside = 1;
    }
    inside += element.at(1).to_number<std::int64_t>() - 1;
    columns.back().digits = std::max(columns.back().digits, element.at(2).to_number<std::int64_t>());
  }
  return columns;
}

// What the engine reads, how many rows there are, and all elements of the file's schema.
std::vector<engine::Rows> told_of(const StagedBody& body, engine::Lease& lease, batch::ParquetFacts& facts) {
  std::string file = quote_string(body.file.string());
  try {
    facts = clear_claims(body, lease);
    return lease.execute({
        fmt::format("DESCRIBE SELECT * FROM read_parquet({}, hive_partitioning = false)", file),
        fmt::format("SELECT CAST(num_rows AS BIGINT) FROM parquet_file_metadata({})", file),
        fmt::format("SELECT name, coalesce(num_children, 0), coalesce(precision, 0), coalesce(logical_type LIKE "
                    "'NullType%', false) FROM parquet_schema({})",
                    file),
    });
  } catch (const Error& error) {
    rethrow_of_body(body, error);
  }
}

void check_column(const FileColumn& column) {
  constexpr std::int64_t kMostDigits = 38;
  if (column.name.empty()) throw Error(ErrorKind::invalid_argument, "a column has no name: give it one");
  if (column.digits <= kMostDigits) return;
  throw Error(ErrorKind::invalid_argument,
              fmt::format("column \"{}\" is a decimal of {} digits, and {} are the most: send "
                          "fewer, or text",
                          column.name, column.digits, kMostDigits))
      .with("column", column.name);
}

void check_no_twins(const std::vector<ParquetColumn>& columns) {
  std::set<std::string_view> names;
  for (const ParquetColumn& column : columns) {
    if (names.insert(column.label).second) continue;
    throw Error(ErrorKind::invalid_argument, fmt::format("two columns are called \"{}\": rename one", column.label))
        .with("column", column.label);
  }
}

}  // namespace

std::vector<ParquetColumn> parquet_columns(const StagedBody& body, engine::Lease& lease, batch::ParquetFacts& facts,
                                           std::int64_t& rows) {
  const std::vector<engine::Rows> told = told_of(body, lease, facts);
  const std::vector<FileColumn> in_file = file_columns(told.at(2).rows);
  const boost::json::array& read = told.at(0).rows;
  if (read.size() != in_file.size())
    throw Error(ErrorKind::invalid_argument, "the body has columns that nobody can read");
  std::vector<ParquetColumn> columns;
  for (std::size_t i = 0; i < read.size(); ++i) {
    check_column(in_file[i]);
    std::string type(in_file[i].holds_nothing ? kNothing : std::string_view(read[i].at(1).as_string()));
    columns.push_back({std::string(read[i].at(0).as_string()), std::move(type), in_file[i].name});
  }
  check_no_twins(columns);
  rows = told.at(1).rows.at(0).at(0).to_number<std::int64_t>();
  return columns;
}

namespace {

// The SQL of the relation, column by column.
struct ParquetRelation {
  std::vector<std::string> typed;
  std::vector<std::string> fits;
  std::vector<std::string> bad;
  std::vector<std::string> reasons;
  std::vector<std::string> data;

  void add(const ParquetColumn* source, const ContractColumn& column) {
    std::string name = quote_identifier(column.name);
    if (source == nullptr) {
      typed.push_back(fmt::format("CAST(NULL AS {}) AS {}", column.type.duckdb_name(), name));
      data.push_back(fmt::format("{}, NULL", quote_string(column.name)));
      return;
    }
    std::string x = "p." + quote_identifier(source->name);
    std::string text = as_text(x, source->type);
    std::string value = exactly(x, source->type, column.type);
    typed.push_back(value + " AS " + name);
    data.push_back(fmt::format("{}, {}", quote_string(column.name), text));
    if (value == x) return;
    std::string fails = fmt::format("({} IS NOT NULL AND ({}) IS NULL)", x, value);
    std::string message = fmt::format("a value of the file's type {} cannot be taken exactly as {}", source->type,
                                      batch::with_article(column.type));
    fits.push_back("NOT " + fails);
    bad.push_back(fmt::format("CASE WHEN {} THEN {} END", fails, quote_string(column.name)));
    reasons.push_back(
        fmt::format("CASE WHEN {} THEN json_object('column', {}, 'rule', 'type', 'value', {}, 'message', {}) END",
                    fails, quote_string(column.name), text, quote_string(message)));
  }

  static std::string without_nulls(const std::vector<std::string>& items, std::string_view type) {
    return fmt::format("list_filter(CAST([{}] AS {}[]), lambda r: r IS NOT NULL)", fmt::join(items, ", "), type);
  }

  std::string sql(const std::filesystem::path& file, bool raw) const {
    std::string columns = fmt::format("{}, p.file_row_number + 1 AS _row, {} AS _ok", fmt::join(typed, ", "),
                                      fits.empty() ? "true" : fmt::format("({})", fmt::join(fits, " AND ")));
    if (raw) {
      columns += fmt::format(
          ", {} AS _bad, CAST(to_json({}) AS VARCHAR) AS _reasons, CAST(json_object({}) AS VARCHAR) AS _data",
          without_nulls(bad, "VARCHAR"), without_nulls(reasons, "JSON"), fmt::join(data, ", "));
    }
    return fmt::format("SELECT {} FROM read_parquet({}, hive_partitioning = false, file_row_number = true) p", columns,
                       quote_string(file.string()));
  }
};

}  // namespace

std::string parquet_rows(const std::filesystem::path& file, const std::vector<ParquetTaken>& columns, bool raw) {
  ParquetRelation relation;
  for (const ParquetTaken& taken : columns) relation.add(taken.source, taken.column);
  return relation.sql(file, raw);
}

bool is_taken_as_it_is(const std::vector<ParquetTaken>& columns) {
  ParquetRelation relation;
  for (const ParquetTaken& taken : columns) relation.add(taken.source, taken.column);
  return relation.fits.empty();
}

void plan_parquet(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan) {
  engine::Lease lease = ingest_lease(parts, body.request.workspace.id);
  batch::ParquetFacts facts;
  std::vector<ParquetColumn> sources = parquet_columns(body, lease, facts, plan.rows_received);
  std::vector<const ParquetColumn*> source_of(known.columns.size(), nullptr);
  std::vector<const ParquetColumn*> fresh;
  for (const ParquetColumn& source : sources) {
    if (base::fold_case(source.name) == "file_row_number") {
      throw Error(ErrorKind::invalid_argument, "column \"file_row_number\" has a name that is reserved: rename it");
    }
    if (source.name != source.label) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("column \"{}\" differs from another one in letter case only: rename it", source.label))
          .with("column", source.label);
    }
    const ContractColumn* column = known.find(source.name);
    if (column != nullptr) {
      source_of[static_cast<std::size_t>(column - known.columns.data())] = &source;
    } else if (known.unknown != UnknownColumns::ignore) {
      check_new_column(known, source.name);
      fresh.push_back(&source);
    }
  }
  std::vector<ParquetTaken> taken;
  plan.rules.columns = known.columns;
  for (std::size_t i = 0; i < known.columns.size(); ++i) {
    ContractColumn& column = plan.rules.columns[i];
    if (!known.has_contract && source_of[i] != nullptr) {
      batch::ColumnType wider = parquet_type(*source_of[i]);
      if (iceberg::can_widen(to_iceberg(column.type), to_iceberg(wider))) column.type = wider;
    }
    taken.push_back({source_of[i], column});
  }
  for (const ParquetColumn* source : fresh) {
    ContractColumn column;
    column.name = source->name;
    column.type = parquet_type(*source);
    taken.push_back({source, column});
    plan.rules.columns.push_back(std::move(column));
  }
  if (is_taken_as_it_is(taken)) plan.adoptable = std::move(facts);
  plan.staged.push_back(parquet_rows(body.file, taken, false));
  plan.staged_sizes.push_back({.rows = plan.rows_received});
  plan.staged_raw.push_back(parquet_rows(body.file, taken, true));
}

}  // namespace boathouse::core
