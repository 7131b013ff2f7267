// SPDX-License-Identifier: Apache-2.0
#include "core/contract.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/error.h"

namespace boathouse::core {
namespace {

Contract parse(std::string_view text) { return parse_contract_json(boost::json::parse(text)); }

// {"columns":[{"name":"c","type":TYPE,<more>}]}
std::string with_column(std::string_view type, std::string_view more = "") {
  return fmt::format(R"({{"columns":[{{"name":"c","type":"{}"{}{}}}]}})", type, more.empty() ? "" : ",", more);
}

base::Error error_of(std::string_view text) {
  try {
    parse(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error;
  }
  ADD_FAILURE() << "no error: " << text;
  return {base::ErrorKind::internal, ""};
}

TEST(Contract, ReadsEveryField) {
  Contract contract = parse(R"j({
    "description": "d", "key": ["ID"], "max_rows": 1000, "unknown_columns": "ignore",
    "partition": ["day(at)", "bucket[8](id)", "name"], "keep_versions": 5, "keep_for": "30d",
    "columns": [
      {"name": "id", "type": "INTEGER", "required": true, "min": 1, "max": "+99"},
      {"name": "name", "type": "STRING", "pattern": "[a-z]+", "min_length": 1, "max_length": 5, "values": ["a", "b"],
       "default": "a", "unique": true, "description": "n"},
      {"name": "at", "type": "DATE", "format": "%d/%m/%Y", "min": "01/02/2020", "max": "2021-01-01"},
      {"name": "price", "type": "DECIMAL(6,2)", "min": 0.5, "default": "1.50"},
      {"name": "doc", "type": "JSON", "default": {"a": [1]}}]})j");
  EXPECT_EQ(contract.key, std::vector<std::string>{"id"});
  EXPECT_EQ(contract.max_rows, 1000);
  EXPECT_EQ(contract.unknown_columns, UnknownColumns::ignore);
  EXPECT_EQ(contract.keep_for->micros, 30 * base::kDay);
  ASSERT_EQ(contract.columns.size(), 5U);
  EXPECT_EQ(contract.columns[0].max, "99");
  EXPECT_EQ(contract.columns[3].min, "0.5");
  EXPECT_EQ(contract.columns[4].default_value, R"({"a":[1]})");
  EXPECT_EQ(contract.find("PRICE"), &contract.columns[3]);
  EXPECT_EQ(contract.find("prices"), nullptr);
  EXPECT_EQ(parse_contract_json(to_json(contract)), contract);
}

TEST(Contract, WhatIsNotSaidIsNotThere) {
  Contract contract = parse(with_column("BIGINT"));
  EXPECT_FALSE(contract.columns[0].required);
  EXPECT_EQ(contract.unknown_columns, UnknownColumns::reject);
  EXPECT_EQ(to_json(contract),
            boost::json::parse(R"({"unknown_columns":"reject","columns":[{"name":"c","type":"BIGINT"}]})"));
}

TEST(Contract, NumbersComeBackAsTheyAre) {
  Contract contract = parse(R"j({"columns":[
    {"name":"a","type":"BIGINT","min":-9223372036854775808,"max":"9223372036854775807","default":9007199254740993},
    {"name":"b","type":"DOUBLE","min":"5.0","max":1e300,"values":[5,7.25]},
    {"name":"c","type":"DECIMAL(38,10)","max":"1234567890123456789012345678.0123456789"},
    {"name":"d","type":"BOOLEAN","default":true}]})j");
  EXPECT_EQ(contract.columns[0].min, "-9223372036854775808");
  EXPECT_EQ(contract.columns[1].min, "5");
  EXPECT_EQ(contract.columns[2].max, "1234567890123456789012345678.0123456789");
  EXPECT_EQ(contract.columns[3].default_value, "true");
  boost::json::object shown = to_json(contract);
  EXPECT_EQ(shown["columns"].at(0).at("default"), boost::json::value("9007199254740993"));
  EXPECT_EQ(parse_contract_json(shown), contract);
}

struct Wrong {
  std::string text;
  std::string key;
  std::string column;  // empty: a key of the table
};

TEST(Contract, MistakesNameColumnAndKey) {
  const std::vector<Wrong> cases{
      {R"({"columns":[]})", "columns", ""},
      {R"({})", "columns", ""},
      {R"({"columns":{}})", "columns", ""},
      {R"({"columns":[3]})", "columns", ""},
      {R"({"column":[{"name":"c","type":"DATE"}],"unknown_columns":"add"})", "column", ""},
      {R"({"columns":[{"type":"DATE"}]})", "name", ""},
      {R"({"columns":[{"name":"","type":"DATE"}]})", "name", ""},
      {R"({"columns":[{"name":"_row","type":"DATE"}]})", "name", "_row"},
      {R"({"columns":[{"name":"_OK","type":"DATE"}]})", "name", "_OK"},
      {R"({"columns":[{"name":"c"}]})", "type", "c"},
      {R"({"columns":[{"name":"a","type":"DATE"},{"name":"A","type":"DATE"}]})", "name", "A"},
      {with_column("VARCHAR"), "type", "c"},
      {with_column("DECIMAL(39,2)"), "type", "c"},
      {with_column("DATE", R"("requird":true)"), "requird", "c"},
      {with_column("DATE", R"("required":"yes")"), "required", "c"},
      {with_column("INTEGER", R"("min":1.5)"), "min", "c"},
      {with_column("INTEGER", R"("min":2147483648)"), "min", "c"},
      {with_column("INTEGER", R"("min":5,"max":4)"), "min", "c"},
      {with_column("INTEGER", R"("default":"x")"), "default", "c"},
      {with_column("INTEGER", R"("default":3,"min":4)"), "default", "c"},
      {with_column("INTEGER", R"("default":3,"values":[4])"), "default", "c"},
      {with_column("INTEGER", R"("values":[])"), "values", "c"},
      {with_column("INTEGER", R"("values":[1,"x"])"), "values", "c"},
      {with_column("INTEGER", R"("pattern":"1")"), "pattern", "c"},
      {with_column("INTEGER", R"("min_length":1)"), "min_length", "c"},
      {with_column("INTEGER", R"("format":"%Y")"), "format", "c"},
      {with_column("DOUBLE", R"("min":"NaN")"), "min", "c"},
      {with_column("DECIMAL(4,2)", R"("max":1.234)"), "max", "c"},
      {with_column("BOOLEAN", R"("min":true)"), "min", "c"},
      {with_column("STRING", R"("min":5)"), "min", "c"},
      {with_column("STRING", R"("pattern":"(")"), "pattern", "c"},
      {with_column("STRING", R"("min_length":3,"max_length":2)"), "min_length", "c"},
      {with_column("STRING", R"("min_length":-1)"), "min_length", "c"},
      {with_column("STRING", R"("default":"abc","max_length":2)"), "default", "c"},
      {with_column("STRING", R"("default":"abc","pattern":"ab")"), "default", "c"},
      {with_column("STRING", R"("default":"a\u0000")"), "default", "c"},
      {with_column("JSON", R"("unique":true)"), "unique", "c"},
      {with_column("JSON", R"("values":["1"])"), "values", "c"},
      {with_column("DATE", R"("format":"%Q")"), "format", "c"},
      {with_column("DATE", R"("format":"")"), "format", "c"},
      {with_column("DATE", R"("min":"2021-02-30")"), "min", "c"},
      {with_column("ISO_DATE", R"("min":"2021-01-01")"), "min", "c"},
      {R"({"max_rows":0,"columns":[{"name":"c","type":"DATE"}]})", "max_rows", ""},
      {R"({"keep_for":"30 days","columns":[{"name":"c","type":"DATE"}]})", "keep_for", ""},
      {R"({"unknown_columns":"drop","columns":[{"name":"c","type":"DATE"}]})", "unknown_columns", ""},
      {R"({"key":["d"],"columns":[{"name":"c","type":"DATE"}]})", "key", ""},
      {R"({"key":["c","C"],"columns":[{"name":"c","type":"DATE"}]})", "key", ""},
      {R"({"key":["c"],"columns":[{"name":"c","type":"JSON"}]})", "key", ""},
      {R"({"key":"c","columns":[{"name":"c","type":"DATE"}]})", "key", ""},
      {R"j({"partition":["day(d)"],"columns":[{"name":"c","type":"DATE"}]})j", "partition", ""},
      {R"j({"partition":["hour(c)"],"columns":[{"name":"c","type":"DATE"}]})j", "partition", ""},
      {R"j({"partition":["bucket[0](c)"],"columns":[{"name":"c","type":"DATE"}]})j", "partition", ""},
      {R"({"workspace":"main","columns":[{"name":"c","type":"DATE"}]})", "workspace", ""},
  };
  for (const Wrong& one : cases) {
    base::Error error = error_of(one.text);
    ASSERT_TRUE(error.detail().contains("key")) << one.text << ": " << error.message();
    EXPECT_EQ(error.detail().at("key").as_string(), one.key) << one.text << ": " << error.message();
    const boost::json::value* column = error.detail().if_contains("column");
    EXPECT_EQ(column == nullptr ? "" : std::string(column->as_string()), one.column) << one.text;
    EXPECT_NE(error.message().find(one.key), std::string::npos) << error.message();
  }
  EXPECT_THROW(parse("[]"), base::Error);
}

TEST(Contract, APartitionIsNamedOnce) {
  base::Error error = error_of(R"j({"partition":["day(d)"],"columns":[{"name":"c","type":"DATE"}]})j");
  EXPECT_NE(error.message().find("partition \"day(d)\": there is no column 'd'"), std::string::npos) << error.message();
  EXPECT_EQ(error.message().find("partition partition"), std::string::npos);
}

TEST(Contract, AllMistakesAreTold) {
  base::Error error = error_of(R"({"max_rows":0,"x":1,"columns":[{"name":"c","type":"INTEGER","min":"x","max":"y"}]})");
  EXPECT_EQ(error.detail().at("problems").as_array().size(), 4U);
}

TEST(Contract, LimitsOfColumns) {
  auto columns = [](std::size_t count) {
    std::vector<std::string> list;
    for (std::size_t i = 0; i < count; ++i) list.push_back(fmt::format(R"({{"name":"c{}","type":"DATE"}})", i));
    return fmt::format(R"({{"columns":[{}]}})", fmt::join(list, ","));
  };
  EXPECT_EQ(parse(columns(kMaxContractColumns)).columns.size(), kMaxContractColumns);
  EXPECT_EQ(error_of(columns(kMaxContractColumns + 1)).detail().at("key"), "columns");
  auto named = [](std::size_t letters) {
    std::string name;
    for (std::size_t i = 0; i < letters; ++i) name += "é";
    return fmt::format(R"({{"columns":[{{"name":"{}","type":"DATE"}}]}})", name);
  };
  EXPECT_EQ(parse(named(255)).columns.size(), 1U);
  EXPECT_EQ(error_of(named(256)).detail().at("key"), "name");
}

TEST(ContractToml, ReadsWhatJsonReads) {
  std::vector<FileProblem> problems;
  auto file = parse_contract_toml(R"(
workspace = "sales"
key = ["id"]
keep_for = "forever"
[[column]]
name = "id"
type = "INTEGER"
required = true
[[column]]
name = "day"
type = "DATE"
min = 2021-01-01
[[column]]
name = "at"
type = "TIMESTAMPTZ"
max = 2021-01-01T10:00:00Z
)",
                                  "tables/t.toml", problems);
  ASSERT_TRUE(file) << problems.at(0).to_text();
  EXPECT_EQ(file->workspace, "sales");
  EXPECT_EQ(file->contract, parse(R"({"key":["id"],"keep_for":"forever","columns":[
    {"name":"id","type":"INTEGER","required":true},{"name":"day","type":"DATE","min":"2021-01-01"},
    {"name":"at","type":"TIMESTAMPTZ","max":"2021-01-01T10:00:00Z"}]})"));
}

TEST(ContractToml, MistakesHaveTheirLines) {
  std::vector<FileProblem> problems;
  EXPECT_FALSE(parse_contract_toml(
      "max_rows = 0\n[[column]]\nname = \"a\"\ntype = \"INTEGER\"\n\nmin = \"x\"\n[[column]]\nname = \"b\"\n", "t.toml",
      problems));
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].to_text().substr(0, 19), "t.toml:1: max_rows:");
  EXPECT_EQ(problems[1].line, 6);
  EXPECT_EQ(problems[1].key, "min");
  EXPECT_EQ(problems[2].line, 7);
  EXPECT_EQ(problems[2].key, "type");
  problems.clear();
  EXPECT_FALSE(parse_contract_toml("a = 1\nb = = 2\n", "t.toml", problems));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].line, 2);
}

}  // namespace
}  // namespace boathouse::core
