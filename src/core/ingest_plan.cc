// SPDX-License-Identifier: Apache-2.0
// Which columns a batch has, and what becomes of the table's schema with them.
#include "core/ingest_plan.h"

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "batch/inference.h"
#include "core/column_types.h"
#include "core/document_columns.h"
#include "core/ingest_documents.h"
#include "core/ingest_frame.h"
#include "core/table_settings.h"
#include "core/versions.h"
#include "iceberg/change.h"
#include "iceberg/evolve.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_string;
using batch::StagedSpec;

constexpr std::int64_t kVersionsOfDocuments = 100;

bool is_json(BodyFormat format) { return format == BodyFormat::json || format == BodyFormat::ndjson; }

batch::Format staged_format(BodyFormat format) {
  if (format == BodyFormat::json) return batch::Format::json;
  return format == BodyFormat::ndjson ? batch::Format::ndjson : batch::Format::csv;
}

bool is_stamp(const std::optional<Stamp>& stamp, std::string_view column) {
  return stamp && base::fold_case(stamp->column) == base::fold_case(column);
}

}  // namespace

// The names of a CSV record's fields: the header's, else the table's columns, else made up.
std::vector<std::string> csv_fields(const StagedBody& body, const std::vector<ContractColumn>& known) {
  if (body.scan.has_header) return body.scan.header;
  std::vector<std::string> names;
  for (const ContractColumn& column : known) {
    // What the house adds is no field.
    if (!is_stamp(body.request.stamp, column.name)) names.push_back(column.name);
  }
  if (names.empty()) {
    for (std::size_t i = 0; i < body.scan.field_count; ++i) names.push_back("column" + std::to_string(i + 1));
  }
  return names;
}

std::vector<batch::ColumnEvidence> read_evidence(const Parts& parts, const StagedBody& body, const StagedSpec& spec) {
  auto rows =
      ingest_lease(parts, body.request.workspace.id)
          .execute({fmt::format("SELECT name, row_count, missing, candidates, kinds FROM staged_columns({}, {})",
                                quote_string(body.file.string()), quote_string(spec.to_json()))});
  std::vector<batch::ColumnEvidence> evidence;
  for (const boost::json::value& row : rows.at(0).rows) {
    const boost::json::array& cells = row.as_array();
    evidence.push_back({.name = std::string(cells.at(0).as_string()),
                        .rows = cells.at(1).to_number<std::uint64_t>(),
                        .missing = cells.at(2).to_number<std::uint64_t>(),
                        .candidates = cells.at(3).to_number<std::uint32_t>(),
                        .kinds = cells.at(4).to_number<std::uint32_t>()});
  }
  return evidence;
}

namespace {

ContractColumn plain_column(std::string name, batch::ColumnType type) {
  ContractColumn column;
  column.name = std::move(name);
  column.type = type;
  return column;
}

void refuse_column(const std::string& name, const std::string& why) {
  throw Error(ErrorKind::invalid_argument, fmt::format("column \"{}\" {}", name, why)).with("column", name);
}

}  // namespace

StagedSpec base_spec(const Parts& parts, const StagedBody& body) {
  StagedSpec spec;
  spec.format = staged_format(body.request.format);
  spec.max_record_bytes = parts.limits.max_line_bytes;
  spec.begin = body.scan.data_begin;
  spec.end = body.scan.bytes;
  spec.delimiter = body.scan.delimiter;
  return spec;
}

namespace {

// The body in stretches, each from a block's start to a block's end: first those that were handed out early.
std::vector<StagedSpec> ranges_of(const Parts& parts, const StagedBody& body, const StagedSpec& whole) {
  const std::vector<batch::Block>& blocks = body.scan.blocks;
  if (blocks.empty()) return {whole};
  std::vector<std::size_t> ends = body.early.cuts;
  std::vector<std::size_t> rest = cut_blocks(parts.limits, blocks, ends.empty() ? 0 : ends.back());
  ends.insert(ends.end(), rest.begin(), rest.end());
  std::vector<StagedSpec> ranges;
  std::size_t next = 0;
  for (std::size_t end : ends) {
    StagedSpec range = whole;
    range.begin = blocks[next].offset;
    range.end = blocks[end - 1].offset + blocks[end - 1].length;
    range.first_row = blocks[next].first_row;
    ranges.push_back(std::move(range));
    next = end;
  }
  return ranges;
}

}  // namespace

void add_staged(const Parts& parts, const StagedBody& body, const StagedSpec& spec, BatchPlan& plan) {
  std::vector<StagedSpec> ranges = ranges_of(parts, body, spec);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    StagedSpec& range = ranges[i];
    std::uint64_t end = i + 1 < ranges.size() ? ranges[i + 1].first_row : body.scan.rows + 1;
    CopySize& size = plan.staged_sizes.emplace_back();
    size.rows = static_cast<std::int64_t>(end - range.first_row);
    if (size.rows > 0) size.row_bytes = static_cast<std::int64_t>(range.end - range.begin) / size.rows;
    std::string file = quote_string(body.file.string());
    plan.staged.push_back(fmt::format("SELECT * FROM staged_rows({}, {})", file, quote_string(range.to_json())));
    range.raw = true;
    plan.staged_raw.push_back(fmt::format("SELECT * FROM staged_rows({}, {})", file, quote_string(range.to_json())));
  }
  plan.rows_received = static_cast<std::int64_t>(body.scan.rows);
}

KnownColumns known_columns(const std::optional<TableState>& base) {
  KnownColumns known;
  if (!base) return known;
  if (base->contract) {
    known.columns = base->contract->columns;
    known.has_contract = true;
    known.unknown = base->contract->unknown_columns;
  }
  if (known.unknown != UnknownColumns::add) return known;
  for (const iceberg::Field& field : base->schema().fields()) {
    if (base->contract && base->contract->find(field.name) != nullptr) continue;
    known.columns.push_back(plain_column(field.name, from_iceberg(field.type)));
  }
  return known;
}

const ContractColumn* KnownColumns::find(std::string_view name) const {
  std::string folded = base::fold_case(name);
  const ContractColumn* any_case = nullptr;
  for (const ContractColumn& column : columns) {
    if (column.name == name) return &column;
    if (base::fold_case(column.name) == folded) any_case = &column;
  }
  return any_case;
}

bool KnownColumns::may_widen() const {
  return !has_contract && std::any_of(columns.begin(), columns.end(), [](const ContractColumn& column) {
    return column.type.kind == batch::TypeKind::integer;
  });
}

void check_new_column(const KnownColumns& known, const std::string& name) {
  if (known.unknown == UnknownColumns::reject) {
    refuse_column(name,
                  "is not in the table's contract: leave it out, or let the contract's unknown_columns be "
                  "\"ignore\" or \"add\"");
  }
  if (batch::is_reserved_column(name)) refuse_column(name, "has a name that is reserved");
  if (name.empty()) refuse_column(name, "has no name");
}

namespace {

void plan_csv(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan) {
  StagedSpec spec = base_spec(parts, body);
  spec.field_names = csv_fields(body, known.columns);

  std::vector<std::pair<std::string, std::size_t>> fresh;  // name and place of columns that the table lacks
  std::vector<std::int64_t> field_of(known.columns.size(), -1);
  for (std::size_t i = 0; i < spec.field_names.size(); ++i) {
    const ContractColumn* column = known.find(spec.field_names[i]);
    if (column != nullptr) {
      field_of[static_cast<std::size_t>(column - known.columns.data())] = static_cast<std::int64_t>(i);
    } else if (known.unknown != UnknownColumns::ignore) {
      check_new_column(known, spec.field_names[i]);
      fresh.emplace_back(spec.field_names[i], i);
    }
  }
  std::vector<batch::ColumnEvidence> evidence;
  if (body.scan.rows > 0 && (!fresh.empty() || known.may_widen())) evidence = read_evidence(parts, body, spec);

  plan.rules.columns = known.columns;
  for (std::size_t i = 0; i < known.columns.size(); ++i) {
    ContractColumn& column = plan.rules.columns[i];
    if (!evidence.empty() && !known.has_contract && field_of[i] >= 0) {
      batch::FitResult fit = batch::fit_into(column.type, evidence.at(static_cast<std::size_t>(field_of[i])));
      if (fit.fit == batch::Fit::widen && !fit.needs_rewrite) column.type = fit.type;
    }
    spec.columns.push_back({.name = column.name,
                            .type = column.type,
                            .format = column.format.value_or(""),
                            .field = field_of[i],
                            .key = {}});
  }
  for (const auto& [name, field] : fresh) {
    batch::ColumnType type = evidence.empty() ? batch::ColumnType{} : evidence.at(field).resolve();
    plan.rules.columns.push_back(plain_column(name, type));
    spec.columns.push_back(
        {.name = name, .type = type, .format = {}, .field = static_cast<std::int64_t>(field), .key = {}});
  }
  add_staged(parts, body, spec, plan);
}

void plan_json(const Parts& parts, const StagedBody& body, const KnownColumns& known, BatchPlan& plan) {
  StagedSpec spec = base_spec(parts, body);
  spec.reject_unknown = known.unknown == UnknownColumns::reject;
  std::vector<batch::ColumnEvidence> evidence;
  if (body.scan.rows > 0 && known.unknown == UnknownColumns::add) evidence = read_evidence(parts, body, spec);

  plan.rules.columns = known.columns;
  std::vector<std::string> keys(known.columns.size());
  std::vector<const batch::ColumnEvidence*> fresh;
  for (const batch::ColumnEvidence& found : evidence) {
    const ContractColumn* column = known.find(found.name);
    if (column == nullptr) {
      check_new_column(known, found.name);
      fresh.push_back(&found);
      continue;
    }
    auto place = static_cast<std::size_t>(column - known.columns.data());
    if (!keys[place].empty()) refuse_column(found.name, "comes in two spellings that differ only in case");
    keys[place] = found.name;
    if (known.has_contract) continue;
    batch::FitResult fit = batch::fit_into(column->type, found);
    if (fit.fit == batch::Fit::widen && !fit.needs_rewrite) plan.rules.columns[place].type = fit.type;
  }
  // A column that the table made up itself takes nested values, as the batch that made it did.
  auto made_up = known.has_contract ? batch::JsonInString::reject : batch::JsonInString::nested;
  for (std::size_t i = 0; i < known.columns.size(); ++i) {
    const ContractColumn& column = plan.rules.columns[i];
    spec.columns.push_back({.name = column.name,
                            .type = column.type,
                            .format = column.format.value_or(""),
                            .key = keys[i],
                            .json_in_string = made_up});
  }
  for (const batch::ColumnEvidence* found : fresh) {
    batch::ColumnType type = found->resolve();
    plan.rules.columns.push_back(plain_column(found->name, type));
    spec.columns.push_back({.name = found->name,
                            .type = type,
                            .format = {},
                            .key = found->name,
                            .json_in_string = batch::JsonInString::any});
  }
  add_staged(parts, body, spec, plan);
}

// Two columns may not differ in ASCII case only: SQL could not tell them apart.
void check_distinct(const std::vector<ContractColumn>& columns) {
  std::map<std::string, const std::string*> seen;
  for (const ContractColumn& column : columns) {
    auto [place, fresh] = seen.emplace(base::fold_case(column.name), &column.name);
    if (!fresh) refuse_column(column.name, fmt::format("differs from \"{}\" only in case", *place->second));
  }
}

std::vector<std::string> key_columns(const IngestRequest& request, const BatchPlan& plan) {
  if (request.mode != WriteMode::upsert) return {};
  std::vector<std::string> names = request.key.empty() ? plan.rules.key : request.key;
  for (std::string& name : names) {
    const ContractColumn* column = plan.rules.find(name);
    if (column == nullptr) {
      throw Error(ErrorKind::invalid_argument, fmt::format("key column \"{}\" is not in the table", name))
          .with("key", name);
    }
    name = column->name;
  }
  return names;
}

// Whether the batch's columns are the branch's: no rows remain beside it, and no contract says more.
Shape shape_of(const StagedBody& body, const std::optional<TableState>& base) {
  const IngestRequest& request = body.request;
  if (!base || base->contract) return Shape::of_branch;
  bool first = !has_branch(*base->metadata, base->branch) || is_placeholder(base->head());
  bool asked = request.columns == Shape::of_batch && request.mode == WriteMode::replace;
  // No records say nothing of columns.
  if (request.frame && is_json(request.format) && body.scan.rows == 0) asked = false;
  return first || asked ? Shape::of_batch : Shape::of_branch;
}

iceberg::PartitionSpec partitioning_of(const BatchPlan& plan, const IngestRequest& request) {
  const iceberg::Schema& schema = plan.schema;
  const TableState& base = *plan.base;
  const iceberg::TableMetadata& metadata = *base.metadata;
  if (request.documents && metadata.spec().unpartitioned() && !holds_documents(base.schema()) &&
      holds_documents(schema)) {
    return iceberg::spec_as_known(metadata, iceberg::parse_partition_spec({std::string(kDocumentPartition)}, schema),
                                  schema);
  }
  if (plan.frame) {
    return iceberg::spec_as_known(metadata, iceberg::parse_partition_spec(frame_partition(*plan.frame), schema),
                                  schema);
  }
  if (request.partition && !base.contract) {
    return iceberg::spec_as_known(metadata, iceberg::parse_partition_spec(*request.partition, schema), schema);
  }
  const iceberg::PartitionSpec& usual = metadata.spec();
  return iceberg::has_sources(schema, usual) ? usual : iceberg::spec_as_known(metadata, {}, schema);
}

void plan_schema(const Parts& parts, const StagedBody& body, BatchPlan& plan) {
  std::vector<iceberg::Field> wanted;
  for (const ContractColumn& column : plan.rules.columns) {
    wanted.push_back({.id = 0, .name = column.name, .type = to_iceberg(column.type), .required = false, .doc = {}});
  }
  if (plan.base) {
    const bool replaces = body.request.mode == WriteMode::replace || plan.shape == Shape::of_batch;
    plan.schema = columns_with(*plan.base, wanted, plan.shape, replaces, plan.retyped);
    if (body.request.documents) plan.schema = own_columns_last(plan.schema);
    plan.spec = partitioning_of(plan, body.request);
    plan.row = plan.base->row;
    return;
  }
  if (wanted.empty()) {
    throw Error(ErrorKind::invalid_argument, "the body has no columns, and the table is new: give at least one row");
  }
  plan.schema = iceberg::Schema(0, iceberg::assign_fresh_ids(std::move(wanted)));
  if (body.request.partition) plan.spec = iceberg::parse_partition_spec(*body.request.partition, plan.schema);
  if (plan.frame) plan.spec = iceberg::parse_partition_spec(frame_partition(*plan.frame), plan.schema);
  if (body.request.documents) {
    plan.spec = iceberg::parse_partition_spec({std::string(kDocumentPartition)}, plan.schema);
  }
  plan.row = new_table_row(parts, body.request.workspace.id, body.request.table);
  // Every version of a frame stays until somebody says otherwise.
  if (body.request.frame) {
    TableSettings settings;
    settings.keep_for = base::Duration{.micros = 0, .forever = true};
    plan.row.settings = to_json_text(settings);
  }
  // A table that is fed all the time makes a version a second.
  if (body.request.documents) {
    TableSettings settings;
    settings.keep_for = base::Duration{.micros = base::kHour};
    settings.keep_versions = kVersionsOfDocuments;
    plan.row.settings = to_json_text(settings);
  }
}

// The stamp is what rows without a value of its column have there.
void add_stamp(const Stamp& stamp, KnownColumns& known) {
  auto column = std::find_if(known.columns.begin(), known.columns.end(),
                             [&](const ContractColumn& candidate) { return is_stamp(stamp, candidate.name); });
  if (column == known.columns.end()) {
    column = known.columns.insert(column, plain_column(stamp.column, {.kind = batch::TypeKind::timestamptz}));
  }
  std::string text = base::to_rfc3339(stamp.at);
  if (column->type.kind == batch::TypeKind::timestamp) text.pop_back();
  if (column->type.kind == batch::TypeKind::timestamp || column->type.kind == batch::TypeKind::timestamptz) {
    column->default_value = std::move(text);
    column->format.reset();
  }
}

// A table that it is new to has it after the columns of the batch.
void put_stamp_last(const Stamp& stamp, BatchPlan& plan) {
  if (plan.base && plan.base->schema().find_any_case(stamp.column) != nullptr) return;
  std::vector<ContractColumn>& columns = plan.rules.columns;
  std::stable_partition(columns.begin(), columns.end(),
                        [&](const ContractColumn& column) { return !is_stamp(stamp, column.name); });
}

}  // namespace

std::vector<std::size_t> cut_blocks(const Limits& limits, const std::vector<batch::Block>& blocks, std::size_t first) {
  if (first == blocks.size()) return {};
  std::size_t left = blocks.size() - first;
  std::uint64_t bytes = blocks.back().offset + blocks.back().length - blocks[first].offset;
  std::size_t count = bytes < limits.parallel_from_bytes ? 1 : std::min(limits.ranges_per_batch, left);
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i <= count; ++i) ends.push_back(first + left * i / count);
  return ends;
}

BatchPlan plan_batch(const Parts& parts, const StagedBody& body) {
  BatchPlan plan;
  plan.base = target_of(parts, body.request);
  plan.shape = shape_of(body, plan.base);
  KnownColumns known = plan.shape == Shape::of_batch ? KnownColumns() : known_columns(plan.base);
  if (plan.base && plan.base->contract) plan.rules = *plan.base->contract;
  if (body.request.stamp) add_stamp(*body.request.stamp, known);

  if (body.request.documents) {
    plan_documents(parts, body, known, plan);
  } else if (body.request.frame && !known.has_contract) {
    FrameShape before;
    if (plan.base && plan.shape == Shape::of_branch) before = frame_shape(*plan.base->metadata, plan.base->head());
    plan_frame(parts, body, known, before, plan);
  } else if (body.request.format == BodyFormat::parquet) {
    plan_parquet(parts, body, known, plan);
  } else if (is_json(body.request.format)) {
    plan_json(parts, body, known, plan);
  } else {
    plan_csv(parts, body, known, plan);
  }
  if (body.request.stamp) put_stamp_last(*body.request.stamp, plan);
  if (plan.rules.columns.size() > parts.limits.max_columns) {
    throw Error(ErrorKind::too_large, fmt::format("a table has at most {} columns", parts.limits.max_columns));
  }
  check_distinct(plan.rules.columns);
  // What documents come together in is not theirs to choose.
  if (!body.request.documents) {
    check_row_count(body.request, most_rows(body.request, plan.base ? plan.base->contract : std::nullopt),
                    plan.rows_received);
  }
  plan.key = key_columns(body.request, plan);
  plan_schema(parts, body, plan);
  if (body.request.documents) plan.partition = partition_of_documents(*body.request.documents, plan);
  return plan;
}

std::string rows_of(const Parts& parts, const TableState& base, const iceberg::Schema& schema) {
  auto scan = iceberg::plan_scan(parts.cache, base.metadata, base.head());
  if (scan.files.empty()) return {};
  return rows_sql(parts.store(), scan, {.schema = schema, .by = columns_by(*base.metadata, schema)});
}

std::string remaining_rows(const Parts& parts, const BatchPlan& plan, WriteMode mode) {
  if (!plan.base || mode == WriteMode::replace) return {};
  return rows_of(parts, *plan.base, plan.schema);
}

}  // namespace boathouse::core
