// SPDX-License-Identifier: Apache-2.0
// Footers made by hand: each form of a column, what is dropped and what is written. Files of real writers:
// engine/parquet_adoption_test.cc and tests/api/test_adoption.py.
#include "batch/parquet_footer.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"
#include "batch/parquet_fields.h"
#include "batch/parquet_type.h"

namespace boathouse::batch {
namespace {

using namespace parquet;
using namespace std::string_literals;

constexpr std::uint64_t kDataEnd = 1000;

ThriftStruct with(std::int16_t id, ThriftValue value) {
  ThriftStruct tree;
  tree.set(id, std::move(value));
  return tree;
}

ThriftStruct column_of(const std::string& name, std::int32_t physical) {
  ThriftStruct element;
  element.set(element::kType, physical);
  element.set(element::kRepetition, std::int32_t{kOptional});
  element.set(element::kName, name);
  return element;
}

// One kind of annotation in the way of today.
ThriftStruct annotated(std::int32_t physical, std::int16_t kind, ThriftStruct parameters = {}) {
  ThriftStruct element = column_of("c", physical);
  element.set(element::kLogical, with(kind, std::move(parameters)));
  return element;
}

ThriftStruct converted(std::int32_t physical, std::int32_t kind) {
  ThriftStruct element = column_of("c", physical);
  element.set(element::kConverted, kind);
  return element;
}

ThriftStruct time_of(std::int16_t unit, bool to_utc) {
  ThriftStruct time = with(logical::kUnit, with(unit, ThriftStruct()));
  time.set(logical::kToUtc, to_utc);
  return time;
}

ThriftStruct integer_of(std::int8_t bits, bool is_signed) {
  ThriftStruct integer = with(logical::kBits, ThriftByte{bits});
  integer.set(logical::kSigned, is_signed);
  return integer;
}

ThriftStruct decimal_of(std::int32_t physical, std::int32_t precision, std::int32_t scale, std::int32_t length = 0) {
  ThriftStruct element = converted(physical, kDecimal);
  element.set(element::kPrecision, precision);
  element.set(element::kScale, scale);
  if (length > 0) element.set(element::kLength, length);
  return element;
}

ThriftStruct fixed_of(std::int32_t length, ThriftStruct element) {
  element.set(element::kLength, length);
  return element;
}

TEST(ParquetType, IsToldForJustTheFormsOfIceberg) {
  EXPECT_EQ(iceberg_type(column_of("c", kBoolean)), "boolean");
  EXPECT_EQ(iceberg_type(column_of("c", kInt32)), "int");
  EXPECT_EQ(iceberg_type(annotated(kInt32, logical::kInteger, integer_of(32, true))), "int");
  EXPECT_EQ(iceberg_type(converted(kInt32, kSigned32)), "int");
  EXPECT_EQ(iceberg_type(column_of("c", kInt64)), "long");
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kInteger, integer_of(64, true))), "long");
  EXPECT_EQ(iceberg_type(column_of("c", kFloat)), "float");
  EXPECT_EQ(iceberg_type(column_of("c", kDouble)), "double");
  EXPECT_EQ(iceberg_type(column_of("c", kByteArray)), "binary");
  EXPECT_EQ(iceberg_type(annotated(kByteArray, logical::kString)), "string");
  EXPECT_EQ(iceberg_type(converted(kByteArray, kUtf8)), "string");
  EXPECT_EQ(iceberg_type(annotated(kInt32, logical::kDate)), "date");
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kTime, time_of(logical::kMicros, false))), "time");
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kTimestamp, time_of(logical::kMicros, false))), "timestamp");
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kTimestamp, time_of(logical::kMicros, true))), "timestamptz");
  EXPECT_EQ(iceberg_type(decimal_of(kInt32, 9, 2)), "decimal(9,2)");
  EXPECT_EQ(iceberg_type(decimal_of(kInt64, 18, 0)), "decimal(18,0)");
  EXPECT_EQ(iceberg_type(decimal_of(kFixed, 38, 10, 16)), "decimal(38,10)");
  EXPECT_EQ(iceberg_type(fixed_of(16, annotated(kFixed, logical::kUuid))), "uuid");
}

TEST(ParquetType, IsNotToldForOtherWidthsUnitsSignsAndNesting) {
  EXPECT_EQ(iceberg_type(annotated(kInt32, logical::kInteger, integer_of(16, true))), "");
  EXPECT_EQ(iceberg_type(annotated(kInt32, logical::kInteger, integer_of(32, false))), "");
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kInteger, integer_of(64, false))), "");
  EXPECT_EQ(iceberg_type(converted(kInt32, 13)), "") << "UINT_32";
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kTimestamp, time_of(1, false))), "") << "milliseconds";
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kTimestamp, time_of(3, false))), "") << "nanoseconds";
  EXPECT_EQ(iceberg_type(annotated(kInt64, logical::kTime, time_of(logical::kMicros, true))), "");
  EXPECT_EQ(iceberg_type(converted(kInt64, 10)), "") << "TIMESTAMP_MICROS, in UTC or not";
  EXPECT_EQ(iceberg_type(column_of("c", 3)), "") << "INT96";
  EXPECT_EQ(iceberg_type(converted(kByteArray, 19)), "") << "JSON";
  EXPECT_EQ(iceberg_type(decimal_of(kByteArray, 9, 2)), "");
  EXPECT_EQ(iceberg_type(decimal_of(kInt32, 10, 2)), "");
  EXPECT_EQ(iceberg_type(decimal_of(kInt64, 19, 2)), "");
  EXPECT_EQ(iceberg_type(decimal_of(kFixed, 39, 2, 17)), "");
  EXPECT_EQ(iceberg_type(decimal_of(kInt32, 3, 4)), "");
  EXPECT_EQ(iceberg_type(fixed_of(16, column_of("c", kFixed))), "") << "fixed";
  ThriftStruct repeated = column_of("c", kInt32);
  repeated.set(element::kRepetition, std::int32_t{2});
  EXPECT_EQ(iceberg_type(repeated), "");
}

TEST(ParquetType, StoresDecimalsAsWideAsTheirColumn) {
  auto stored = [](const ThriftStruct& element, const std::string& hex) {
    return base::to_hex(stored_value(element, *base::from_hex(hex)));
  };
  EXPECT_EQ(stored(decimal_of(kInt32, 9, 2), "04d2"), "d2040000");
  EXPECT_EQ(stored(decimal_of(kInt32, 9, 2), "ff"), "ffffffff");
  EXPECT_EQ(stored(decimal_of(kInt64, 18, 2), "fb2e"), "2efbffffffffffff");
  EXPECT_EQ(stored(decimal_of(kFixed, 10, 2, 5), "fb2e"), "fffffffb2e");
  EXPECT_EQ(stored(column_of("c", kInt32), "01020304"), "01020304");
  EXPECT_THROW(stored(decimal_of(kFixed, 10, 2, 1), "fb2e"), base::Error);
  EXPECT_THROW(stored(fixed_of(-5, decimal_of(kFixed, 10, 2)), "fb2e"), base::Error);
}

ThriftList list_of(std::vector<ThriftValue> items, std::uint8_t of = kThriftStruct) {
  return {.of = of, .is_set = false, .items = std::move(items)};
}

// A chunk of `size` bytes at `begin`, with every claim that a writer can make.
ThriftStruct chunk_of(std::int64_t begin, std::int64_t size, std::int64_t values) {
  ThriftStruct meta;
  meta.set(chunk_meta::kEncodings, list_of({std::int32_t{kPlain}, std::int32_t{kRunLength}}, 5));
  meta.set(chunk_meta::kCodec, std::int32_t{kSnappy});
  meta.set(chunk_meta::kValues, values);
  meta.set(chunk_meta::kCompressed, size);
  meta.set(chunk_meta::kDataPage, begin);
  meta.set(chunk_meta::kStatistics, with(stats::kNulls, std::int64_t{0}));
  meta.set(chunk_meta::kEncodingStats, list_of({}));
  meta.set(chunk_meta::kBloomFilter, std::int64_t{900});
  ThriftStruct chunk = with(chunk::kMeta, std::move(meta));
  chunk.set(chunk::kOffsetIndex, std::int64_t{950});
  chunk.set(chunk::kColumnIndex, std::int64_t{960});
  return chunk;
}

ThriftStruct group_of(std::int64_t rows, std::vector<ThriftValue> chunks) {
  ThriftStruct group = with(group::kColumns, list_of(std::move(chunks)));
  group.set(group::kRows, rows);
  group.set(group::kSorting, list_of({}));
  return group;
}

ThriftStruct pair_of(const std::string& key) {
  ThriftStruct pair = with(key_value::kKey, key);
  pair.set(2, "value"s);
  return pair;
}

ThriftStruct footer_of(std::vector<ThriftValue> columns, std::vector<ThriftValue> groups, std::int64_t rows) {
  ThriftStruct root = with(element::kName, "schema"s);
  root.set(element::kChildren, static_cast<std::int32_t>(columns.size()));
  columns.insert(columns.begin(), std::move(root));
  ThriftStruct tree = with(footer::kSchema, list_of(std::move(columns)));
  tree.set(1, std::int32_t{2});
  tree.set(footer::kRows, rows);
  tree.set(footer::kRowGroups, list_of(std::move(groups)));
  tree.set(footer::kKeyValues, list_of({pair_of("pandas"), pair_of("ARROW:schema"), pair_of("iceberg.schema")}));
  return tree;
}

ThriftStruct two_groups() {
  return footer_of({column_of("a", kInt32), column_of("b", kDouble)},
                   {group_of(10, {chunk_of(4, 100, 10), chunk_of(104, 200, 10)}),
                    group_of(5, {chunk_of(310, 50, 5), chunk_of(360, 60, 5)})},
                   15);
}

ParquetFooter parsed(const ThriftStruct& tree) { return {write_thrift(tree), kDataEnd}; }

void refused(const ThriftStruct& tree) { EXPECT_THROW(parsed(tree).facts(), base::Error); }

TEST(ParquetFooter, TellsOfColumnsAndRowGroups) {
  const ParquetFooter footer = parsed(two_groups());
  const ParquetFacts facts = footer.facts();
  EXPECT_EQ(facts.rows, 15);
  EXPECT_TRUE(facts.flat);
  EXPECT_EQ(facts.columns, (std::vector<ParquetColumn>{{"a", "int", true}, {"b", "double", true}}));
  EXPECT_EQ(facts.groups,
            (std::vector<ParquetRowGroup>{{.rows = 10, .begin = 4, .end = 304, .column_bytes = {100, 200}},
                                          {.rows = 5, .begin = 310, .end = 420, .column_bytes = {50, 60}}}));
  EXPECT_EQ(footer.pages_end(), 420U);
}

TEST(ParquetFooter, DropsWhatCannotBeBelievedAndKeepsTheRest) {
  ParquetFooter footer = parsed(two_groups());
  footer.drop_claims();
  const ThriftStruct tree = read_thrift(footer.bytes());
  const auto& chunk = std::get<ThriftStruct>(std::get<ThriftStruct>(tree.get<ThriftList>(footer::kRowGroups)->items[0])
                                                 .get<ThriftList>(group::kColumns)
                                                 ->items[0]);
  EXPECT_EQ(chunk.find(chunk::kOffsetIndex), nullptr);
  EXPECT_EQ(chunk.find(chunk::kColumnIndex), nullptr);
  const auto* meta = chunk.get<ThriftStruct>(chunk::kMeta);
  for (std::int16_t id : {chunk_meta::kStatistics, chunk_meta::kEncodingStats, chunk_meta::kBloomFilter}) {
    EXPECT_EQ(meta->find(id), nullptr) << id;
  }
  EXPECT_EQ(*meta->get<std::int64_t>(chunk_meta::kDataPage), 4);
  const auto& pairs = tree.get<ThriftList>(footer::kKeyValues)->items;
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(*std::get<ThriftStruct>(pairs[0]).get<std::string>(key_value::kKey), "pandas");
  EXPECT_EQ(parsed(tree).facts(), footer.facts());
}

TEST(ParquetFooter, AdoptingAndClearingGivesTheSameAgain) {
  ParquetFooter footer = parsed(two_groups());
  footer.drop_claims();
  const int ids[] = {1, 2};
  footer.set_field_ids(ids);
  const std::string first = footer.bytes();
  ParquetStats stats{.nulls = 3, .lower = "\1\0\0\0"s, .upper = "\7\0\0\0"s};
  footer.set_stats(0, 0, stats);
  EXPECT_NE(footer.bytes(), first);
  ParquetFooter again(footer.bytes(), kDataEnd);
  again.drop_claims();
  again.set_field_ids(ids);
  EXPECT_EQ(again.bytes(), first);
}

TEST(ParquetFooter, OneBoundAloneIsNotWritten) {
  ParquetFooter footer = parsed(two_groups());
  footer.set_stats(1, 0, {.nulls = 1, .lower = "\1\0\0\0"s, .upper = std::nullopt});
  const ThriftStruct tree = read_thrift(footer.bytes());
  const auto& group = std::get<ThriftStruct>(tree.get<ThriftList>(footer::kRowGroups)->items[1]);
  const auto& chunk = std::get<ThriftStruct>(group.get<ThriftList>(group::kColumns)->items[0]);
  const auto* told = chunk.get<ThriftStruct>(chunk::kMeta)->get<ThriftStruct>(chunk_meta::kStatistics);
  EXPECT_EQ(*told->get<std::int64_t>(stats::kNulls), 1);
  EXPECT_EQ(told->find(stats::kMin), nullptr);
}

TEST(ParquetFooter, APartHasItsRowGroupsWhereTheyLieInItsFile) {
  const ParquetFooter footer = parsed(two_groups());
  const ParquetFacts part = ParquetFooter(footer.bytes(1, 2, 306), 114).facts();
  EXPECT_EQ(part.rows, 5);
  EXPECT_EQ(part.groups, (std::vector<ParquetRowGroup>{{.rows = 5, .begin = 4, .end = 114, .column_bytes = {50, 60}}}));
}

TEST(ParquetFooter, PagesOutsideTheFileAreRefused) {
  auto one_chunk = [](ThriftStruct chunk) {
    return footer_of({column_of("a", kInt32)}, {group_of(5, {std::move(chunk)})}, 5);
  };
  EXPECT_NO_THROW(parsed(one_chunk(chunk_of(4, 996, 5))).facts());
  refused(one_chunk(chunk_of(4, 997, 5)));
  refused(one_chunk(chunk_of(3, 10, 5)));
  refused(one_chunk(chunk_of(-4, 10, 5)));
  refused(one_chunk(chunk_of(1001, 0, 5)));
  refused(one_chunk(chunk_of(4, -1, 5)));
  refused(one_chunk(chunk_of(4, INT64_MAX, 5)));
  refused(one_chunk(chunk_of(INT64_MAX, INT64_MAX, 5)));
  refused(one_chunk(chunk_of(4, 10, 6)));
  refused(footer_of({column_of("a", kInt32)}, {group_of(-1, {})}, 5));
  refused(footer_of({column_of("a", kInt32)}, {group_of(5, {})}, 5));
}

TEST(ParquetFooter, EncryptedAndScatteredFilesAreRefused) {
  ThriftStruct encrypted = two_groups();
  encrypted.set(footer::kEncryption, ThriftStruct());
  refused(encrypted);
  for (auto [id, value] : {std::pair<std::int16_t, ThriftValue>{chunk::kFilePath, "other.parquet"s},
                           std::pair<std::int16_t, ThriftValue>{chunk::kCrypto, ThriftStruct()}}) {
    ThriftStruct chunk = chunk_of(4, 10, 5);
    chunk.set(id, value);
    refused(footer_of({column_of("a", kInt32)}, {group_of(5, {chunk})}, 5));
  }
}

TEST(ParquetFooter, RareCodecsAndEncodingsAreTold) {
  auto common = [](std::int32_t physical, std::int32_t codec, std::vector<ThriftValue> encodings) {
    ThriftStruct chunk = chunk_of(4, 10, 5);
    chunk.get<ThriftStruct>(chunk::kMeta)->set(chunk_meta::kCodec, codec);
    chunk.get<ThriftStruct>(chunk::kMeta)->set(chunk_meta::kEncodings, list_of(std::move(encodings), 5));
    return parsed(footer_of({column_of("a", physical)}, {group_of(5, {std::move(chunk)})}, 5))
        .facts()
        .columns[0]
        .common;
  };
  const std::vector<ThriftValue> plain{std::int32_t{kPlain}, std::int32_t{kRunLength}};
  for (std::int32_t codec : {kUncompressed, kSnappy, kGzip, kZstd}) EXPECT_TRUE(common(kInt32, codec, plain)) << codec;
  for (std::int32_t codec : {3, 4, 5, 7, 99}) EXPECT_FALSE(common(kInt32, codec, plain)) << codec;
  EXPECT_TRUE(common(kInt32, kZstd, {std::int32_t{kDictionary}, std::int32_t{kRunLength}}));
  EXPECT_FALSE(common(kInt32, kZstd, {std::int32_t{5}})) << "DELTA_BINARY_PACKED";
  EXPECT_FALSE(common(kDouble, kZstd, {std::int32_t{9}})) << "BYTE_STREAM_SPLIT";
  EXPECT_TRUE(common(kBoolean, kZstd, plain));
  EXPECT_FALSE(common(kBoolean, kZstd, {std::int32_t{kRunLength}}));
}

TEST(ParquetFooter, NestedFilesAreToldAsSuch) {
  ThriftStruct group = with(element::kName, "s"s);
  group.set(element::kChildren, std::int32_t{1});
  EXPECT_FALSE(parsed(footer_of({group, column_of("a", kInt32)}, {}, 0)).facts().flat);
}

}  // namespace
}  // namespace boathouse::batch
