// SPDX-License-Identifier: Apache-2.0
#include "core/frame_select.h"

#include "base/error.h"
#include "base/names.h"
#include "core/column_types.h"
#include "core/frame_dates.h"
#include "core/relation.h"
#include "iceberg/evolve.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_identifier;
using iceberg::TypeKind;

// Files of one version that follow each other.
struct Run {
  const FrameVersion* version;
  std::vector<iceberg::ScanFile> files;
};

std::int64_t upload_of(const iceberg::ScanFile& file) { return file.data->sequence_number.value_or(0); }

// All files in the order of their uploads.
std::vector<Run> in_order(const std::vector<FrameVersion>& versions) {
  struct Placed {
    const FrameVersion* version;
    const iceberg::ScanFile* file;
  };
  std::vector<Placed> all;
  for (const FrameVersion& version : versions) {
    for (const iceberg::ScanFile& file : version.files) all.push_back({&version, &file});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Placed& a, const Placed& b) { return upload_of(*a.file) < upload_of(*b.file); });
  std::vector<Run> runs;
  for (const Placed& placed : all) {
    if (runs.empty() || runs.back().version != placed.version) runs.push_back({placed.version, {}});
    runs.back().files.push_back(*placed.file);
  }
  // The columns and types of a frame without rows.
  for (const FrameVersion& version : versions) {
    if (version.files.empty()) runs.push_back({&version, {}});
  }
  return runs;
}

// How a column's values stand in records, before they are made alike over all keys.
enum class Kind { whole, number, boolean, text, json };

std::string sql_type(Kind kind) {
  switch (kind) {
    case Kind::whole: return "BIGINT";
    case Kind::number: return "DOUBLE";
    case Kind::boolean: return "BOOLEAN";
    case Kind::text: return "VARCHAR";
    case Kind::json: return "JSON";
  }
  return "JSON";
}

struct Value {
  Kind kind = Kind::text;
  std::string sql;
};

Value record_value(const iceberg::Field& field, const FrameShape& shape) {
  std::string x = quote_identifier(field.name);
  switch (field.type.kind()) {
    case TypeKind::boolean: return {Kind::boolean, x};
    case TypeKind::int32: return {Kind::whole, fmt::format("CAST({} AS BIGINT)", x)};
    case TypeKind::int64: return {Kind::whole, x};
    case TypeKind::float32: return {Kind::number, fmt::format("CAST({} AS DOUBLE)", x)};
    case TypeKind::float64: return {Kind::number, x};
    case TypeKind::decimal: return {Kind::json, fmt::format("CAST(CAST({} AS VARCHAR) AS JSON)", x)};
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      auto found = shape.dates.find(field.name);
      DateForm form = found == shape.dates.end() ? DateForm::epoch_ms() : DateForm::parse(found->second);
      return {form.is_number() ? Kind::whole : Kind::text, form.source_sql(x)};
    }
    case TypeKind::string:
      if (shape.json.contains(field.name)) return {Kind::json, fmt::format("CAST({} AS JSON)", x)};
      return {Kind::text, x};
    case TypeKind::binary:
    case TypeKind::fixed: return {Kind::text, fmt::format("to_base64({})", x)};
    case TypeKind::time:
    case TypeKind::uuid: return {Kind::text, fmt::format("CAST({} AS VARCHAR)", x)};
    case TypeKind::structure:
    case TypeKind::list:
    case TypeKind::map: return {Kind::json, fmt::format("to_json({})", x)};
  }
  return {Kind::text, fmt::format("CAST({} AS VARCHAR)", x)};
}

// A column of the answer, over all keys that have it.
struct Output {
  std::string name;
  std::optional<Kind> kind{};  // of records
  iceberg::Type type{};        // as stored
  std::string nested{};        // as it came, where that is another type than the stored one
};

[[noreturn]] void refuse_types(const Output& output) {
  throw Error(ErrorKind::invalid_argument,
              fmt::format("column \"{}\" is of another type in another key of this frame: ask for one external_key",
                          output.name))
      .with("column", output.name);
}

// The type of a stored column as it came, where that is another one.
std::string nested_type(const FrameVersion& version, const iceberg::Field& field) {
  auto found = version.shape.nested.find(field.name);
  return found == version.shape.nested.end() ? "" : found->second;
}

void join_kinds(Output& output, Kind kind) {
  if (!output.kind) output.kind = kind;
  if (*output.kind != kind) output.kind = Kind::json;
}

void join_types(Output& output, const iceberg::Type& type) {
  if (output.type == type || iceberg::can_widen(type, output.type)) return;
  if (iceberg::can_widen(output.type, type)) {
    output.type = type;
    return;
  }
  refuse_types(output);
}

class FrameSelect {
 public:
  FrameSelect(const Parts& parts, const TableState& table, const std::vector<FrameVersion>& versions,
              const FrameRequested& wanted)
      : parts_(parts), table_(table), wanted_(wanted), runs_(in_order(versions)) {
    for (const FrameVersion& version : versions) add_outputs(version);
    choose_columns();
  }

  std::string records() const { return select(&FrameSelect::record_item); }
  std::string stored() {
    for (const Run& run : runs_) {
      for (const iceberg::Field& field : run.version->schema.fields()) {
        Output* output = find(run.version->shape.name_of(field.name));
        if (output == nullptr) continue;
        join_types(*output, field.type);
        if (output->nested != nested_type(*run.version, field)) refuse_types(*output);
      }
    }
    return select(&FrameSelect::stored_item);
  }

 private:
  using Item = std::string (FrameSelect::*)(const Output& output, const FrameVersion& version) const;

  Output* find(const std::string& name) {
    auto found = std::find_if(outputs_.begin(), outputs_.end(), [&](const Output& o) { return o.name == name; });
    return found == outputs_.end() ? nullptr : &*found;
  }

  void add_outputs(const FrameVersion& version) {
    for (const iceberg::Field& field : version.schema.fields()) {
      const std::string& name = version.shape.name_of(field.name);
      Output* output = find(name);
      if (output == nullptr) {
        output =
            &outputs_.emplace_back(Output{.name = name, .type = field.type, .nested = nested_type(version, field)});
      }
      // A column without a value is of any kind.
      if (!version.shape.empty.contains(field.name)) join_kinds(*output, record_value(field, version.shape).kind);
    }
  }

  void choose_columns() {
    if (wanted_.columns.empty()) return;
    std::vector<Output> chosen;
    for (const std::string& name : wanted_.columns) {
      const Output* output = find(name);
      if (output == nullptr) {
        throw Error(ErrorKind::invalid_argument, fmt::format("the frame has no column \"{}\"", name))
            .with("column", name);
      }
      if (std::ranges::any_of(chosen, [&](const Output& one) { return one.name == name; })) {
        throw Error(ErrorKind::invalid_argument, fmt::format("\"columns\" names \"{}\" twice", name))
            .with("column", name);
      }
      chosen.push_back(*output);
    }
    outputs_ = std::move(chosen);
  }

  static const iceberg::Field* field_of(const FrameVersion& version, const std::string& name) {
    for (const iceberg::Field& field : version.schema.fields()) {
      if (version.shape.name_of(field.name) == name) return &field;
    }
    return nullptr;
  }

  std::string record_item(const Output& output, const FrameVersion& version) const {
    Kind kind = output.kind.value_or(Kind::text);
    const iceberg::Field* field = field_of(version, output.name);
    if (field == nullptr || version.shape.empty.contains(field->name)) {
      return fmt::format("CAST(NULL AS {})", sql_type(kind));
    }
    Value value = record_value(*field, version.shape);
    return value.kind == kind ? value.sql : fmt::format("to_json({})", value.sql);
  }

  std::string stored_item(const Output& output, const FrameVersion& version) const {
    const iceberg::Field* field = field_of(version, output.name);
    const std::string type = output.nested.empty() ? engine_type(output.type) : output.nested;
    if (field == nullptr) return fmt::format("CAST(NULL AS {})", type);
    if (!output.nested.empty()) return nested_sql(quote_identifier(field->name), type);
    if (field->type == output.type) return quote_identifier(field->name);
    return fmt::format("CAST({} AS {})", quote_identifier(field->name), type);
  }

  std::string output_name(const Output& output, bool stored) const {
    if (!stored) return output.name;
    const iceberg::Field* field = field_of(*runs_.front().version, output.name);
    return field == nullptr ? output.name : field->name;
  }

  std::string select(Item item) const {
    bool stored = item == &FrameSelect::stored_item;
    std::vector<std::string> parts;
    for (const Run& run : runs_) {
      std::vector<std::string> items;
      for (const Output& output : outputs_) {
        items.push_back(fmt::format("{} AS {}", (this->*item)(output, *run.version),
                                    quote_identifier(output_name(output, stored))));
      }
      const iceberg::Schema& schema = run.version->schema;
      iceberg::Scan scan{run.version->snapshot, schema, run.files};
      std::string rows = rows_sql(parts_.store(), scan,
                                  {.schema = schema, .by = columns_by(*table_.metadata, schema), .in_order = true});
      // A line end keeps a comment at the end of the text from swallowing what follows it.
      if (!wanted_.where.empty()) rows = fmt::format("SELECT * FROM ({}) WHERE (\n{}\n)", rows, wanted_.where);
      parts.push_back(fmt::format("SELECT {} FROM ({}) f", fmt::join(items, ", "), rows));
    }
    std::string sql = fmt::format("{}", fmt::join(parts, " UNION ALL "));
    if (wanted_.limit) sql += fmt::format(" LIMIT {}", *wanted_.limit);
    return sql;
  }

  const Parts& parts_;
  const TableState& table_;
  const FrameRequested& wanted_;
  const std::vector<Run> runs_;
  std::vector<Output> outputs_;
};

}  // namespace

std::string records_sql(const Parts& parts, const TableState& table, const std::vector<FrameVersion>& versions,
                        const FrameRequested& wanted) {
  return FrameSelect(parts, table, versions, wanted).records();
}

std::string stored_sql(const Parts& parts, const TableState& table, const std::vector<FrameVersion>& versions,
                       const FrameRequested& wanted) {
  return FrameSelect(parts, table, versions, wanted).stored();
}

}  // namespace boathouse::core
