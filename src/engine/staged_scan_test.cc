// SPDX-License-Identifier: Apache-2.0
// The functions that ingest statements have beyond DuckDB's own, called through a real worker.
#include <boost/json.hpp>

#include "base/names.h"
#include "batch/scanner.h"
#include "batch/staged_spec.h"
#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {

using base::quote_string;
using batch::ColumnType;
using batch::StagedSpec;

class StagedScanTest : public EngineTest {
 protected:
  StagedScanTest() : pool_(options()), lease_(take(pool_, ingest_on())) {}

  void stage(std::string_view text) {
    base::remove_quietly(body());
    base::UniqueFd file = base::create_file(body());
    base::write_all(file.get(), text);
  }
  std::filesystem::path body() const { return staging() / "body"; }
  std::string rows_of(const StagedSpec& spec) const {
    return "staged_rows(" + quote_string(body().string()) + ", " + quote_string(spec.to_json()) + ")";
  }
  // A statement's rows as JSON text.
  std::string run(const std::string& sql) { return boost::json::serialize(lease_.execute({sql}).front().rows); }
  base::Error failure(const std::string& sql) {
    return error_of([&] { lease_.execute({sql}); });
  }

  static StagedSpec csv(const std::vector<std::pair<std::string, std::string>>& columns) {
    StagedSpec spec;
    for (const auto& [name, type] : columns) {
      spec.field_names.push_back(name);
      spec.columns.push_back(
          {.name = name, .type = ColumnType::parse(type), .field = static_cast<std::int64_t>(spec.columns.size())});
    }
    return spec;
  }

  WorkerPool pool_;
  Lease lease_;
};

TEST_F(StagedScanTest, ColumnsHaveTheirTypesAndValues) {
  const std::tuple<const char*, const char*, const char*, const char*> columns[] = {
      {"INTEGER", "-7", "INTEGER", "-7"},
      {"BIGINT", "9223372036854775807", "BIGINT", "9223372036854775807"},
      {"DOUBLE", "0.1", "DOUBLE", "0.1"},
      {"DECIMAL(4,1)", "-999.9", "DECIMAL(4,1)", "-999.9"},
      {"DECIMAL(9,2)", "1.5", "DECIMAL(9,2)", "1.50"},
      {"DECIMAL(18,0)", "123456789012345678", "DECIMAL(18,0)", "123456789012345678"},
      {"DECIMAL(38,2)", "-123456789012345678901234567890123456.78", "DECIMAL(38,2)",
       "-123456789012345678901234567890123456.78"},
      {"STRING", "twelve bytes", "VARCHAR", "twelve bytes"},
      {"STRING", "thirteen byte", "VARCHAR", "thirteen byte"},
      {"STRING", "é€😀 and a good deal more of it", "VARCHAR", "é€😀 and a good deal more of it"},
      {"BOOLEAN", "TRUE", "BOOLEAN", "true"},
      {"DATE", "2024-02-29", "DATE", "2024-02-29"},
      {"TIME", "23:59:59.5", "TIME", "23:59:59.5"},
      {"TIMESTAMP", "2024-02-29T01:02:03.25", "TIMESTAMP", "2024-02-29 01:02:03.25"},
      {"TIMESTAMPTZ", "2024-02-29T01:02:03+02:00", "TIMESTAMP WITH TIME ZONE", "2024-02-28 23:02:03+00"},
      {"ISO_DATE", "2021-11-07T02:48:42Z", "TIMESTAMP WITH TIME ZONE", "2021-11-07 02:48:42+00"},
      {"UUID", "F79C3E09-677C-4BBD-A479-3F349CB785E7", "UUID", "f79c3e09-677c-4bbd-a479-3f349cb785e7"},
      {"BINARY", "AAECAwQFBgcICQoLDA0ODw==", "BLOB",
       "\\x00\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08\\x09\\x0A\\x0B\\x0C\\x0D\\x0E\\x0F"},
      {"BINARY", "/w==", "BLOB", "\\xFF"},
      {"BINARY", "//79/Pv6+fj39vX08/I=", "BLOB",
       "\\xFF\\xFE\\xFD\\xFC\\xFB\\xFA\\xF9\\xF8\\xF7\\xF6\\xF5\\xF4\\xF3\\xF2"},
      {"JSON", "[1]", "VARCHAR", "[1]"}};
  std::vector<std::pair<std::string, std::string>> list;
  std::string text;
  for (const auto& [type, value, duck_type, shown] : columns) {
    list.emplace_back("c" + std::to_string(list.size()), type);
    text += (text.empty() ? "" : ",") + std::string(value);
  }
  std::string missing(list.size() - 1, ',');
  stage(text + "\n" + missing + "\n" + text + "\n");
  StagedSpec spec = csv(list);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& [type, value, duck_type, shown] = columns[i];
    std::string name = list[i].first;
    std::vector<Rows> result =
        lease_.execute({"SELECT typeof(" + name + "), " + name + "::VARCHAR, _ok FROM " + rows_of(spec)});
    boost::json::array filled{duck_type, shown, true};
    boost::json::array empty{duck_type, nullptr, true};
    EXPECT_EQ(result[0].rows, (boost::json::array{filled, empty, filled})) << type;
  }
}

TEST_F(StagedScanTest, BadCellsAreNullAndReported) {
  stage("1,x\nno,2024-02-30\n3\n,2024-01-01\n");
  StagedSpec spec = csv({{"id", "INTEGER"}, {"day", "DATE"}});
  EXPECT_EQ(run("SELECT id, day::VARCHAR, _row, _ok FROM " + rows_of(spec)),
            R"([[1,null,1,false],[null,null,2,false],[null,null,3,false],[null,"2024-01-01",4,true]])");
  spec.raw = true;
  EXPECT_EQ(run("SELECT _row, array_to_string(_bad, '+'), _data FROM " + rows_of(spec) + " WHERE NOT _ok"),
            R"([[1,"day","{\"id\":\"1\",\"day\":\"x\"}"],)"
            R"([2,"id+day","{\"id\":\"no\",\"day\":\"2024-02-30\"}"],)"
            R"([3,"","{\"_raw\":\"3\"}"]])");
  EXPECT_EQ(run("SELECT _reasons->>'$[0].rule', json_array_length(_reasons) FROM " + rows_of(spec)),
            R"([["type",1],["type",2],["fields",1],[null,0]])");
  spec.only_rows = {3};
  EXPECT_EQ(run("SELECT _row FROM " + rows_of(spec)), "[[3]]");
}

TEST_F(StagedScanTest, EveryChoiceOfColumnsWorks) {
  std::string text;
  for (int i = 1; i <= 5000; ++i)
    text += std::to_string(i) + ",text " + std::to_string(i) + "," + (i % 100 == 0 ? "x" : "1.5") + "\n";
  stage(text);
  StagedSpec spec = csv({{"id", "INTEGER"}, {"name", "STRING"}, {"price", "DECIMAL(6,2)"}});
  EXPECT_EQ(run("SELECT count(*) FROM " + rows_of(spec)), "[[5000]]");
  EXPECT_EQ(run("SELECT count(*) FROM " + rows_of(spec) + " WHERE _ok"), "[[4950]]");
  EXPECT_EQ(run("SELECT sum(_row)::BIGINT FROM " + rows_of(spec)), "[[12502500]]");
  EXPECT_EQ(run("SELECT max(name), min(id) FROM " + rows_of(spec)), R"([["text 999",1]])");
  EXPECT_EQ(run("SELECT count(price) FROM " + rows_of(spec)), "[[4950]]");
  EXPECT_EQ(run("SELECT count(*) FROM " + rows_of(spec) + " WHERE id = _row AND name = 'text ' || id"), "[[5000]]");
  EXPECT_EQ(run("SELECT id FROM " + rows_of(spec) + " LIMIT 2"), "[[1],[2]]");
}

TEST_F(StagedScanTest, RangesInParallelGiveWhatTheWholeGives) {
  std::string text = "id,name\r\n";
  for (int i = 1; i <= 20000; ++i)
    text += std::to_string(i) + (i % 10 == 0 ? ",\"a \"\"quoted\"\"\nname\"\r\n" : ",plain\r\n");
  stage(text);
  auto scanner = batch::make_scanner({.block_bytes = 50000});
  scanner->feed(text);
  batch::ScanSummary summary = scanner->finish();
  ASSERT_GT(summary.blocks.size(), 3U);
  StagedSpec spec = csv({{"id", "INTEGER"}, {"name", "STRING"}});
  lease_.execute({"CREATE TABLE found(id INTEGER, name VARCHAR, row_number BIGINT)"});
  std::vector<std::vector<std::string>> lists;
  for (const batch::Block& block : summary.blocks) {
    spec.begin = block.offset;
    spec.end = block.offset + block.length;
    spec.first_row = block.first_row;
    lists.push_back({"INSERT INTO found SELECT id, name, _row FROM " + rows_of(spec) + " WHERE _ok"});
  }
  lease_.execute_parallel(lists);
  EXPECT_EQ(run("SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE id = row_number), "
                "count(*) FILTER (WHERE name = 'a \"quoted\"' || chr(10) || 'name') FROM found"),
            "[[20000,20000,20000,2000]]");
}

TEST_F(StagedScanTest, CopiesToParquet) {
  stage("1,2024-01-01,12.50\n2,,\n");
  StagedSpec spec = csv({{"id", "INTEGER"}, {"day", "DATE"}, {"price", "DECIMAL(6,2)"}});
  std::string file = quote_string((staging() / "out.parquet").string());
  run("COPY (SELECT id, day, price FROM " + rows_of(spec) + " WHERE _ok) TO " + file + " (FORMAT parquet)");
  EXPECT_EQ(run("SELECT id, day::VARCHAR, price::VARCHAR FROM read_parquet(" + file + ")"),
            R"([[1,"2024-01-01","12.50"],[2,null,null]])");
}

TEST_F(StagedScanTest, ReadsJson) {
  stage(R"([{"id":1.0,"tags":["a", "b"]},{"id":"2"},{"other":1}])");
  StagedSpec spec;
  spec.format = batch::Format::json;
  spec.columns = {{.name = "id", .type = ColumnType::parse("INTEGER")},
                  {.name = "tags", .type = ColumnType::parse("STRING"), .json_in_string = batch::JsonInString::nested}};
  EXPECT_EQ(run("SELECT id, tags, _ok FROM " + rows_of(spec)),
            R"([[1,"[\"a\", \"b\"]",true],[null,null,false],[null,null,false]])");
}

TEST_F(StagedScanTest, InfersColumns) {
  stage("1,007,true,\n2.5,8,false,\n");
  StagedSpec spec = csv({{"n", "STRING"}, {"code", "STRING"}, {"flag", "STRING"}, {"nothing", "STRING"}});
  spec.columns.clear();
  EXPECT_EQ(run("SELECT name, type, row_count, missing FROM staged_columns(" + quote_string(body().string()) + ", " +
                quote_string(spec.to_json()) + ")"),
            R"([["n","DOUBLE",2,0],["code","STRING",2,0],["flag","BOOLEAN",2,0],["nothing","STRING",2,2]])");
}

TEST_F(StagedScanTest, SaysWhatIsWrongWithACall) {
  stage("1\n");
  std::string path = quote_string(body().string());
  base::Error nonsense = failure("SELECT * FROM staged_rows(" + path + ", '{\"format\":\"xml\"}')");
  EXPECT_EQ(nonsense.kind(), base::ErrorKind::invalid_argument);
  EXPECT_NE(nonsense.message().find("unknown format"), std::string::npos) << nonsense.message();
  std::string spec = quote_string(csv({{"a", "STRING"}}).to_json());
  for (const std::string& arguments : {path + ", NULL", "NULL, " + spec}) {
    EXPECT_NE(failure("SELECT * FROM staged_rows(" + arguments + ")").message().find("are needed"), std::string::npos);
  }
  EXPECT_EQ(failure("SELECT * FROM staged_rows('/etc/passwd', " + spec + ")").message().find("root"),
            std::string::npos);
  stage("1\n\"2\n");
  base::Error open_quote = failure("SELECT a FROM " + rows_of(csv({{"a", "STRING"}})));
  EXPECT_NE(open_quote.message().find("row 2"), std::string::npos) << open_quote.message();
  EXPECT_EQ(run("SELECT 1"), "[[1]]");
}

TEST_F(StagedScanTest, QueryWorkersHaveNone) {
  Lease query = take(pool_, query_on("other"));
  EXPECT_EQ(error_of([&] { ask(query, "SELECT * FROM staged_rows('x', '{}')"); }).kind(),
            base::ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([&] { ask(query, "SELECT strict_integer('1')"); }).kind(), base::ErrorKind::invalid_argument);
}

TEST_F(StagedScanTest, ScalarFunctions) {
  const std::pair<const char*, const char*> cases[] = {
      {"strict_integer('12')", "12"},
      {"strict_integer('1.0')", "null"},
      {"strict_integer(NULL)", "null"},
      {"strict_bigint('-9223372036854775808')", "-9223372036854775808"},
      {"strict_double('1e3')", "1E3"},
      {"strict_boolean('FALSE')", "false"},
      {"strict_decimal('+1.5', 6, 2)::DECIMAL(6,2)::VARCHAR", "\"1.50\""},
      {"strict_decimal('1.500', 6, 2)", "null"},
      {"strict_date('2024-02-29')::VARCHAR", "\"2024-02-29\""},
      {"strict_date('29.02.2024', '%d.%m.%Y')::VARCHAR", "\"2024-02-29\""},
      {"strict_date('30.02.2024', '%d.%m.%Y')::VARCHAR", "null"},
      {"strict_time('12:00:00')::VARCHAR", "\"12:00:00\""},
      {"strict_timestamp('2024-02-29T00:00:00')::VARCHAR", "\"2024-02-29 00:00:00\""},
      {"strict_timestamptz('2024-02-29T01:00:00+01:00')::VARCHAR", "\"2024-02-29 00:00:00+00\""},
      {"strict_iso_date('2024-02-29T00:00:00Z')::VARCHAR", "\"2024-02-29 00:00:00+00\""},
      {"strict_iso_date('2024', '%Y')", nullptr},
      {"strict_uuid('F79C3E09-677C-4BBD-A479-3F349CB785E7') = 'f79c3e09-677c-4bbd-a479-3f349cb785e7'::UUID", "true"},
      {"strict_binary('AAE=')::VARCHAR", "\"\\\\x00\\\\x01\""},
      {"strict_json('{a}')", "null"},
      {"strict_json('[1]')", "\"[1]\""},
      {"exact_integer(3000000000)", "null"},
      {"exact_integer(200::UTINYINT)", "200"},
      {"exact_bigint(18446744073709551615::UBIGINT)", "null"},
      {"exact_bigint(1.50::DECIMAL(5,2))", "null"},
      {"exact_bigint(2.00::DECIMAL(20,2))", "2"},
      {"exact_bigint(7::HUGEINT)", "7"},
      {"exact_double(9007199254740993)", "null"},
      {"exact_double(0.5::FLOAT)", "5E-1"},
      {"exact_decimal(0.1::DOUBLE, 4, 2)", "\"0.10\""},
      {"exact_decimal(0.125::DOUBLE, 4, 2)", "null"},
      {"exact_decimal(1, 2, 5)", nullptr},
      {"exact_bigint('text')", nullptr},
      // Buckets and truncation as the Iceberg specification has them.
      {"iceberg_bucket(2147483647, 34)", "2017239379"},
      {"iceberg_bucket(2147483647, 34::BIGINT)", "2017239379"},
      {"iceberg_bucket(2147483647, 14.20::DECIMAL(4,2))", "1646729059"},
      {"iceberg_bucket(2147483647, 14.20::DECIMAL(38,2))", "1646729059"},
      {"iceberg_bucket(2147483647, DATE '2017-11-16')", "1494153226"},
      {"iceberg_bucket(2147483647, TIME '22:31:08')", "1484720659"},
      {"iceberg_bucket(2147483647, TIMESTAMP '2017-11-16 22:31:08')", "99539207"},
      {"iceberg_bucket(2147483647, TIMESTAMPTZ '2017-11-16 14:31:08-08')", "99539207"},
      {"iceberg_bucket(2147483647, 'iceberg')", "1210000089"},
      {"iceberg_bucket(2147483647, 'f79c3e09-677c-4bbd-a479-3f349cb785e7'::UUID)", "1488055340"},
      {"iceberg_bucket(2147483647, '\\x00\\x01\\x02\\x03'::BLOB)", "1958800441"},
      {"iceberg_bucket(8, NULL::INTEGER)", "null"},
      {"iceberg_bucket(0, 34)", nullptr},
      {"iceberg_bucket(8, 1.5::DOUBLE)", nullptr},
      {"iceberg_truncate(10, -1)", "-10"},
      {"iceberg_truncate(10, 15::BIGINT)", "10"},
      {"iceberg_truncate(2, 'é€😀')", "\"é€\""},
      {"iceberg_truncate(2, '\\x01\\x02\\x03'::BLOB)::VARCHAR", "\"\\\\x01\\\\x02\""},
      {"iceberg_truncate_decimal(50, 10.65::DECIMAL(9,2))::DECIMAL(9,2)::VARCHAR", "\"10.50\""},
      {"iceberg_truncate(0, 15)", nullptr}};
  for (const auto& [expression, value] : cases) {
    std::string sql = std::string("SELECT ") + expression;
    if (value == nullptr) {
      EXPECT_EQ(failure(sql).kind(), base::ErrorKind::invalid_argument) << expression;
    } else {
      EXPECT_EQ(run(sql), "[[" + std::string(value) + "]]") << expression;
    }
  }
}

TEST_F(StagedScanTest, ScalarFunctionsWorkOnColumns) {
  EXPECT_EQ(run("SELECT count(strict_integer(t)), count(*), sum(strict_integer(t))::BIGINT FROM "
                "(SELECT CASE WHEN i % 10 = 0 THEN 'x' WHEN i % 10 = 1 THEN NULL ELSE i::VARCHAR END AS t FROM "
                "range(10000) r(i))"),
            "[[8000,10000,40004000]]");
  EXPECT_EQ(run("SELECT count(*) FROM range(10000) r(i) WHERE iceberg_truncate(4, 'name ' || i) = 'name'"),
            "[[10000]]");
}

}  // namespace
}  // namespace boathouse::engine
