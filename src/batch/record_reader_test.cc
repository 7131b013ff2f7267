// SPDX-License-Identifier: Apache-2.0
#include "batch/record_reader.h"

#include <gtest/gtest.h>

#include "batch/test_support.h"

namespace boathouse::batch {
namespace {

// A record as text: fields parted by '|', "-" for missing, 'quoted' in single quotes; "!" and the raw line where it
// failed.
std::string shown(const RecordBatch& batch, std::size_t row) {
  if (batch.records[row].fields_failed) return "!" + std::string(batch.records[row].raw);
  std::string text;
  for (std::size_t i = 0; i < batch.width; ++i) {
    const Cell& cell = batch.cell(row, i);
    std::string field = cell.kind == CellKind::missing ? "-" : std::string(cell.text);
    text += (i == 0 ? "" : "|") + (cell.quoted ? "'" + field + "'" : field);
  }
  return text;
}

std::vector<std::string> read_all(const StagedSpec& spec, std::string_view text, std::size_t at_once = 2048) {
  StagedFile file(text);
  auto reader = open_records(file.path(), spec);
  RecordBatch batch;
  std::vector<std::string> out;
  std::uint64_t expected_row = spec.first_row;
  while (reader->next(batch, at_once)) {
    EXPECT_LE(batch.count, at_once);
    EXPECT_EQ(batch.first_row, expected_row);
    expected_row += batch.count;
    for (std::size_t row = 0; row < batch.count; ++row) out.push_back(shown(batch, row));
  }
  return out;
}

StagedSpec csv(std::size_t fields) {
  StagedSpec spec;
  for (std::size_t i = 0; i < fields; ++i) spec.field_names.push_back("f" + std::to_string(i));
  return spec;
}

TEST(CsvReader, ReadsCells) {
  std::string text =
      "1,a\r\n2,\n,b\r3,\"x,\"\"y\"\"\nz\"\n\n\"\",\"\"\n5\" pipe,a\"b\n\"a\"\"\",\"\"\"\"\nlast,\" q \"";
  std::vector<std::string> expected = {"1|a",   "2|-",           "-|b",        "3|'x,\"y\"\nz'",
                                       "''|''", "5\" pipe|a\"b", "'a\"'|'\"'", "last|' q '"};
  EXPECT_EQ(read_all(csv(2), text), expected);
  EXPECT_EQ(read_all(csv(2), text, 1), expected);
  EXPECT_EQ(read_all(csv(2), text, 3), expected);
  EXPECT_EQ(read_all(csv(2), text + "\r\n"), expected);
}

TEST(CsvReader, PartsFieldsByAnotherDelimiter) {
  StagedSpec spec = csv(2);
  spec.delimiter = ';';
  EXPECT_EQ(StagedSpec::from_json(spec.to_json()).delimiter, ';');
  EXPECT_EQ(read_all(spec, "1;a,b\n;\"x;\"\"y\"\n\"\";z\n1,2\n"),
            (std::vector<std::string>{"1|a,b", "-|'x;\"y'", "''|z", "!1,2"}));
  EXPECT_EQ(split_csv_record("a;\"b;c\"", 10, ';').fields, (std::vector<std::string>{"a", "b;c"}));
}

TEST(CsvReader, FlagsRowsWhoseFieldsFail) {
  EXPECT_EQ(
      read_all(csv(2), "1,2,3\n1\n1,2\n\"a\"b,c\n\"a\" ,c\n1,\"x\"\"\"y\n,\n1,2,\n"),
      (std::vector<std::string>{"!1,2,3", "!1", "1|2", "!\"a\"b,c", "!\"a\" ,c", "!1,\"x\"\"\"y", "-|-", "!1,2,"}));
  StagedFile file("1,2,3\n\"a\"b,c\n");
  auto reader = open_records(file.path(), csv(2));
  RecordBatch batch;
  ASSERT_TRUE(reader->next(batch, 10));
  EXPECT_EQ(batch.records[0].field_count, 3U);
  EXPECT_FALSE(batch.records[0].malformed_quotes);
  EXPECT_TRUE(batch.records[1].malformed_quotes);
}

TEST(CsvReader, RawLinesAreUntouched) {
  EXPECT_EQ(read_all(csv(1), "\"a\"\"b\",\"c\"\"d\"\r\n"), (std::vector<std::string>{"!\"a\"\"b\",\"c\"\"d\""}));
}

TEST(CsvReader, UndoublesQuotesBeforeCharactersOfAnyLength) {
  EXPECT_EQ(read_all(csv(2), "\"\"\"é\",\"\"\"\"\"€\"\n\"a\"\"😀\",é\n"),
            (std::vector<std::string>{"'\"é'|'\"\"€'", "'a\"😀'|é"}));
}

TEST(CsvReader, ReadsARange) {
  std::string text = "id\n1\n2\n3\n4\n";
  StagedSpec spec = csv(1);
  spec.begin = 5;
  spec.end = 9;
  spec.first_row = 2;
  EXPECT_EQ(read_all(spec, text), (std::vector<std::string>{"2", "3"}));
}

TEST(CsvReader, RangesTogetherGiveAllRows) {
  std::string text = "id,text\r\n";
  for (int i = 1; i <= 3000; ++i)
    text += std::to_string(i) + (i % 3 == 0 ? ",\"a\nb,\"\"c\"\"\"\r\n" : ",plain\r\n\r\n");
  StagedSpec spec = csv(2);
  spec.begin = 9;
  std::vector<std::string> whole = read_all(spec, text);
  ASSERT_EQ(whole.size(), 3000U);
  EXPECT_EQ(whole[2], "3|'a\nb,\"c\"'");
  std::vector<std::string> parts;
  for (const Block& block : scan(text, {.block_bytes = 1000}).blocks) {
    spec.begin = block.offset;
    spec.end = block.offset + block.length;
    spec.first_row = block.first_row;
    for (std::string& row : read_all(spec, text)) parts.push_back(std::move(row));
  }
  EXPECT_EQ(parts, whole);
}

TEST(CsvReader, ReadsRecordsLongerThanItsBuffer) {
  std::string big(3 << 20, 'x');
  std::string text = "1,a\n2," + big + "\n3,\"" + big + "\"\"\n\"\n4,b\n";
  std::vector<std::string> rows = read_all(csv(2), text);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1], "2|" + big);
  EXPECT_EQ(rows[2], "3|'" + big + "\"\n'");
  EXPECT_EQ(rows[3], "4|b");
  StagedSpec limited = csv(2);
  limited.max_record_bytes = 1 << 20;
  EXPECT_NE(error_of([&] { read_all(limited, text); }).message().find("longer than"), std::string::npos);
}

TEST(CsvReader, ManyColumnsMakeSmallBatches) {
  std::string line(4999, ',');
  std::string text;
  for (int i = 0; i < 100; ++i) text += line + "\n";
  StagedFile file(text);
  auto reader = open_records(file.path(), csv(5000));
  RecordBatch batch;
  std::size_t rows = 0;
  while (reader->next(batch, 2048)) {
    EXPECT_LE(batch.cells.size(), 200000U);
    rows += batch.count;
  }
  EXPECT_EQ(rows, 100U);
}

TEST(CsvReader, DoesNotTrustTheScanner) {
  EXPECT_EQ(error_of([] { read_all(csv(1), "a\n\"b\n"); }).detail().at("row"), 2);
  EXPECT_NE(error_of([] { read_all(csv(1), "a\n\xff\n"); }).message().find("UTF-8"), std::string::npos);
}

TEST(CsvReader, AnEmptyRangeHasNoRows) {
  EXPECT_TRUE(read_all(csv(1), "").empty());
  EXPECT_TRUE(read_all(csv(1), "\r\n\n").empty());
  StagedSpec past = csv(1);
  past.begin = 100;
  past.end = 200;
  EXPECT_TRUE(read_all(past, "a\n").empty());
}

StagedSpec json(Format format, std::vector<std::string> keys) {
  StagedSpec spec;
  spec.format = format;
  for (std::string& key : keys) spec.columns.push_back({.name = key});
  return spec;
}

TEST(JsonReader, ReadsCellsByKey) {
  std::string text = R"([{"a":1,"b":"x"}, {"b" : null}, {}, {"b":[1, 2],"a":{"c":3}},
                        {"\u0061":7}])";
  std::vector<std::string> expected = {"1|\"x\"", "-|-", "-|-", "{\"c\":3}|[1, 2]", "7|-"};
  EXPECT_EQ(read_all(json(Format::json, {"a", "b"}), text), expected);
  EXPECT_EQ(read_all(json(Format::json, {"a", "b"}), text, 1), expected);
}

TEST(JsonReader, FlagsObjectsThatHaveAKeyTwice) {
  std::string text = R"({"a":1,"a":2}
{"a":1,"b":2}
{"x":1,"x":2,"b":3}
{"x":1,"a":null,"b":4,"\u0061":5}
{"b":6})";
  std::vector<std::string> expected = {R"(!{"a":1,"a":2})", "1|2", "-|3", R"(!{"x":1,"a":null,"b":4,"\u0061":5})",
                                       "-|6"};
  EXPECT_EQ(read_all(json(Format::ndjson, {"a", "b"}), text), expected);
  EXPECT_EQ(read_all(json(Format::ndjson, {"a", "b"}), text, 1), expected);
}

TEST(JsonReader, ReadsLines) {
  EXPECT_EQ(read_all(json(Format::ndjson, {"a"}), "{\"a\":1}\r\n\n {\"a\":\"two\"} \n{\"a\":true}"),
            (std::vector<std::string>{"1", "\"two\"", "true"}));
}

TEST(JsonReader, TheKeyMayDifferFromTheName) {
  StagedSpec spec = json(Format::ndjson, {"column"});
  spec.columns[0].key = "the key";
  EXPECT_EQ(read_all(spec, "{\"the key\":1,\"column\":2}"), (std::vector<std::string>{"1"}));
}

TEST(JsonReader, KeysMayDifferInCaseWhereNoOtherIsMeant) {
  StagedSpec spec = json(Format::ndjson, {"a", "B"});
  EXPECT_EQ(read_all(spec, "{\"A\":1,\"b\":2}\n{\"a\":3,\"A\":4}"),
            (std::vector<std::string>{"1|2", R"(!{"a":3,"A":4})"}));
  EXPECT_EQ(read_all(json(Format::ndjson, {"a", "A"}), "{\"A\":1,\"a\":2}"), (std::vector<std::string>{"2|1"}));
}

TEST(JsonReader, ListsUnknownMembers) {
  StagedFile file("{\"a\":1,\"x\":2}\n{\"a\":1}\n{\"y\":null,\"x\":[3]}\n");
  auto reader = open_records(file.path(), json(Format::ndjson, {"a"}));
  RecordBatch batch;
  ASSERT_TRUE(reader->next(batch, 10));
  ASSERT_EQ(batch.unknown.size(), 3U);
  EXPECT_EQ(batch.unknown[0].record, 0U);
  EXPECT_EQ(batch.unknown[0].key_token, "\"x\"");
  EXPECT_EQ(batch.unknown[1].record, 2U);
  EXPECT_EQ(batch.unknown[1].value, "null");
  EXPECT_EQ(batch.unknown[2].value, "[3]");
}

TEST(JsonReader, ReadsObjectsAcrossItsBuffer) {
  std::string text = "[";
  for (int i = 0; i < 20000; ++i)
    text += (i == 0 ? "" : ",") + ("{\"a\":\"" + std::string(60, 'x') + "\",\"b\":" + std::to_string(i) + "}");
  text += "]";
  std::vector<std::string> rows = read_all(json(Format::json, {"b"}), text);
  ASSERT_EQ(rows.size(), 20000U);
  for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i], std::to_string(i));
}

TEST(JsonReader, DoesNotTrustTheScanner) {
  base::Error error = error_of([] { read_all(json(Format::ndjson, {"a"}), "{\"a\":1}\n{\"a\":}\n"); });
  EXPECT_EQ(error.detail().at("row"), 2);
  EXPECT_EQ(error.detail().at("byte"), 13);
  error_of([] { read_all(json(Format::ndjson, {"a"}), "{\"a\":1}\n7\n"); });
  error_of([] { read_all(json(Format::json, {"a"}), "[{\"a\":1"); });
}

TEST(StagedSpec, ReadsBackFromItsText) {
  StagedSpec spec = csv(3);
  spec.columns.push_back({.name = "a\"b", .type = ColumnType::decimal(10, 2), .field = 2});
  spec.columns.push_back({.name = "d",
                          .type = {TypeKind::date},
                          .format = "%d.%m.%Y",
                          .key = "k",
                          .json_in_string = JsonInString::nested});
  spec.reject_unknown = false;
  spec.strings_as_text = true;
  spec.begin = 10;
  spec.end = 1ULL << 40;
  spec.first_row = 77;
  spec.raw = true;
  spec.only_rows = {78, 80};
  StagedSpec again = StagedSpec::from_json(spec.to_json());
  EXPECT_EQ(again.to_json(), spec.to_json());
  EXPECT_EQ(again.columns[0].name, "a\"b");
  EXPECT_EQ(again.columns[0].type, ColumnType::decimal(10, 2));
  EXPECT_EQ(again.columns[0].field, 2);
  EXPECT_EQ(again.columns[1].field, -1);
  EXPECT_EQ(again.columns[1].json_in_string, JsonInString::nested);
  EXPECT_EQ(again.end, 1ULL << 40);
  EXPECT_EQ(again.only_rows, spec.only_rows);
}

TEST(StagedSpec, RefusesNonsense) {
  for (const char* text :
       {"", "[]", "{", "{\"format\":\"xml\"}", "{\"format\":\"csv\",\"field_names\":[]}", "{\"formt\":\"csv\"}",
        "{\"format\":\"csv\",\"field_names\":[\"a\"],\"columns\":[{\"name\":\"a\",\"type\":\"INTEGER\",\"field\":1}]}",
        "{\"format\":\"json\",\"columns\":[{\"name\":\"a\",\"type\":\"INT\"}]}",
        "{\"format\":\"json\",\"columns\":[{\"name\":\"\",\"type\":\"DATE\"}]}", "{\"format\":\"json\",\"begin\":-1}",
        "{\"format\":\"json\",\"columns\":[{\"name\":\"a\",\"field\":-2}]}", "{\"format\":3}"}) {
    EXPECT_EQ(error_of([&] { StagedSpec::from_json(text); }).kind(), base::ErrorKind::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace boathouse::batch
