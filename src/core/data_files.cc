// SPDX-License-Identifier: Apache-2.0
#include "core/data_files.h"

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "iceberg/bounds.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::quote_string;

// How many rows the engine puts into a row group.
constexpr std::int64_t kRowGroup = 122'880;
// How many bytes of values at most: what is written is held in memory by the row group, several times over.
constexpr std::int64_t kRowGroupBytes = 16 << 20;
constexpr std::int64_t kRowsOfDictionaryValue = 15;  // as often a value of a dictionary comes at least, about
constexpr std::int64_t kVector = 2048;               // rows; the engine takes no fewer

std::int64_t row_group(std::int64_t row_bytes) {
  if (row_bytes <= 0) return kRowGroup;
  return std::clamp(kRowGroupBytes / row_bytes / kVector * kVector, kVector, kRowGroup);
}

std::string field_ids(const Columns& columns) {
  std::string list;
  for (const iceberg::Field& field : columns) {
    if (!list.empty()) list += ", ";
    list += quote_string(field.name) + ": " + std::to_string(field.id);
  }
  return "FIELD_IDS {" + list + "}, RETURN_STATS true, FORMAT parquet";
}

std::optional<std::string> text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->as_string());
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view key) {
  auto text = text_of(object, key);
  return text ? base::parse_number<std::int64_t>(*text) : std::nullopt;
}

std::vector<iceberg::ColumnStats> column_stats(const json::value& statistics, const Columns& columns) {
  std::vector<iceberg::ColumnStats> result;
  const json::object* all = statistics.if_object();
  if (all == nullptr) return result;
  for (const iceberg::Field& field : columns) {
    const json::value* found = all->if_contains(base::quote_identifier(field.name));
    if (found == nullptr || !found->is_object()) continue;
    const json::object& given = found->as_object();
    iceberg::ColumnStats stats{.field_id = field.id,
                               .size = number_of(given, "column_size_bytes"),
                               .values = number_of(given, "num_values"),
                               .nulls = number_of(given, "null_count"),
                               .nans = std::nullopt,
                               .lower_bound = std::nullopt,
                               .upper_bound = std::nullopt};
    // Beside a NaN the engine's minimum and maximum do not cover every value.
    if (text_of(given, "has_nan").value_or("false") != "true") {
      stats.lower_bound = iceberg::lower_bound_from_text(field.type, text_of(given, "min"));
      stats.upper_bound = iceberg::upper_bound_from_text(field.type, text_of(given, "max"));
    }
    result.push_back(std::move(stats));
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.field_id < b.field_id; });
  return result;
}

// The columns of what RETURN_STATS gives: filename, count, file_size_bytes, footer_size_bytes, column_statistics,
// partition_keys.
constexpr std::size_t kFileName = 0;
constexpr std::size_t kCount = 1;
constexpr std::size_t kFileSize = 2;
constexpr std::size_t kStatistics = 4;
constexpr std::size_t kPartitionKeys = 5;

}  // namespace

std::string copy_statement(std::string_view select, const std::filesystem::path& path, const Columns& columns,
                           CopySize size) {
  const std::int64_t group = row_group(size.row_bytes);
  std::string limits = group < kRowGroup ? fmt::format(", ROW_GROUP_SIZE {}", group) : "";
  // Filling a dictionary that is thrown away in the end costs more than all but the small ones save. The engine makes
  // room for as many values as it is told, in each column and row group, so that few rows are better off with its own
  // limit, which goes by their number.
  if (size.rows >= group) limits += fmt::format(", DICTIONARY_SIZE_LIMIT {}", group / kRowsOfDictionaryValue);
  return fmt::format("COPY ({}) TO {} ({}{})", select, quote_string(path.string()), field_ids(columns), limits);
}

std::string copy_partitioned_statement(std::string_view select, std::string_view part,
                                       const std::filesystem::path& path, const Columns& columns) {
  return fmt::format("COPY ({}) TO {} ({}, PARTITION_BY ({}), FILENAME_PATTERN '{{uuid}}')", select,
                     quote_string(path.string()), field_ids(columns), part);
}

std::string copy_split_statement(std::string_view select, const std::filesystem::path& path, const Columns& columns,
                                 std::uint64_t max_bytes) {
  return fmt::format("COPY ({}) TO {} ({}, FILE_SIZE_BYTES {})", select, quote_string(path.string()),
                     field_ids(columns), max_bytes);
}

std::vector<WrittenFile> files_from_copy(const engine::Rows& rows, const Columns& columns) {
  std::vector<WrittenFile> files;
  for (const json::value& row : rows.rows) {
    const json::array& cells = row.as_array();
    WrittenFile written;
    written.path = std::string(cells.at(kFileName).as_string());
    written.file.record_count = cells.at(kCount).to_number<std::int64_t>();
    written.file.file_size = cells.at(kFileSize).to_number<std::int64_t>();
    written.file.columns = column_stats(cells.at(kStatistics), columns);
    if (const json::object* keys = cells.at(kPartitionKeys).if_object(); keys != nullptr && !keys->empty()) {
      written.part = number_of(*keys, keys->begin()->key()).value_or(0);
    }
    if (written.file.record_count > 0) files.push_back(std::move(written));
  }
  return files;
}

const Columns& position_delete_columns() {
  using iceberg::Type;
  static const Columns columns{{.id = iceberg::kDeleteFilePathId,
                                .name = "file_path",
                                .type = Type(iceberg::TypeKind::string),
                                .required = true,
                                .doc = {}},
                               {.id = iceberg::kDeletePositionId,
                                .name = "pos",
                                .type = Type(iceberg::TypeKind::int64),
                                .required = true,
                                .doc = {}}};
  return columns;
}

}  // namespace boathouse::core
