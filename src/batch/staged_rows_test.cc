// SPDX-License-Identifier: Apache-2.0
#include "batch/staged_rows.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstring>

#include "batch/test_support.h"

namespace boathouse::batch {
namespace {

// One output column in memory, shown as text.
class Column final : public StringTarget {
 public:
  explicit Column(ColumnType type) : type_(type) {}

  ColumnTarget target(std::size_t capacity) {
    // One byte off any alignment: the targets promise none.
    values_.assign(capacity * 16 + 1, '\x7f');
    strings_.assign(capacity, "unset");
    validity_.assign((capacity + 63) / 64, ~std::uint64_t{0});
    bool text = type_.kind == TypeKind::string || type_.kind == TypeKind::json || type_.kind == TypeKind::binary;
    return {text ? nullptr : values_.data() + 1, validity_.data(), text ? this : nullptr};
  }
  void put(std::size_t row, std::string_view value) override { strings_[row] = value; }

  std::string shown(std::size_t row) const {
    if ((validity_[row / 64] >> (row % 64) & 1) == 0) return "NULL";
    switch (type_.kind) {
      case TypeKind::integer:
      case TypeKind::date: return std::to_string(at<std::int32_t>(row));
      case TypeKind::double_: return std::to_string(at<double>(row));
      case TypeKind::boolean: return at<bool>(row) ? "true" : "false";
      case TypeKind::decimal: return shown_decimal(row);
      case TypeKind::uuid: return std::to_string(static_cast<std::int64_t>(at<Int128>(row) >> 64));
      case TypeKind::string:
      case TypeKind::json:
      case TypeKind::binary: return strings_[row];
      default: return std::to_string(at<std::int64_t>(row));
    }
  }

 private:
  template <typename T>
  T at(std::size_t row) const {
    T value;
    std::memcpy(&value, values_.data() + 1 + row * sizeof(T), sizeof(T));
    return value;
  }
  std::string shown_decimal(std::size_t row) const {
    Int128 value = type_.precision <= 4    ? Int128{at<std::int16_t>(row)}
                   : type_.precision <= 9  ? Int128{at<std::int32_t>(row)}
                   : type_.precision <= 18 ? Int128{at<std::int64_t>(row)}
                                           : at<Int128>(row);
    return decimal_text(value, type_.scale);
  }

  ColumnType type_;
  std::vector<char> values_;
  std::vector<std::string> strings_;
  std::vector<std::uint64_t> validity_;
};

struct Row {
  std::uint64_t number = 0;
  bool ok = false;
  std::vector<std::string> values;
  RowReport report;
  std::vector<std::string> bad;
};

std::vector<Row> read_rows(StagedSpec spec, std::string_view text, std::size_t capacity = 2048) {
  StagedFile file(text);
  StagedRows staged(file.path(), spec);
  std::vector<Column> columns;
  for (const StagedColumn& column : spec.columns) columns.emplace_back(column.type);
  std::vector<Row> rows;
  while (true) {
    std::vector<ColumnTarget> targets;
    for (Column& column : columns) targets.push_back(column.target(capacity));
    std::size_t count = staged.fill(targets, capacity, true);
    if (count == 0) return rows;
    for (std::size_t i = 0; i < count; ++i) {
      Row row{.number = staged.row_number(i), .ok = staged.ok(i), .values = {}, .report = {}, .bad = {}};
      for (const Column& column : columns) row.values.push_back(column.shown(i));
      if (spec.raw) {
        row.report = staged.report(i);
        for (std::string_view name : row.report.bad) row.bad.emplace_back(name);
      }
      rows.push_back(std::move(row));
    }
  }
}

StagedSpec csv(const std::vector<std::pair<std::string, std::string>>& columns) {
  StagedSpec spec;
  spec.raw = true;
  for (const auto& [name, type] : columns) {
    spec.field_names.push_back(name);
    spec.columns.push_back(
        {.name = name, .type = ColumnType::parse(type), .field = static_cast<std::int64_t>(spec.columns.size())});
  }
  return spec;
}

StagedSpec ndjson(const std::vector<std::pair<std::string, std::string>>& columns) {
  StagedSpec spec = csv(columns);
  spec.format = Format::ndjson;
  spec.field_names.clear();
  for (StagedColumn& column : spec.columns) column.field = -1;
  return spec;
}

using Values = std::vector<std::string>;

TEST(StagedRows, TypesEveryCell) {
  StagedSpec spec = csv({{"i", "INTEGER"},
                         {"b", "BIGINT"},
                         {"d", "DOUBLE"},
                         {"c", "DECIMAL(6,2)"},
                         {"s", "STRING"},
                         {"o", "BOOLEAN"},
                         {"day", "DATE"},
                         {"t", "TIME"},
                         {"ts", "TIMESTAMP"},
                         {"tz", "TIMESTAMPTZ"},
                         {"iso", "ISO_DATE"},
                         {"u", "UUID"},
                         {"bin", "BINARY"},
                         {"j", "JSON"}});
  std::vector<Row> rows = read_rows(
      spec,
      "1,-2,0.5,1.5,text,TRUE,1970-01-02,00:00:01,1970-01-01T00:00:01,1970-01-01T01:00:00+01:00,1970-01-01T00:00:02Z,"
      "80000000-0000-0001-0000-000000000000,AAECAw==,\"{\"\"a\"\": 1}\"\n"
      ",,,,,,,,,,,,,\n"
      "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\n"
      "x,x,x,x,x,x,x,x,x,x,x,x,x,x\n");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_TRUE(rows[0].ok);
  EXPECT_EQ(rows[0].values, (Values{"1", "-2", "0.500000", "1.50", "text", "true", "1", "1000000", "1000000", "0",
                                    "2000000", "1", std::string("\0\1\2\3", 4), "{\"a\": 1}"}));
  Values missing(14, "NULL");
  EXPECT_TRUE(rows[1].ok);
  EXPECT_EQ(rows[1].values, missing);
  // In quotes an empty field is a string where strings are, and missing elsewhere.
  EXPECT_TRUE(rows[2].ok);
  missing[4] = "";
  EXPECT_EQ(rows[2].values, missing);
  EXPECT_FALSE(rows[3].ok);
  EXPECT_EQ(rows[3].values[4], "x");
  EXPECT_EQ(rows[3].bad, (Values{"i", "b", "d", "c", "o", "day", "t", "ts", "tz", "iso", "u", "bin", "j"}));
}

TEST(StagedRows, DecimalsOfEveryWidth) {
  std::vector<Row> rows =
      read_rows(csv({{"a", "DECIMAL(4,1)"}, {"b", "DECIMAL(9,0)"}, {"c", "DECIMAL(18,9)"}, {"d", "DECIMAL(38,2)"}}),
                "-999.9,999999999,-123456789.987654321,123456789012345678901234567890123456.78\n"
                "1000.0,1000000000,1234567890,1.234\n");
  EXPECT_EQ(rows[0].values,
            (Values{"-999.9", "999999999", "-123456789.987654321", "123456789012345678901234567890123456.78"}));
  EXPECT_EQ(rows[1].bad.size(), 4U);
}

TEST(StagedRows, NumbersItsRows) {
  StagedSpec spec = csv({{"a", "INTEGER"}});
  spec.first_row = 100;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i) + "\n";
  for (std::size_t capacity : {1UL, 100UL, 2048UL}) {
    std::vector<Row> rows = read_rows(spec, text, capacity);
    ASSERT_EQ(rows.size(), 5000U);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].number, 100 + i);
      ASSERT_EQ(rows[i].values[0], std::to_string(i));
    }
  }
}

TEST(StagedRows, YieldsOnlyTheWantedRows) {
  StagedSpec spec = csv({{"a", "INTEGER"}, {"b", "STRING"}});
  std::string text;
  for (int i = 1; i <= 9000; ++i) text += std::to_string(i) + (i % 2 == 0 ? ",x\n" : ",\"a\"\"b\"\n");
  spec.only_rows = {1, 2, 2, 4095, 4097, 9000};
  std::vector<Row> rows = read_rows(spec, text);
  ASSERT_EQ(rows.size(), 5U);
  std::vector<std::uint64_t> numbers;
  for (const Row& row : rows) {
    numbers.push_back(row.number);
    EXPECT_EQ(row.values[0], std::to_string(row.number));
    EXPECT_EQ(row.values[1], row.number % 2 == 0 ? "x" : "a\"b");
  }
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2, 4095, 4097, 9000}));
  spec.only_rows = {20000};
  EXPECT_TRUE(read_rows(spec, text).empty());
}

TEST(StagedRows, OnlyRowsKeepTheirUnknownMembers) {
  StagedSpec spec = ndjson({{"a", "INTEGER"}});
  spec.only_rows = {2, 4};
  std::vector<Row> rows = read_rows(spec, "{\"x\":1}\n{\"a\":2}\n{\"y\":1}\n{\"z\":4}\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].ok);
  EXPECT_EQ(rows[1].report.data, R"({"a":null,"z":"4"})");
}

TEST(StagedRows, ColumnsMayBeReorderedLeftOutOrAbsent) {
  StagedSpec spec;
  spec.raw = true;
  spec.field_names = {"B", "ignored", "A"};
  spec.columns = {{.name = "a", .type = {TypeKind::integer}, .field = 2},
                  {.name = "b", .type = {TypeKind::string}, .field = 0},
                  {.name = "c", .type = {TypeKind::date}}};
  std::vector<Row> rows = read_rows(spec, "x,skip,1\ny,skip,no\n");
  EXPECT_EQ(rows[0].values, (Values{"1", "x", "NULL"}));
  EXPECT_TRUE(rows[0].ok);
  EXPECT_EQ(rows[1].report.data, R"({"b":"y","ignored":"skip","a":"no"})");
}

TEST(StagedRows, ReasonsNameColumnRuleValueAndMessage) {
  std::vector<Row> rows = read_rows(csv({{"id", "INTEGER"}, {"when", "DATE"}, {"note", "STRING"}}),
                                    "3000000000,2024-02-30,\"say \"\"hi\"\"\"\n1,,\n");
  auto reasons = boost::json::parse(rows[0].report.reasons).as_array();
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_EQ(reasons[0].at("column").as_string(), "id");
  EXPECT_EQ(reasons[0].at("rule").as_string(), "type");
  EXPECT_EQ(reasons[0].at("value").as_string(), "3000000000");
  EXPECT_EQ(reasons[0].at("message").as_string(),
            "\"3000000000\" is not an INTEGER: expected a whole number from -2147483648 to 2147483647");
  EXPECT_EQ(reasons[1].at("column").as_string(), "when");
  EXPECT_EQ(rows[0].report.data, R"({"id":"3000000000","when":"2024-02-30","note":"say \"hi\""})");
  EXPECT_EQ(rows[1].report.reasons, "[]");
  EXPECT_EQ(rows[1].report.data, R"({"id":"1","when":null,"note":null})");
}

TEST(StagedRows, EmptyInQuotesIsTextInTheData) {
  EXPECT_EQ(read_rows(csv({{"a", "INTEGER"}, {"b", "STRING"}}), "\"\",\n")[0].report.data, R"({"a":"","b":null})");
}

TEST(StagedRows, FailedFieldsAreTheOnlyReason) {
  std::vector<Row> rows = read_rows(csv({{"a", "INTEGER"}, {"b", "INTEGER"}}), "x,2,\"3\"\"\"\r\n7\n\"1\"2,3\n1,2\n");
  auto reasons = boost::json::parse(rows[0].report.reasons).as_array();
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_TRUE(reasons[0].at("column").is_null());
  EXPECT_EQ(reasons[0].at("rule").as_string(), "fields");
  EXPECT_EQ(reasons[0].at("message").as_string(), "3 fields where 2 are expected");
  EXPECT_EQ(rows[0].report.data, R"({"_raw":"x,2,\"3\"\"\""})");
  EXPECT_TRUE(rows[0].bad.empty());
  EXPECT_EQ(rows[0].values, (Values{"NULL", "NULL"}));
  EXPECT_FALSE(rows[0].ok);
  EXPECT_NE(rows[1].report.reasons.find("1 field where 2 are expected"), std::string::npos);
  EXPECT_NE(rows[2].report.reasons.find("closing quote"), std::string::npos);
  EXPECT_TRUE(rows[3].ok);
}

TEST(StagedRows, LongValuesAreCutInReasonsOnly) {
  std::string value;
  for (int i = 0; i < 3000; ++i) value += "é";
  RowReport report = read_rows(csv({{"a", "INTEGER"}}), value + "\n")[0].report;
  EXPECT_LT(report.reasons.size(), 2500U);
  EXPECT_NE(report.reasons.find("é...\""), std::string::npos);
  EXPECT_EQ(report.data, "{\"a\":\"" + value + "\"}");
}

TEST(StagedRows, FormatsReadDates) {
  StagedSpec spec = csv({{"d", "DATE"}, {"t", "TIMESTAMP"}});
  spec.columns[0].format = "%d.%m.%Y";
  spec.columns[1].format = "%Y%m%d%H%M%S";
  std::vector<Row> rows = read_rows(spec, "02.01.1970,19700101000001\n1970-01-02,1970-01-01T00:00:01\n");
  EXPECT_EQ(rows[0].values, (Values{"1", "1000000"}));
  EXPECT_EQ(rows[1].bad, (Values{"d", "t"}));
  spec.columns[0].format = "%d";
  EXPECT_THROW(read_rows(spec, "1\n"), base::Error);
}

TEST(StagedRows, JsonIsJudgedByValue) {
  StagedSpec spec = ndjson({{"i", "INTEGER"}, {"d", "DECIMAL(6,2)"}, {"x", "DOUBLE"}, {"o", "BOOLEAN"}});
  const std::pair<const char*, Values> cases[] = {
      {R"({"i":1.0,"d":12.340,"x":1,"o":true})", {"1", "12.34", "1.000000", "true"}},
      {R"({"i":1e3,"d":"12.5","x":"NaN","o":0})", {"1000", "12.50", "nan", "false"}},
      {R"({"i":null,"d":null})", {"NULL", "NULL", "NULL", "NULL"}}};
  for (const auto& [text, values] : cases) {
    std::vector<Row> rows = read_rows(spec, text);
    EXPECT_TRUE(rows[0].ok) << text << rows[0].report.reasons;
    EXPECT_EQ(rows[0].values, values) << text;
  }
  for (const char* text : {R"({"i":1.5})", R"({"i":3000000000})", R"({"i":"1"})", R"({"i":true})", R"({"i":{}})",
                           R"({"d":12.345})", R"({"d":12345})", R"({"d":"12.500"})", R"({"x":"1.5"})", R"({"x":1e999})",
                           R"({"o":"true"})", R"({"o":2})", R"({"o":[]})", R"({"i":""})"}) {
    std::vector<Row> rows = read_rows(spec, text);
    EXPECT_FALSE(rows[0].ok) << text;
    EXPECT_EQ(rows[0].bad.size(), 1U) << text;
  }
}

TEST(StagedRows, JsonStringsHoldDatesAndBytes) {
  StagedSpec spec = ndjson({{"d", "DATE"}, {"u", "UUID"}, {"b", "BINARY"}, {"s", "STRING"}});
  std::vector<Row> rows =
      read_rows(spec, R"({"d":"1970-01-02","u":"80000000-0000-0001-0000-000000000000","b":"","s":"a\u00e9\n"}
{"d":19700102,"u":5,"b":false,"s":1}
{"d":"","u":"","b":"x","s":"\ud800"}
{"s":{"a":1}}
)");
  EXPECT_TRUE(rows[0].ok);
  EXPECT_EQ(rows[0].values, (Values{"1", "1", "", "aé\n"}));
  EXPECT_EQ(rows[1].bad, (Values{"d", "u", "b", "s"}));
  EXPECT_EQ(rows[2].bad, (Values{"d", "u", "b", "s"}));
  EXPECT_EQ(rows[3].bad, (Values{"s"}));
}

TEST(StagedRows, JsonColumnsKeepTheirBytes) {
  std::vector<Row> rows = read_rows(ndjson({{"j", "JSON"}}), R"({"j":{"b" : 1.00,"a":"\u0041"}}
{"j":"text"}
{"j":null}
)");
  EXPECT_EQ(rows[0].values[0], R"({"b" : 1.00,"a":"\u0041"})");
  EXPECT_EQ(rows[1].values[0], "\"text\"");
  EXPECT_EQ(rows[2].values[0], "NULL");
  EXPECT_EQ(rows[1].report.data, R"({"j":"\"text\""})");
}

TEST(StagedRows, StringColumnsTakeOtherJsonWhenAsked) {
  std::string text = "{\"s\":{\"a\": 1}}\n{\"s\":1.50}\n{\"s\":\"x\"}\n{\"s\":true}\n";
  StagedSpec spec = ndjson({{"s", "STRING"}});
  auto shown = [&](JsonInString mode) {
    spec.columns[0].json_in_string = mode;
    Values out;
    for (const Row& row : read_rows(spec, text)) out.push_back(row.ok ? row.values[0] : "bad");
    return out;
  };
  EXPECT_EQ(shown(JsonInString::reject), (Values{"bad", "bad", "x", "bad"}));
  EXPECT_EQ(shown(JsonInString::nested), (Values{"{\"a\": 1}", "bad", "x", "bad"}));
  EXPECT_EQ(shown(JsonInString::any), (Values{"{\"a\": 1}", "1.50", "x", "true"}));
}

TEST(StagedRows, UnknownMembersRejectTheirRow) {
  StagedSpec spec = ndjson({{"a", "INTEGER"}});
  std::vector<Row> rows = read_rows(spec, "{\"a\":\"x\",\"b\\n\":[1, 2],\"c\":null}\n{\"a\":1}\n");
  EXPECT_FALSE(rows[0].ok);
  auto reasons = boost::json::parse(rows[0].report.reasons).as_array();
  ASSERT_EQ(reasons.size(), 3U);
  EXPECT_EQ(reasons[0].at("rule").as_string(), "type");
  EXPECT_EQ(reasons[0].at("value").as_string(), "x");
  EXPECT_EQ(reasons[1].at("rule").as_string(), "unknown_columns");
  EXPECT_EQ(reasons[1].at("column").as_string(), "b\n");
  EXPECT_EQ(reasons[1].at("value").as_string(), "[1, 2]");
  EXPECT_EQ(rows[0].report.data, R"({"a":"x","b\n":"[1, 2]","c":null})");
  EXPECT_TRUE(rows[1].ok);
  spec.reject_unknown = false;
  rows = read_rows(spec, "{\"a\":1,\"b\":2}\n");
  EXPECT_TRUE(rows[0].ok);
  EXPECT_EQ(rows[0].report.reasons, "[]");
}

TEST(StagedRows, RawTextComesBackAsText) {
  StagedSpec spec = ndjson(
      {{"i", "INTEGER"}, {"o", "BOOLEAN"}, {"x", "DOUBLE"}, {"j", "JSON"}, {"s", "STRING"}, {"d", "DECIMAL(6,2)"}});
  spec.strings_as_text = true;
  std::vector<Row> rows = read_rows(spec, R"({"i":"5","o":"TRUE","x":"1.5","j":"{\"a\":1}","s":"t","d":"1.500"}
{"i":"","o":"","x":"","j":"","s":"","d":""}
)");
  EXPECT_EQ(rows[0].values, (Values{"5", "true", "1.500000", "{\"a\":1}", "t", "NULL"}));
  EXPECT_EQ(rows[0].bad, (Values{"d"}));
  EXPECT_TRUE(rows[1].ok);
  EXPECT_EQ(rows[1].values, (Values{"NULL", "NULL", "NULL", "NULL", "", "NULL"}));
}

TEST(StagedRows, JudgesColumnsWithoutATarget) {
  StagedSpec spec = csv({{"a", "INTEGER"}, {"b", "DATE"}});
  StagedFile file("1,x\n");
  for (bool judge_all : {true, false}) {
    StagedRows staged(file.path(), spec);
    ASSERT_EQ(staged.fill({{}, {}}, 10, judge_all), 1U);
    EXPECT_EQ(staged.ok(0), !judge_all);
  }
}

}  // namespace
}  // namespace boathouse::batch
