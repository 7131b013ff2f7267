// SPDX-License-Identifier: Apache-2.0
#include "batch/inference.h"

#include <gtest/gtest.h>

#include "batch/test_support.h"

namespace boathouse::batch {
namespace {

BatchEvidence infer(Format format, std::string_view text, std::vector<std::string> fields = {"a"}) {
  StagedSpec spec;
  spec.format = format;
  spec.field_names = std::move(fields);
  StagedFile file(text);
  return infer_columns(file.path(), spec);
}

std::string csv_type(std::string_view text) { return infer(Format::csv, text).columns.at(0).resolve().to_text(); }
std::string json_type(std::string_view text) { return infer(Format::ndjson, text).columns.at(0).resolve().to_text(); }

TEST(Inference, TextTakesTheTypeThatAllValuesFit) {
  const std::pair<const char*, const char*> cases[] = {
      {"1\n-2\n0\n", "BIGINT"},
      {"9223372036854775807\n", "BIGINT"},
      {"1\n\n\"\"\n3\n", "BIGINT"},
      {"\"1\"\n2\n", "BIGINT"},
      {"1\n2.5\n", "DOUBLE"},
      {"1e3\n", "DOUBLE"},
      {"1.5\nNaN\n-Infinity\n", "DOUBLE"},
      {"-0\n1\n", "DOUBLE"},
      {"9007199254740992\n0.5\n", "DOUBLE"},
      {"true\nFALSE\n", "BOOLEAN"},
      {"2024-01-31\n2024-02-29\n", "DATE"},
      {"2024-01-31T00:00:00Z\n2024-01-31T00:00:00.5+01:00\n", "TIMESTAMPTZ"},
      // What another type could not give back stays text.
      {"007\n1\n", "STRING"},
      {"01.5\n", "STRING"},
      {"+5\n", "STRING"},
      {"9223372036854775808\n", "STRING"},
      {"9007199254740993\n0.5\n", "STRING"},
      {"1\nx\n", "STRING"},
      {"true\n1\n", "STRING"},
      {"1\n0\n", "BIGINT"},
      {"2024-01-31\n2024-01-31T00:00:00Z\n", "STRING"},
      {"2024-02-30\n", "STRING"},
      {"2024-01-31T00:00:00\n", "STRING"},
      {"2024-01-31 00:00:00\n", "STRING"},
      {" 1\n", "STRING"},
      {"1e999\n", "STRING"},
      {"\"\"\n\"\"\n", "STRING"},
      {"12:00:00\n", "STRING"}};
  for (const auto& [text, type] : cases) EXPECT_EQ(csv_type(text), type) << text;
}

TEST(Inference, JsonKeepsItsKinds) {
  const std::pair<const char*, const char*> cases[] = {{"{\"a\":1}\n{\"a\":null}\n{}", "BIGINT"},
                                                       {"{\"a\":1}\n{\"a\":1.0}", "DOUBLE"},
                                                       {"{\"a\":1e2}", "DOUBLE"},
                                                       {"{\"a\":9007199254740993}\n{\"a\":0.5}", "STRING"},
                                                       {"{\"a\":123456789012345678901234567890}", "STRING"},
                                                       {"{\"a\":1}\n{\"a\":1e999}", "DOUBLE"},
                                                       {"{\"a\":true}\n{\"a\":false}", "BOOLEAN"},
                                                       {"{\"a\":\"1\"}", "STRING"},
                                                       {"{\"a\":\"true\"}", "STRING"},
                                                       {"{\"a\":\"2024-01-31\"}", "DATE"},
                                                       {"{\"a\":\"2024-01-31T00:00:00Z\"}", "TIMESTAMPTZ"},
                                                       {"{\"a\":\"2024-01-31\"}\n{\"a\":\"x\"}", "STRING"},
                                                       {"{\"a\":{\"b\":1}}\n{\"a\":[1]}", "STRING"},
                                                       {"{\"a\":1}\n{\"a\":\"x\"}", "STRING"},
                                                       {"{\"a\":true}\n{\"a\":1}", "STRING"},
                                                       {"{\"a\":null}", "STRING"}};
  for (const auto& [text, type] : cases) EXPECT_EQ(json_type(text), type) << text;
}

TEST(Inference, TellsWhatAStringColumnMustTake) {
  auto mode = [](std::string_view text) { return infer(Format::ndjson, text).columns.at(0).json_in_string(); };
  EXPECT_EQ(mode("{\"a\":\"x\"}"), JsonInString::reject);
  EXPECT_EQ(mode("{\"a\":[1]}"), JsonInString::nested);
  EXPECT_EQ(mode("{\"a\":[1]}\n{\"a\":\"x\"}"), JsonInString::nested);
  EXPECT_EQ(mode("{\"a\":1}\n{\"a\":\"x\"}"), JsonInString::any);
  EXPECT_EQ(mode("{\"a\":1}\n{\"a\":{}}"), JsonInString::any);
  EXPECT_EQ(mode("{\"a\":123456789012345678901234567890}"), JsonInString::any);
  EXPECT_EQ(mode("{\"a\":1}"), JsonInString::reject);
}

TEST(Inference, CountsMissingValues) {
  BatchEvidence csv = infer(Format::csv, "1,x\n,\"\"\n1,2,3\n,y\n", {"a", "b"});
  EXPECT_EQ(csv.rows, 3U);  // the row of three fields is none of theirs
  EXPECT_EQ(csv.columns[0].rows, 3U);
  EXPECT_EQ(csv.columns[0].missing, 2U);
  EXPECT_EQ(csv.columns[1].missing, 1U);
  BatchEvidence json = infer(Format::json, "[{\"a\":1},{\"b\":2,\"a\":null},{\"b\":3}]");
  ASSERT_EQ(json.columns.size(), 2U);
  EXPECT_EQ(json.columns[0].name, "a");
  EXPECT_EQ(json.columns[0].rows, 3U);
  EXPECT_EQ(json.columns[0].missing, 2U);
  EXPECT_EQ(json.columns[1].name, "b");
  EXPECT_EQ(json.columns[1].missing, 1U);
}

TEST(Inference, KeysComeInTheOrderOfTheirFirstSight) {
  BatchEvidence json =
      infer(Format::ndjson, "{\"b\":1,\"a\":2}\n{\"c\":1,\"a\":2,\"\\u0062\":3}\n{\"a\":null,\"d\":{}}\n");
  std::vector<std::string> names;
  for (const ColumnEvidence& column : json.columns) names.push_back(column.name);
  EXPECT_EQ(names, (std::vector<std::string>{"b", "a", "c", "d"}));
  EXPECT_EQ(json.columns[0].missing, 1U);
}

TEST(Inference, LimitsTheNumberOfKeys) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "{\"k" + std::to_string(i) + "\":1}\n";
  StagedSpec spec;
  spec.format = Format::ndjson;
  StagedFile file(text);
  EXPECT_EQ(infer_columns(file.path(), spec, 10).columns.size(), 10U);
  EXPECT_EQ(error_of([&] { infer_columns(file.path(), spec, 9); }).detail().at("limit"), 9);
}

TEST(Inference, MergedPartsSayWhatTheWholeSays) {
  BatchEvidence first = infer(Format::ndjson, "{\"a\":1}\n{\"a\":2}\n");
  BatchEvidence second = infer(Format::ndjson, "{\"b\":\"x\",\"a\":1.5}\n");
  first.merge(second);
  EXPECT_EQ(first.rows, 3U);
  ASSERT_EQ(first.columns.size(), 2U);
  EXPECT_EQ(first.columns[0].resolve(), ColumnType{TypeKind::double_});
  EXPECT_EQ(first.columns[0].rows, 3U);
  EXPECT_EQ(first.columns[1].name, "b");
  EXPECT_EQ(first.columns[1].rows, 3U);
  EXPECT_EQ(first.columns[1].missing, 2U);
  first.merge(infer(Format::ndjson, "{}\n"));
  EXPECT_EQ(first.columns[0].missing, 1U);
  EXPECT_EQ(first.columns[1].missing, 3U);
}

FitResult fit(const char* existing, Format format, std::string_view text) {
  return fit_into(ColumnType::parse(existing), infer(format, text).columns.at(0));
}

TEST(Inference, SaysWhatABatchMeansForAColumn) {
  auto expect = [](const FitResult& result, Fit wanted, const char* type, bool rewrite = false) {
    EXPECT_EQ(result.fit, wanted);
    EXPECT_EQ(result.type.to_text(), type);
    EXPECT_EQ(result.needs_rewrite, rewrite);
  };
  expect(fit("BIGINT", Format::csv, "1\n"), Fit::same, "BIGINT");
  expect(fit("BIGINT", Format::csv, "1\n2.5\n"), Fit::widen, "DOUBLE", true);
  expect(fit("BIGINT", Format::csv, "x\n"), Fit::rows, "BIGINT");
  expect(fit("INTEGER", Format::csv, "2147483647\n"), Fit::same, "INTEGER");
  expect(fit("INTEGER", Format::csv, "2147483648\n"), Fit::widen, "BIGINT");
  expect(fit("INTEGER", Format::csv, "0.5\n"), Fit::widen, "DOUBLE", true);
  expect(fit("DOUBLE", Format::csv, "1\n"), Fit::same, "DOUBLE");
  expect(fit("DOUBLE", Format::csv, "x\n"), Fit::rows, "DOUBLE");
  expect(fit("DATE", Format::csv, "2024-01-31\n"), Fit::same, "DATE");
  expect(fit("DATE", Format::csv, "2024-01-31T00:00:00Z\n"), Fit::rows, "DATE");
  expect(fit("TIMESTAMPTZ", Format::csv, "2024-01-31\n"), Fit::rows, "TIMESTAMPTZ");
  expect(fit("BOOLEAN", Format::csv, "true\n"), Fit::same, "BOOLEAN");
  expect(fit("BOOLEAN", Format::csv, "2\n"), Fit::rows, "BOOLEAN");
  expect(fit("STRING", Format::csv, "1\n"), Fit::same, "STRING");
  expect(fit("STRING", Format::ndjson, "{\"a\":1}"), Fit::rows, "STRING");
  expect(fit("STRING", Format::ndjson, "{\"a\":\"1\"}"), Fit::same, "STRING");
  expect(fit("BIGINT", Format::ndjson, "{\"a\":\"1\"}"), Fit::rows, "BIGINT");
  expect(fit("DATE", Format::csv, "\n,\n\"\"\n"), Fit::same, "DATE");
  expect(fit("UUID", Format::csv, "x\n"), Fit::same, "UUID");
}

}  // namespace
}  // namespace boathouse::batch
