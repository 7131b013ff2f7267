// SPDX-License-Identifier: Apache-2.0
#include "batch/parquet_footer.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"
#include "batch/parquet_fields.h"
#include "batch/parquet_type.h"

namespace boathouse::batch {
namespace {

using namespace parquet;

// Descriptions of the columns that some readers prefer to the schema, which is all that was checked.
constexpr std::string_view kOtherSchemas[] = {"iceberg.schema", "ARROW:schema", "avro.schema", "parquet.avro.schema",
                                              "org.apache.spark.sql.parquet.row.metadata"};
// The magic in front of the first page.
constexpr std::uint64_t kFirstPage = 4;

[[noreturn]] void refuse(std::string_view why) {
  throw base::Error(base::ErrorKind::invalid_argument, std::string(why));
}

template <class T>
const T& need(const ThriftStruct& tree, std::int16_t id, std::string_view what) {
  const T* value = tree.get<T>(id);
  if (value == nullptr) refuse(fmt::format("the footer does not say {}", what));
  return *value;
}

ThriftStruct& as_struct(ThriftValue& value) {
  auto* tree = std::get_if<ThriftStruct>(&value);
  if (tree == nullptr) refuse("the footer has a number where a description should be");
  return *tree;
}
const ThriftStruct& as_struct(const ThriftValue& value) { return as_struct(const_cast<ThriftValue&>(value)); }

std::vector<ThriftValue>& items(ThriftStruct& tree, std::int16_t id, std::string_view what) {
  return const_cast<ThriftList&>(need<ThriftList>(tree, id, what)).items;
}
const std::vector<ThriftValue>& items(const ThriftStruct& tree, std::int16_t id, std::string_view what) {
  return need<ThriftList>(tree, id, what).items;
}

constexpr std::string_view kItsSchema = "its schema";
constexpr std::string_view kItsGroups = "its row groups";
constexpr std::string_view kItsColumns = "the columns of a row group";
constexpr std::string_view kItsPages = "where a column's pages are";

template <class Tree>
Tree& meta_of(Tree& chunk) {
  return const_cast<Tree&>(need<ThriftStruct>(chunk, chunk::kMeta, kItsPages));
}

struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

Extent pages_of(const ThriftStruct& meta, std::uint64_t data_end) {
  std::int64_t begin = need<std::int64_t>(meta, chunk_meta::kDataPage, kItsPages);
  const auto* dictionary = meta.get<std::int64_t>(chunk_meta::kDictionaryPage);
  // Some writers say 0 for none.
  // Columns without a value may have a dictionary and no data page, which is 0 too.
  if (dictionary != nullptr && *dictionary > 0) begin = begin == 0 ? *dictionary : std::min(begin, *dictionary);
  const std::int64_t size = need<std::int64_t>(meta, chunk_meta::kCompressed, kItsPages);
  const auto from = static_cast<std::uint64_t>(begin);
  if (begin < 0 || size < 0 || from < kFirstPage || from > data_end ||
      static_cast<std::uint64_t>(size) > data_end - from) {
    refuse("the footer points outside the file");
  }
  return {from, from + static_cast<std::uint64_t>(size)};
}

void check_chunk(const ThriftStruct& chunk) {
  if (chunk.find(chunk::kFilePath) != nullptr) refuse("the columns lie in other files");
  if (chunk.find(chunk::kCrypto) != nullptr || chunk.find(chunk::kEncryptedMeta) != nullptr) {
    refuse("the columns are encrypted");
  }
}

bool is_common(const ThriftStruct& meta, std::string_view type) {
  const std::int32_t codec = need<std::int32_t>(meta, chunk_meta::kCodec, "a column's codec");
  if (codec != kUncompressed && codec != kSnappy && codec != kGzip && codec != kZstd) return false;
  bool plain = false;
  for (const ThriftValue& value : items(meta, chunk_meta::kEncodings, "a column's encodings")) {
    const auto* encoding = std::get_if<std::int32_t>(&value);
    if (encoding == nullptr) return false;
    if (*encoding != kPlain && *encoding != kPlainDictionary && *encoding != kRunLength && *encoding != kBitPacked &&
        *encoding != kDictionary) {
      return false;
    }
    plain = plain || *encoding == kPlain;
  }
  // Beside levels, run lengths may hold booleans, which not every reader takes.
  return plain || type != "boolean";
}

void drop_claims_of(ThriftStruct& chunk) {
  for (std::int16_t id :
       {chunk::kOffsetIndex, chunk::kOffsetIndexLength, chunk::kColumnIndex, chunk::kColumnIndexLength}) {
    chunk.erase(id);
  }
  ThriftStruct& meta = meta_of(chunk);
  for (std::int16_t id : {chunk_meta::kKeyValues, chunk_meta::kIndexPage, chunk_meta::kStatistics,
                          chunk_meta::kEncodingStats, chunk_meta::kBloomFilter, chunk_meta::kBloomFilterLength,
                          chunk_meta::kSizeStatistics, chunk_meta::kGeoStatistics}) {
    meta.erase(id);
  }
}

void move_back(ThriftStruct& tree, std::int16_t id, std::uint64_t shift) {
  // What points nowhere stays so.
  if (auto* offset = tree.get<std::int64_t>(id); offset != nullptr && *offset >= static_cast<std::int64_t>(shift)) {
    *offset -= static_cast<std::int64_t>(shift);
  }
}

void move_back(ThriftStruct& group, std::uint64_t shift) {
  move_back(group, group::kFileOffset, shift);
  for (ThriftValue& value : items(group, group::kColumns, kItsColumns)) {
    ThriftStruct& chunk = as_struct(value);
    move_back(chunk, chunk::kFileOffset, shift);
    move_back(meta_of(chunk), chunk_meta::kDataPage, shift);
    move_back(meta_of(chunk), chunk_meta::kDictionaryPage, shift);
  }
}

std::int64_t rows_of(const ThriftStruct& group) {
  const std::int64_t rows = need<std::int64_t>(group, group::kRows, "how many rows a group has");
  if (rows < 0) refuse("the footer tells of less than no rows");
  return rows;
}

}  // namespace

ParquetFooter::ParquetFooter(std::string_view bytes, std::uint64_t data_end)
    : tree_(read_thrift(bytes)), data_end_(data_end) {
  if (tree_.find(footer::kEncryption) != nullptr) refuse("the file is encrypted");
  if (items(tree_, footer::kSchema, kItsSchema).empty()) refuse("the footer has no schema");
  need<std::int64_t>(tree_, footer::kRows, "how many rows there are");
  for (ThriftValue& value : items(tree_, footer::kSchema, kItsSchema)) as_struct(value);
  for (ThriftValue& value : items(tree_, footer::kRowGroups, kItsGroups)) {
    rows_of(as_struct(value));
    for (ThriftValue& column : items(as_struct(value), group::kColumns, kItsColumns)) {
      check_chunk(as_struct(column));
      pages_of(meta_of(as_struct(column)), data_end_);
    }
  }
}

std::uint64_t ParquetFooter::pages_end() const {
  std::uint64_t end = kFirstPage;
  for (const ThriftValue& value : items(tree_, footer::kRowGroups, kItsGroups)) {
    for (const ThriftValue& column : items(as_struct(value), group::kColumns, kItsColumns)) {
      end = std::max(end, pages_of(meta_of(as_struct(column)), data_end_).end);
    }
  }
  return end;
}

ParquetFacts ParquetFooter::facts() const {
  ParquetFacts facts;
  facts.rows = need<std::int64_t>(tree_, footer::kRows, "how many rows there are");
  const auto& schema = items(tree_, footer::kSchema, kItsSchema);
  facts.flat = std::none_of(schema.begin() + 1, schema.end(), [](const ThriftValue& value) {
    const auto* children = as_struct(value).get<std::int32_t>(element::kChildren);
    return children != nullptr && *children != 0;
  });
  if (!facts.flat) return facts;
  for (auto value = schema.begin() + 1; value != schema.end(); ++value) {
    const std::string& name = need<std::string>(as_struct(*value), element::kName, "a column's name");
    if (!base::is_utf8(name)) refuse("a column's name is not UTF-8");
    facts.columns.push_back({name, iceberg_type(as_struct(*value)), true});
  }
  for (const ThriftValue& value : items(tree_, footer::kRowGroups, kItsGroups)) {
    const ThriftStruct& group = as_struct(value);
    const auto& chunks = items(group, group::kColumns, kItsColumns);
    if (chunks.size() != facts.columns.size()) refuse("a row group has other columns than the schema");
    ParquetRowGroup told{.rows = rows_of(group), .begin = data_end_, .end = kFirstPage, .column_bytes = {}};
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const ThriftStruct& meta = meta_of(as_struct(chunks[i]));
      const Extent extent = pages_of(meta, data_end_);
      told.begin = std::min(told.begin, extent.begin);
      told.end = std::max(told.end, extent.end);
      told.column_bytes.push_back(static_cast<std::int64_t>(extent.end - extent.begin));
      if (need<std::int64_t>(meta, chunk_meta::kValues, "how many values a column has") != told.rows) {
        refuse("a column has another number of values than its row group has rows");
      }
      ParquetColumn& column = facts.columns[i];
      column.common = column.common && is_common(meta, column.type);
    }
    facts.groups.push_back(std::move(told));
  }
  return facts;
}

void ParquetFooter::drop_claims() {
  tree_.erase(footer::kColumnOrders);
  if (auto* pairs = tree_.get<ThriftList>(footer::kKeyValues)) {
    std::erase_if(pairs->items, [](const ThriftValue& value) {
      const auto* key = as_struct(value).get<std::string>(key_value::kKey);
      return key == nullptr || std::ranges::find(kOtherSchemas, *key) != std::end(kOtherSchemas);
    });
  }
  for (ThriftValue& value : items(tree_, footer::kRowGroups, kItsGroups)) {
    ThriftStruct& group = as_struct(value);
    group.erase(group::kSorting);
    for (ThriftValue& column : items(group, group::kColumns, kItsColumns)) drop_claims_of(as_struct(column));
  }
}

void ParquetFooter::set_field_ids(std::span<const int> ids) {
  auto& schema = items(tree_, footer::kSchema, kItsSchema);
  if (schema.size() != ids.size() + 1) refuse("there are other columns than ids");
  for (std::size_t i = 0; i < ids.size(); ++i) as_struct(schema[i + 1]).set(element::kFieldId, ids[i]);
  // Without orders, readers do not trust statistics.
  ThriftList orders{.of = kThriftStruct, .is_set = false, .items = {}};
  ThriftStruct by_type;
  by_type.set(1, ThriftStruct());
  orders.items.assign(ids.size(), by_type);
  tree_.set(footer::kColumnOrders, std::move(orders));
}

void ParquetFooter::set_stats(std::size_t group, std::size_t column, const ParquetStats& stats) {
  ThriftStruct told;
  told.set(stats::kNulls, stats.nulls);
  const auto& schema = items(tree_, footer::kSchema, kItsSchema);
  if (column + 1 >= schema.size()) refuse("there is no such column");
  const ThriftStruct& element = as_struct(schema[column + 1]);
  // Not every reader expects one without the other.
  if (stats.lower && stats.upper) {
    told.set(stats::kMin, stored_value(element, *stats.lower));
    told.set(stats::kMax, stored_value(element, *stats.upper));
    told.set(stats::kMinExact, stats.lower_exact);
    told.set(stats::kMaxExact, stats.upper_exact);
  }
  auto& chunks = items(as_struct(items(tree_, footer::kRowGroups, kItsGroups).at(group)), group::kColumns, kItsColumns);
  meta_of(as_struct(chunks.at(column))).set(chunk_meta::kStatistics, std::move(told));
}

std::string ParquetFooter::bytes(std::size_t first, std::size_t last, std::uint64_t shift) const {
  ThriftStruct part = tree_;
  auto& groups = items(part, footer::kRowGroups, kItsGroups);
  groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(last), groups.end());
  groups.erase(groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(first));
  std::int64_t rows = 0;
  for (ThriftValue& value : groups) {
    move_back(as_struct(value), shift);
    rows += rows_of(as_struct(value));
  }
  part.set(footer::kRows, rows);
  return write_thrift(part);
}

std::string ParquetFooter::bytes() const { return write_thrift(tree_); }

}  // namespace boathouse::batch
