// SPDX-License-Identifier: Apache-2.0
#include "core/ingest_frame.h"

#include <boost/json/serialize.hpp>
#include <deque>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/column_types.h"
#include "core/frame_dates.h"
#include "core/frame_evidence.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_identifier;
using base::quote_string;
using batch::ColumnType;
using batch::TypeKind;

// The footer entries that are a frame's own, and how long they may be together.
constexpr std::size_t kMostFooter = 1 << 20;
// Of the type of a nested column: it is told with every version of this shape.
constexpr std::size_t kMostTypeText = 16 << 10;

[[noreturn]] void refuse(const std::string& column, const std::string& why) {
  throw Error(ErrorKind::invalid_argument, fmt::format("column \"{}\" {}", column, why)).with("column", column);
}

// One column of the batch on its way into the frame.
struct Incoming {
  std::string name;    // as it came
  std::string stored;  // as the table calls it
  const ContractColumn* known = nullptr;
  ColumnType staged;  // as it is read
  ColumnType type;    // as it is stored
  bool empty = false;
  std::string nested{};  // the engine's type of lists, structs and maps, which are stored as JSON
  std::optional<DateForm> form{};
};

class FramePlanner {
 public:
  FramePlanner(const Parts& parts, const StagedBody& body, const KnownColumns& known, const FrameShape& before,
               BatchPlan& plan)
      : parts_(parts), body_(body), known_(known), before_(before), plan_(plan), frame_(plan.frame.emplace()) {
    for (const ContractColumn& column : known.columns) names_.take(column.name);
    frame_.shape.keys = request().keys.value_or(before.keys);
  }

  void plan() {
    if (body_.request.format == BodyFormat::parquet) {
      read_parquet();
    } else {
      read_text();
    }
    if (columns_.empty() && known_.columns.empty()) {
      throw Error(ErrorKind::invalid_argument,
                  "the frame has no columns: send one without rows as CSV with a header, or as Parquet");
    }
    check_keys();
    find_forms();
    add_columns();
    convert();
  }

 private:
  const FrameRequest& request() const { return *body_.request.frame; }

  bool is_date_key(const std::string& name) const { return key_of(name) == FrameKey::date; }
  std::optional<FrameKey> key_of(const std::string& name) const {
    for (const FrameColumnKey& key : frame_.shape.keys) {
      if (key.column == name) return key.key;
    }
    return std::nullopt;
  }

  Incoming& incoming(const std::string& name) {
    for (const ContractColumn& column : known_.columns) {
      if (before_.name_of(column.name) != name) continue;
      columns_.push_back({.name = name, .stored = column.name, .known = &column, .staged = {}, .type = column.type});
      return columns_.back();
    }
    columns_.push_back({.name = name, .stored = names_.store(name), .staged = {}, .type = {}});
    return columns_.back();
  }

  bool was_empty(const Incoming& column) const {
    return column.known == nullptr || before_.empty.contains(column.stored);
  }
  bool holds_json(const Incoming& column) const { return before_.json.contains(column.stored); }

  // Text

  void read_text() {
    batch::StagedSpec spec = base_spec(parts_, body_);
    bool csv = body_.request.format == BodyFormat::csv;
    if (csv) spec.field_names = csv_fields(body_, known_.columns);
    std::vector<batch::ColumnEvidence> evidence;
    if (csv || body_.scan.rows > 0) evidence = read_evidence(parts_, body_, spec);
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      if (evidence[i].name.empty()) throw Error(ErrorKind::invalid_argument, "a column has no name: give it one");
      Incoming& column = incoming(evidence[i].name);
      take_text(column, evidence[i]);
      spec.columns.push_back({.name = column.stored,
                              .type = column.staged,
                              .format = {},
                              .field = csv ? static_cast<std::int64_t>(i) : -1,
                              .key = csv ? std::string() : column.name});
    }
    add_staged(parts_, body_, spec, plan_);
  }

  void take_text(Incoming& column, const batch::ColumnEvidence& evidence) {
    column.empty = evidence.only_missing();
    take_nested(column, "other values");
    if (is_date_key(column.name) || (column.known != nullptr && is_time(column.type) && !was_empty(column))) {
      column.staged = staged_date(evidence);
      if (column.staged.kind == TypeKind::json) {
        refuse(column.name, "is a \"Date\", so it takes ISO 8601 text or whole milliseconds since 1970");
      }
      return;
    }
    column.type = was_empty(column)    ? frame_type(evidence)
                  : holds_json(column) ? ColumnType{.kind = TypeKind::json}
                                       : grown(column, evidence);
    column.staged = column.type;
  }

  ColumnType grown(const Incoming& column, const batch::ColumnEvidence& evidence) const {
    if (auto type = frame_type_with(column.type, evidence)) return *type;
    refuse(column.name,
           fmt::format("holds {} in this frame, and values that come are of another type: send them as that "
                       "type, or replace the frame with keep_last",
                       column.type.to_text()));
  }

  static bool is_time(const ColumnType& type) {
    return type.kind == TypeKind::date || type.kind == TypeKind::timestamp || type.kind == TypeKind::timestamptz;
  }

  // Parquet

  void read_parquet() {
    engine::Lease lease = ingest_lease(parts_, body_.request.workspace.id);
    batch::ParquetFacts facts;
    sources_ = parquet_columns(body_, lease, facts, plan_.rows_received);
    refuse_lossy(lease);
    read_footer(lease);
    std::vector<ParquetTaken> taken;
    for (const ParquetColumn& source : sources_) {
      Incoming& column = incoming(source.label);
      take_parquet(column, source);
      ContractColumn as;
      as.name = column.stored;
      as.type = column.staged;
      taken.push_back({&source, std::move(as)});
    }
    if (is_taken_as_it_is(taken)) plan_.adoptable = std::move(facts);
    plan_.staged.push_back(parquet_rows(body_.file, taken, false));
    plan_.staged_sizes.push_back({.rows = plan_.rows_received});
    plan_.staged_raw.push_back(parquet_rows(body_.file, taken, true));
  }

  // What the engine would read as something else than it is.
  void refuse_lossy(engine::Lease& lease) const {
    std::string file = quote_string(body_.file.string());
    auto results = lease.execute({fmt::format(
        "SELECT name FROM parquet_schema({}) WHERE logical_type LIKE '%isAdjustedToUTC=1%NANOS=NanoSeconds%' LIMIT 1",
        file)});
    for (const boost::json::value& row : results.front().rows) {
      refuse(std::string(row.at(0).as_string()), "holds nanoseconds, and a table has microseconds: round it first");
    }
    for (const ParquetColumn& source : sources_) {
      if (base::fold_case(source.name) == "file_row_number") {
        refuse(source.label, "has a name that is reserved: rename it");
      }
      std::string type = source.type;
      bool none = type == "INTERVAL" || type == "BIT" || type == "TIME WITH TIME ZONE" || type == "VARIANT" ||
                  type.starts_with("UNION") || type.size() > kMostTypeText;
      if (none) {
        refuse(source.label, fmt::format("is of type {}, which a frame cannot hold: send it as text",
                                         type.substr(0, kMostTypeText / 16)));
      }
      if (is_nested(type)) refuse_inexact(lease, source);
    }
  }

  // Lists, structs and maps are stored as JSON, of which each value must come back as it was.
  void refuse_inexact(engine::Lease& lease, const ParquetColumn& source) const {
    std::string x = quote_identifier(source.name);
    auto wrong = lease.execute(
        {fmt::format("SELECT t FROM (SELECT {0}, CAST(to_json({0}) AS VARCHAR) AS t FROM read_parquet({1}, "
                     "hive_partitioning = false)) "
                     "WHERE {0} IS NOT NULL AND (strict_json(t) IS NULL OR {2} IS DISTINCT FROM {0}) LIMIT 1",
                     x, quote_string(body_.file.string()), nested_sql("t", source.type))});
    if (wrong.front().rows.empty()) return;
    refuse(
        source.name,
        fmt::format("is of type {} and has a value that the JSON which a frame keeps of it would change ({}): save the "
                    "frame with the Python package boathouse, which keeps it exactly, or send the column as text",
                    source.type, std::string_view(wrong.front().rows[0].at(0).as_string()).substr(0, 200)));
  }

  void read_footer(engine::Lease& lease) {
    auto results = lease.execute({fmt::format(
        "SELECT decode(key), value FROM parquet_kv_metadata({}) WHERE key IN ('pandas'::BLOB, 'boathouse'::BLOB)",
        quote_string(body_.file.string()))});
    std::size_t size = 0;
    for (const boost::json::value& row : results.front().rows) {
      auto value = base::from_base64(row.at(1).as_string());
      if (!value || !base::is_utf8(*value)) {
        throw Error(ErrorKind::invalid_argument, fmt::format("the entry \"{}\" of the file's footer is no UTF-8 text",
                                                             std::string_view(row.at(0).as_string())));
      }
      size += value->size();
      frame_.shape.footer[std::string(row.at(0).as_string())] = std::move(*value);
    }
    if (size > kMostFooter) {
      throw Error(
          ErrorKind::too_large,
          fmt::format("the entries \"pandas\" and \"boathouse\" of the file's footer have {} bytes together, and {} "
                      "are the most",
                      size, kMostFooter));
    }
  }

  void take_parquet(Incoming& column, const ParquetColumn& source) {
    column.empty = source.type == kNothing;
    take_nested(column, is_nested(source.type) ? source.type : "other values");
    ColumnType type = source.type == "UBIGINT" ? ColumnType{.kind = TypeKind::bigint} : parquet_type(source);
    if (is_date_key(column.name)) {
      column.staged = type;
      bool fits = column.empty || is_time(type) || type.kind == TypeKind::string || type.kind == TypeKind::integer ||
                  type.kind == TypeKind::bigint;
      if (!fits) refuse(column.name, fmt::format("is of type {}, which is no day or time", source.type));
      if (type.kind == TypeKind::integer) column.staged = {.kind = TypeKind::bigint};
      return;
    }
    if (was_empty(column)) {
      column.type = type;
    } else if (!column.empty && !is_time(column.type)) {
      auto grown = frame_type_with(column.type, type);
      if (!grown) {
        refuse(column.name, fmt::format("holds {} in this frame, and comes as {}: send it as that type, or replace the "
                                        "frame with keep_last",
                                        column.type.to_text(), source.type));
      }
      column.type = *grown;
    }
    column.staged = column.type;
  }

  // Nested values keep one type, in which they come back. `coming`: what the column is now.
  void take_nested(Incoming& column, const std::string& coming) const {
    auto kept = before_.nested.find(column.stored);
    const std::string before = kept == before_.nested.end() || was_empty(column) ? "" : kept->second;
    column.nested = column.empty ? before : is_nested(coming) ? coming : "";
    if (column.nested == before || was_empty(column)) return;
    refuse(column.name,
           fmt::format("holds {} in this frame, and comes as {}: send it as that type, or replace the frame "
                       "with keep_last",
                       before.empty() ? "other values" : before, coming));
  }

  // Days and times

  void check_keys() const {
    if (!request().keys || plan_.rows_received == 0) return;
    for (const FrameColumnKey& key : *request().keys) {
      bool there =
          std::any_of(columns_.begin(), columns_.end(), [&](const Incoming& c) { return c.name == key.column; });
      if (there) continue;
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("\"columns_keys\" names a column \"{}\" that the frame does not have", key.column))
          .with("field", "columns_keys");
    }
  }

  void find_forms() {
    for (Incoming& column : columns_) {
      bool date = is_date_key(column.name);
      bool known_time = column.known != nullptr && is_time(column.type) && !was_empty(column);
      if (!date && !known_time) continue;
      if (is_time(column.staged) && !column.empty) {
        column.type = grown_time(column, column.staged);
        continue;
      }
      column.form = form_of(column);
      ColumnType type = column.form->type();
      bool number_of_time = column.form->is_number() && known_time;
      column.type = number_of_time ? column.type : grown_time(column, type);
      check_round_trip(column);
      if (!column.form->is_number()) frame_.shape.dates[column.stored] = column.form->kept();
    }
  }

  ColumnType grown_time(const Incoming& column, const ColumnType& type) const {
    if (was_empty(column) || column.type == type) return type;
    refuse(column.name, fmt::format("holds {} in this frame, and comes as {}: send it as it came first, or replace the "
                                    "frame with keep_last",
                                    column.type.to_text(), type.to_text()));
  }

  DateForm form_of(const Incoming& column) const {
    auto kept = before_.dates.find(column.stored);
    std::optional<DateForm> before;
    if (column.known != nullptr && !was_empty(column)) {
      before = kept == before_.dates.end() ? DateForm::epoch_ms() : DateForm::parse(kept->second);
    }
    if (column.empty) return before.value_or(DateForm::epoch_ms());
    DateForm form = column.staged.kind == TypeKind::bigint ? DateForm::epoch_ms() : text_form(column);
    if (before && before->kept() != form.kept()) {
      refuse(column.name,
             fmt::format("came as {} before and comes as {} now: send it as before, or replace the frame with "
                         "keep_last",
                         before->kept(), form.kept()));
    }
    return form;
  }

  std::string staged_rows() const { return fmt::format("{}", fmt::join(plan_.staged, " UNION ALL ")); }

  DateForm text_form(const Incoming& column) const {
    std::string x = quote_identifier(column.stored);
    auto found = ingest_lease(parts_, body_.request.workspace.id)
                     .execute({fmt::format(
                         "SELECT {} AS mask, {} AS zone, min({}) FROM ({}) WHERE {} IS NOT NULL GROUP BY ALL LIMIT 2",
                         mask_sql(x), zone_sql(x), x, staged_rows(), x)});
    const boost::json::array& rows = found.front().rows;
    if (rows.empty()) return DateForm::epoch_ms();
    auto form = DateForm::of_text(rows[0].at(0).as_string(), rows[0].at(1).as_string());
    if (!form) refuse_date(column, rows[0].at(2));
    if (rows.size() > 1) {
      refuse(column.name,
             fmt::format("is a \"Date\" whose values are written in several ways ({} and {}): write them in one",
                         std::string_view(rows[0].at(2).as_string()), std::string_view(rows[1].at(2).as_string())));
    }
    return *form;
  }

  [[noreturn]] static void refuse_date(const Incoming& column, const boost::json::value& value) {
    std::string shown = value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
    refuse(column.name,
           fmt::format("is a \"Date\", so it takes ISO 8601 text such as 2024-01-31 or 2024-01-31T12:00:00Z, "
                       "or whole milliseconds since 1970, and not {}",
                       shown));
  }

  // Every value must come back as it came.
  void check_round_trip(const Incoming& column) const {
    if (column.empty) return;
    std::string x = quote_identifier(column.stored);
    std::string back = column.form->source_sql("v");
    auto wrong =
        ingest_lease(parts_, body_.request.workspace.id)
            .execute({fmt::format("SELECT {0} FROM (SELECT {0}, {1} AS v FROM ({2})) WHERE {0} IS NOT NULL AND "
                                  "({3}) IS DISTINCT FROM {0} LIMIT 1",
                                  x, value_of(column), staged_rows(), back)});
    if (!wrong.front().rows.empty()) refuse_date(column, wrong.front().rows[0].at(0));
  }

  // Columns of the table

  void add_columns() {
    plan_.rules.columns = known_.columns;
    for (const Incoming& column : columns_) {
      ContractColumn* rule = nullptr;
      for (ContractColumn& known : plan_.rules.columns) {
        if (known.name == column.stored) rule = &known;
      }
      if (rule == nullptr) {
        rule = &plan_.rules.columns.emplace_back();
        rule->name = column.stored;
      } else if (to_iceberg(rule->type) != to_iceberg(column.type)) {
        note_retyped(column);
      }
      rule->type = column.type;
      note_shape(column);
    }
    for (const ContractColumn& known : known_.columns) keep_shape(known.name);
  }

  void note_retyped(const Incoming& column) {
    if (was_empty(column)) {
      plan_.retyped.insert(column.stored);
    } else if (column.type.kind == TypeKind::double_) {
      plan_.retyped.insert(column.stored);
      plan_.rewritten.insert(column.stored);
    }
  }

  void note_shape(const Incoming& column) {
    if (column.name != column.stored) frame_.shape.names[column.stored] = column.name;
    if (column.type.kind == TypeKind::json || holds_json(column)) frame_.shape.json.insert(column.stored);
    if (!column.nested.empty()) {
      frame_.shape.json.insert(column.stored);
      frame_.shape.nested[column.stored] = column.nested;
    }
    if (column.empty && was_empty(column)) frame_.shape.empty.insert(column.stored);
    note_key(column.name, column.stored);
  }

  void note_key(const std::string& name, const std::string& stored) {
    if (key_of(name) == FrameKey::id) frame_.id = stored;
    if (is_date_key(name)) frame_.date = stored;
  }

  // Of a column that does not come this time.
  void keep_shape(const std::string& stored) {
    for (const Incoming& column : columns_) {
      if (column.stored == stored) return;
    }
    note_key(before_.name_of(stored), stored);
    if (before_.names.contains(stored)) frame_.shape.names[stored] = before_.name_of(stored);
    if (before_.json.contains(stored)) frame_.shape.json.insert(stored);
    if (before_.nested.contains(stored)) frame_.shape.nested[stored] = before_.nested.at(stored);
    if (before_.empty.contains(stored)) frame_.shape.empty.insert(stored);
    if (before_.dates.contains(stored)) frame_.shape.dates[stored] = before_.dates.at(stored);
  }

  // Rows

  std::string value_of(const Incoming& column) const {
    std::string x = quote_identifier(column.stored);
    if (!column.form) return x;
    if (column.empty) return fmt::format("CAST(NULL AS {})", column.type.duckdb_name());
    std::string value = column.form->value_sql(x);
    if (column.form->is_number()) return fmt::format("CAST({} AS {})", value, column.type.duckdb_name());
    return value;
  }

  // The staged rows with the columns of the table.
  void convert() {
    std::vector<std::string> values;
    bool same = true;
    for (const ContractColumn& rule : plan_.rules.columns) {
      auto from =
          std::find_if(columns_.begin(), columns_.end(), [&](const Incoming& c) { return c.stored == rule.name; });
      std::string value =
          from == columns_.end() ? fmt::format("CAST(NULL AS {})", rule.type.duckdb_name()) : value_of(*from);
      same = same && value == quote_identifier(rule.name);
      values.push_back(fmt::format("{} AS {}", value, quote_identifier(rule.name)));
    }
    if (same) return;
    plan_.adoptable.reset();
    std::string list = fmt::format("{}", fmt::join(values, ", "));
    for (std::string& staged : plan_.staged) staged = fmt::format("SELECT {}, _row, _ok FROM ({})", list, staged);
    for (std::string& staged : plan_.staged_raw) {
      staged = fmt::format("SELECT {}, _row, _ok, _bad, _reasons, _data FROM ({})", list, staged);
    }
  }

  const Parts& parts_;
  const StagedBody& body_;
  const KnownColumns& known_;
  const FrameShape& before_;
  BatchPlan& plan_;
  FramePlan& frame_;
  StoredNames names_;
  std::deque<Incoming> columns_;  // the batch's, in its order
  std::vector<ParquetColumn> sources_;
};

}  // namespace

void plan_frame(const Parts& parts, const StagedBody& body, const KnownColumns& known, const FrameShape& before,
                BatchPlan& plan) {
  FramePlanner(parts, body, known, before, plan).plan();
}

std::vector<std::string> frame_partition(const FramePlan& frame) {
  if (!frame.date) return {};
  return {fmt::format("day({})", *frame.date)};
}

}  // namespace boathouse::core
