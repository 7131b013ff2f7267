// SPDX-License-Identifier: Apache-2.0
#include "core/ingest_adopt.h"

#include <set>
#include <span>

#include <boost/json/serialize.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "batch/parquet_json.h"
#include "core/json_answer.h"
#include "iceberg/bounds.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using base::quote_string;
using batch::ParquetFacts;
using batch::ParquetStats;
using iceberg::TypeKind;

// A file of smaller row groups than this is better written anew.
constexpr std::int64_t kLeastRowsInGroup = 10'000;
// Of statistics: what one answer of the engine holds with ease.
constexpr std::size_t kMostStats = 100'000;
// Columns that one statement looks at: what the engine keeps of each for every group adds up.
constexpr std::size_t kColumnsAtOnce = 100;
// What is asked of text and bytes: one more than a bound keeps, to tell whether it is whole.
constexpr std::size_t kAskedLength = iceberg::kBoundLength + 1;

// The fields of the body's columns, in their order; nullopt where the body does not fit the table as it is.
std::optional<Columns> fitting_fields(const BatchPlan& plan, const Columns& wanted) {
  Columns fields;
  std::set<std::string_view> names;
  for (const batch::ParquetColumn& column : plan.adoptable->columns) {
    auto field = std::ranges::find(wanted, column.name, &iceberg::Field::name);
    if (field == wanted.end() || plan.schema.find(column.name) == nullptr) return std::nullopt;
    if (!names.insert(column.name).second || !column.common) return std::nullopt;
    if (!field->type.is_primitive() || field->type.to_string() != column.type) return std::nullopt;
    fields.push_back(*field);
  }
  return fields;
}

bool fits(const ParquetFacts& facts, const BatchPlan& plan, std::uint64_t max_bytes) {
  const std::size_t groups = facts.groups.size();
  if (groups == 0 || facts.rows == 0 || groups * facts.columns.size() > kMostStats) return false;
  if (groups > 1 && facts.rows / static_cast<std::int64_t>(groups) < kLeastRowsInGroup) return false;
  if (std::any_of(facts.groups.begin(), facts.groups.end(), [&](const batch::ParquetRowGroup& group) {
        return group.rows == 0 || group.end - group.begin > max_bytes;
      })) {
    return false;
  }
  return std::none_of(plan.rules.columns.begin(), plan.rules.columns.end(),
                      [](const ContractColumn& column) { return column.default_value.has_value(); });
}

// The least or greatest value as text, cut to what a bound needs.
std::string bound_text(const iceberg::Field& field, std::string_view aggregate) {
  const std::string value = fmt::format("{}({})", aggregate, quote_identifier(field.name));
  switch (field.type.kind()) {
    case TypeKind::string: return fmt::format("left({}, {})", value, kAskedLength);
    case TypeKind::binary: return fmt::format("left(lower(hex({})), {})", value, 2 * kAskedLength);
    default: return fmt::format("CAST({} AS VARCHAR)", value);
  }
}

std::string scan_statement(const BatchPlan& plan, const AcceptedRows& rows, std::span<const iceberg::Field> fields) {
  std::string starts;
  std::int64_t start = 1;
  for (const batch::ParquetRowGroup& group : plan.adoptable->groups) {
    starts += fmt::format("{}{}", starts.empty() ? "" : ", ", start);
    start += group.rows;
  }
  std::string columns;
  for (const iceberg::Field& field : fields) {
    columns += fmt::format(", count({}), {}, {}", quote_identifier(field.name), bound_text(field, "min"),
                           bound_text(field, "max"));
  }
  return fmt::format(
      "SELECT place_among(CAST([{}] AS BIGINT[]), _row) AS _group, count(*), count(*) FILTER (WHERE ({}) IS NOT "
      "TRUE){} "
      "FROM (SELECT {}, _row, _ok FROM ({})) GROUP BY _group ORDER BY _group",
      starts, rows.predicate(), columns, defaults_projection(plan.rules), plan.staged.front());
}

// The columns of its result: those of a row group, then three for each column.
constexpr std::size_t kRows = 1;
constexpr std::size_t kRejected = 2;
constexpr std::size_t kFirstColumn = 3;
constexpr std::size_t kColumnWidth = 3;

std::optional<std::string> text_of(const boost::json::value& cell) {
  if (cell.is_null()) return std::nullopt;
  return std::string(cell.as_string());
}

bool is_whole(const iceberg::Type& type, const std::optional<std::string>& text) {
  if (!text) return true;
  if (type.kind() == TypeKind::string) return base::code_points(*text) < kAskedLength;
  return type.kind() != TypeKind::binary || text->size() < 2 * kAskedLength;
}

ParquetStats stats_of(const iceberg::Field& field, std::int64_t rows, const boost::json::array& cells,
                      std::size_t first) {
  ParquetStats stats;
  stats.nulls = rows - cells.at(first).to_number<std::int64_t>();
  const auto least = text_of(cells.at(first + 1));
  const auto greatest = text_of(cells.at(first + 2));
  stats.upper = iceberg::upper_bound_from_text(field.type, greatest);
  // The engine's greatest number is NaN where there is one, and that is no bound: then there is neither.
  if (!field.type.is_floating() || stats.upper) stats.lower = iceberg::lower_bound_from_text(field.type, least);
  stats.lower_exact = is_whole(field.type, least);
  stats.upper_exact = is_whole(field.type, greatest);
  return stats;
}

using GroupStats = std::vector<std::vector<ParquetStats>>;

// Puts what is to be known of these columns at the end of each row group's; false where a row is rejected, or there are
// other rows than the footer says.
bool scan_columns(const BatchPlan& plan, const AcceptedRows& rows, std::span<const iceberg::Field> fields,
                  engine::Lease& lease, GroupStats& stats) {
  const auto result = lease.execute({scan_statement(plan, rows, fields)}).back().rows;
  const auto& groups = plan.adoptable->groups;
  if (result.size() != groups.size()) return false;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const boost::json::array& cells = result.at(i).as_array();
    if (cells.at(kRows).to_number<std::int64_t>() != groups[i].rows) return false;
    if (cells.at(kRejected).to_number<std::int64_t>() != 0) return false;
    for (std::size_t column = 0; column < fields.size(); ++column) {
      stats[i].push_back(stats_of(fields[column], groups[i].rows, cells, kFirstColumn + column * kColumnWidth));
    }
  }
  return true;
}

// Of every row group; nullopt where the body cannot be taken as it is.
std::optional<GroupStats> scan(const BatchPlan& plan, const AcceptedRows& rows, const Columns& fields,
                               engine::Lease& lease) {
  GroupStats stats(plan.adoptable->groups.size());
  for (std::span<const iceberg::Field> left(fields); !left.empty();) {
    const auto now = left.first(std::min(kColumnsAtOnce, left.size()));
    if (!scan_columns(plan, rows, now, lease, stats)) return std::nullopt;
    left = left.subspan(now.size());
  }
  return stats;
}

// Which row groups go into one file: as many as it may hold.
std::vector<batch::ParquetPart> cut(const ParquetFacts& facts, std::uint64_t max_bytes,
                                    const std::filesystem::path& folder) {
  std::vector<batch::ParquetPart> parts;
  for (std::size_t i = 0; i < facts.groups.size(); ++i) {
    if (parts.empty() || facts.groups[i].end - facts.groups[parts.back().first].begin > max_bytes) {
      parts.push_back({.path = folder / (base::uuid_v4() + ".parquet"), .first = i, .last = i});
    }
    parts.back().last = i + 1;
  }
  return parts;
}

// The wider of two bounds of a file's row groups; `sign` is -1 for lower bounds and 1 for upper ones.
void widen(const iceberg::Type& type, std::optional<std::string>& bound, const std::string& other, int sign) {
  const auto known = iceberg::from_single_value(type, *bound);
  const auto found = iceberg::from_single_value(type, other);
  const auto order = iceberg::compare(*found, *known);
  if (sign < 0 ? order < 0 : order > 0) bound = other;
}

// What a file's manifest entry says of a column whose row groups are those of the part.
iceberg::ColumnStats column_stats(const iceberg::Field& field, std::size_t column, const batch::ParquetPart& part,
                                  const ParquetFacts& facts, const GroupStats& stats) {
  iceberg::ColumnStats sum{.field_id = field.id,
                           .size = 0,
                           .values = 0,
                           .nulls = 0,
                           .nans = std::nullopt,
                           .lower_bound = std::nullopt,
                           .upper_bound = std::nullopt};
  bool lower = true;  // every group with values has one
  bool upper = true;
  for (std::size_t i = part.first; i < part.last; ++i) {
    const ParquetStats& group = stats[i][column];
    *sum.size += facts.groups[i].column_bytes[column];
    *sum.values += facts.groups[i].rows;
    *sum.nulls += group.nulls;
    if (group.nulls == facts.groups[i].rows) continue;
    lower = lower && group.lower;
    upper = upper && group.upper;
    if (lower && !sum.lower_bound) sum.lower_bound = group.lower;
    if (upper && !sum.upper_bound) sum.upper_bound = group.upper;
    if (lower) widen(field.type, sum.lower_bound, *group.lower, -1);
    if (upper) widen(field.type, sum.upper_bound, *group.upper, 1);
  }
  if (!lower) sum.lower_bound.reset();
  if (!upper) sum.upper_bound.reset();
  return sum;
}

WrittenFile file_of(const batch::ParquetPart& part, std::int64_t size, const Columns& fields, const ParquetFacts& facts,
                    const GroupStats& stats) {
  WrittenFile written;
  written.path = part.path;
  written.file.file_size = size;
  for (std::size_t i = part.first; i < part.last; ++i) written.file.record_count += facts.groups[i].rows;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    written.file.columns.push_back(column_stats(fields[i], i, part, facts, stats));
  }
  std::sort(written.file.columns.begin(), written.file.columns.end(),
            [](const auto& a, const auto& b) { return a.field_id < b.field_id; });
  return written;
}

// The body under a second name, since the first goes on being the body.
void keep_body(const StagedBody& body, const std::filesystem::path& link) {
  std::error_code failed;
  std::filesystem::create_hard_link(body.file, link, failed);
  if (failed) throw base::system_error(failed.value(), "keeping a staged file");
}

}  // namespace

ParquetFacts clear_claims(const StagedBody& body, engine::Lease& lease) {
  return batch::parquet_facts_from(
      json_answer(lease, fmt::format("clear_parquet_claims({})", quote_string(body.file.string()))));
}

std::optional<std::vector<WrittenFile>> adopt_body(const Parts& parts, const StagedBody& body, const BatchPlan& plan,
                                                   const AcceptedRows& rows, engine::Lease& lease) {
  if (!plan.adoptable || !fits(*plan.adoptable, plan, parts.limits.max_data_file)) return std::nullopt;
  const ParquetFacts& facts = *plan.adoptable;
  const auto fields = fitting_fields(plan, rows.columns());
  if (!fields) return std::nullopt;
  auto stats = scan(plan, rows, *fields, lease);
  if (!stats) return std::nullopt;

  const auto files = cut(facts, parts.limits.max_data_file, body.folder->path());
  batch::ParquetAdoption adoption{.ids = {}, .stats = std::move(*stats), .parts = {}};
  for (const iceberg::Field& field : *fields) adoption.ids.push_back(field.id);
  const std::filesystem::path& changed = files.size() == 1 ? files.front().path : body.file;
  if (files.size() == 1) {
    keep_body(body, changed);
  } else {
    adoption.parts = files;
  }
  const auto told = json_answer(lease, fmt::format("adopt_parquet({}, {})", quote_string(changed.string()),
                                                   quote_string(boost::json::serialize(batch::to_json(adoption)))));
  std::vector<WrittenFile> written;
  for (std::size_t i = 0; i < files.size(); ++i) {
    written.push_back(
        file_of(files[i], told.at("sizes").at(i).to_number<std::int64_t>(), *fields, facts, adoption.stats));
  }
  return written;
}

}  // namespace boathouse::core
