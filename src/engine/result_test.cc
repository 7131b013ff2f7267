// SPDX-License-Identifier: Apache-2.0
// What values become in the formats of results.
#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {

class ResultTest : public EngineTest {
 protected:
  ResultTest() : pool_(options()), lease_(take(pool_, query_on())) {}

  std::string json(const std::string& expression) { return ask(lease_, "SELECT " + expression); }
  std::string csv(const std::string& sql) { return ask(lease_, sql, ResultFormat::csv); }
  std::string type_of(const std::string& expression) {
    QueryCommand command;
    command.sql = "SELECT " + expression;
    Collected collected;
    lease_.query(command, collected);
    return collected.columns.at(0).type;
  }

  WorkerPool pool_;
  Lease lease_;
};

TEST_F(ResultTest, WritesIntegersAsNumbersWithinTwoToThe53) {
  EXPECT_EQ(json("1::TINYINT, 2::SMALLINT, 3::INTEGER, 4::UTINYINT, 5::USMALLINT, 6::UINTEGER"), "[1,2,3,4,5,6]");
  EXPECT_EQ(json("9007199254740992, -9007199254740992, 9007199254740993, -9007199254740993"),
            R"([9007199254740992,-9007199254740992,"9007199254740993","-9007199254740993"])");
  EXPECT_EQ(json("18446744073709551615::UBIGINT, 7::UBIGINT"), R"(["18446744073709551615",7])");
  EXPECT_EQ(json("sum(x) FROM range(4) t(x)"), "[6]");
  EXPECT_EQ(json("-170141183460469231731687303715884105727::HUGEINT - 1, -5::HUGEINT"),
            R"(["-170141183460469231731687303715884105728",-5])");
  EXPECT_EQ(json("340282366920938463463374607431768211455::UHUGEINT"),
            R"(["340282366920938463463374607431768211455"])");
  EXPECT_EQ(json("'-123456789012345678901234567890123456789012345'::BIGNUM, '12'::BIGNUM, '0'::BIGNUM"),
            R"(["-123456789012345678901234567890123456789012345","12","0"])");
}

TEST_F(ResultTest, WritesFractionsExactly) {
  EXPECT_EQ(json("0.1::DOUBLE, 1::DOUBLE, 1e300::DOUBLE, 0.1::FLOAT"), "[0.1,1.0,1e+300,0.1]");
  EXPECT_EQ(json("'nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::FLOAT"), R"(["NaN","Infinity","-Infinity"])");
  EXPECT_EQ(json("1.50::DECIMAL(4,2), -0.05::DECIMAL(9,2), 7::DECIMAL(18,0), 0.001::DECIMAL(38,3)"),
            R"(["1.50","-0.05","7","0.001"])");
  EXPECT_EQ(json("-99999999999999999999999999999999999.999::DECIMAL(38,3)"),
            R"(["-99999999999999999999999999999999999.999"])");
}

TEST_F(ResultTest, WritesTimesAsIso8601) {
  EXPECT_EQ(json("DATE '2024-02-29', TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP '2024-01-01 10:20:30.5'"),
            R"(["2024-02-29","2024-01-01T00:00:00","2024-01-01T10:20:30.500"])");
  EXPECT_EQ(json("TIMESTAMPTZ '2024-01-01 00:00:00.000001+02', TIMESTAMP '1969-12-31 23:59:59.999'"),
            R"(["2023-12-31T22:00:00.000001Z","1969-12-31T23:59:59.999"])");
  EXPECT_EQ(json("'2024-01-01 00:00:01'::TIMESTAMP_S, '2024-01-01 00:00:00.12'::TIMESTAMP_MS, "
                 "'2024-01-01 00:00:00.000000001'::TIMESTAMP_NS"),
            R"(["2024-01-01T00:00:01","2024-01-01T00:00:00.120","2024-01-01T00:00:00.000000001"])");
  EXPECT_EQ(json("TIME '01:02:03.000400', TIME '24:00:00', '01:02:03+05:30'::TIMETZ"),
            R"(["01:02:03.000400","24:00:00","01:02:03+05:30"])");
  EXPECT_EQ(json("'infinity'::DATE, '-infinity'::TIMESTAMP, 'infinity'::TIMESTAMPTZ"),
            R"(["infinity","-infinity","infinity"])");
  EXPECT_EQ(json("DATE '0044-03-15 (BC)', DATE '10000-01-01', TIMESTAMP '0001-01-01 00:00:00'"),
            R"(["-0043-03-15","10000-01-01","0001-01-01T00:00:00"])");
  EXPECT_EQ(json("INTERVAL 14 MONTH + INTERVAL 3 DAY + INTERVAL 1 SECOND"), R"(["1 year 2 months 3 days 00:00:01"])");
}

TEST_F(ResultTest, WritesTextAndBytes) {
  EXPECT_EQ(json(R"('a"b\c' || chr(10) || chr(9) || chr(13) || chr(1) || 'é€😀')"), R"(["a\"b\\c\n\t\r\u0001é€😀"])");
  EXPECT_EQ(json("'', NULL, '\\x00\\xFFa'::BLOB"), R"(["",null,"AP9h"])");
  EXPECT_EQ(json("'101010101'::BIT, '1'::BIT, '6f1d2c3b-0000-4000-8000-00000000abcd'::UUID"),
            R"(["101010101","1","6f1d2c3b-0000-4000-8000-00000000abcd"])");
  EXPECT_EQ(json("'00000000-0000-0000-0000-000000000000'::UUID, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID"),
            R"(["00000000-0000-0000-0000-000000000000","ffffffff-ffff-ffff-ffff-ffffffffffff"])");
  EXPECT_EQ(json("true, false, 'b'::ENUM('a','b'), '{\"a\": 1}'::JSON"), R"([true,false,"b","{\"a\": 1}"])");
  EXPECT_EQ(json("repeat('x', 13), repeat('y', 12)"), R"(["xxxxxxxxxxxxx","yyyyyyyyyyyy"])");
}

TEST_F(ResultTest, WritesNestedValuesAsJson) {
  EXPECT_EQ(json("[1, NULL, 3], []::INTEGER[], NULL::INTEGER[], [1.5::DOUBLE, 2]::DOUBLE[2]"),
            "[[1,null,3],[],null,[1.5,2.0]]");
  const std::string structs = json("{'a': 1, 'b \"q': 'x', 'c': [DATE '2024-01-01']}, row(1, 'z')");
  EXPECT_EQ(structs, R"([{"a":1,"b \"q":"x","c":["2024-01-01"]},[1,"z"]])");
  EXPECT_EQ(json("MAP {'k': 1, 'l': NULL}, MAP {1: 'x'}, MAP {}"), R"([{"k":1,"l":null},{"1":"x"},{}])");
  EXPECT_EQ(json("union_value(n := 5)::UNION(n INTEGER, s VARCHAR), [[['deep']]]"), R"([5,[[["deep"]]]])");
  EXPECT_EQ(ask(lease_, "SELECT list(x ORDER BY x) FROM range(3) t(x) UNION ALL SELECT [7]"), "[[0,1,2]],[[7]]");
}

TEST_F(ResultTest, NamesTypesAsSqlDoes) {
  EXPECT_EQ(type_of("1::BIGINT"), "BIGINT");
  EXPECT_EQ(type_of("1.5::DECIMAL(10,2)"), "DECIMAL(10,2)");
  EXPECT_EQ(type_of("TIMESTAMPTZ '2024-01-01'"), "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(type_of("'12:00:00+00'::TIMETZ"), "TIME WITH TIME ZONE");
  EXPECT_EQ(type_of("[[1]]"), "INTEGER[][]");
  EXPECT_EQ(type_of("[1,2]::INTEGER[2]"), "INTEGER[2]");
  EXPECT_EQ(type_of("{'a': 1, 'B c': 'x'}"), "STRUCT(a INTEGER, \"B c\" VARCHAR)");
  EXPECT_EQ(type_of("MAP {'a': 1}"), "MAP(VARCHAR, INTEGER)");
  EXPECT_EQ(type_of("'a'::ENUM('a','it''s')"), "ENUM('a', 'it''s')");
  EXPECT_EQ(type_of("'1'::JSON"), "JSON");
  EXPECT_EQ(type_of("NULL"), "INTEGER");
}

// DuckDB's own words for the same types, so that the two cannot drift apart.
TEST_F(ResultTest, AgreesWithTypeof) {
  for (const std::string expression :
       {"1::HUGEINT", "1::UTINYINT", "1::FLOAT", "'a'::BLOB", "TIME '01:00:00'", "DATE '2024-01-01'", "'1'::BIT",
        "INTERVAL 1 DAY", "'2024-01-01'::TIMESTAMP_NS", "'2024-01-01'::TIMESTAMP_S", "1::BIGNUM", "{'a': [1.5]}",
        "union_value(n := 1)", "MAP {DATE '2024-01-01': [true]}", "'12:00:00+00'::TIMETZ", "'x'::ENUM('x')"}) {
    EXPECT_EQ(type_of(expression), boost::json::parse(json("typeof(" + expression + ")")).at(0).as_string())
        << expression;
  }
}

TEST_F(ResultTest, StreamsObjectsAsLines) {
  EXPECT_EQ(ask(lease_, "SELECT x AS \"a b\", 'v' || x AS v FROM range(2) t(x)", ResultFormat::ndjson),
            "{\"a b\":0,\"v\":\"v0\"}\n{\"a b\":1,\"v\":\"v1\"}\n");
  EXPECT_EQ(ask(lease_, "SELECT 1 AS x WHERE false", ResultFormat::ndjson), "");
}

TEST_F(ResultTest, ObjectsHaveEachNameOnce) {
  EXPECT_EQ(ask(lease_, "SELECT 1 AS a, 2 AS a_1, 3 AS a, 4 AS A, 5 AS a", ResultFormat::ndjson),
            "{\"a\":1,\"a_1\":2,\"a_2\":3,\"A\":4,\"a_3\":5}\n");
}

TEST_F(ResultTest, WritesCsv) {
  EXPECT_EQ(csv("SELECT 1 AS a, NULL AS b, '' AS c, 'x,y' AS \"d,e\""), "a,b,c,\"d,e\"\n1,,\"\",\"x,y\"\n");
  EXPECT_EQ(csv("SELECT 'a\"b' AS q, 'l1' || chr(10) || 'l2' AS n, 'c' || chr(13) AS r"),
            "q,n,r\n\"a\"\"b\",\"l1\nl2\",\"c\r\"\n");
  EXPECT_EQ(csv("SELECT [1,2] AS l, {'k': 'v'} AS s, 1.50::DECIMAL(4,2) AS d, 9007199254740993 AS i"),
            "l,s,d,i\n\"[1,2]\",\"{\"\"k\"\":\"\"v\"\"}\",1.50,9007199254740993\n");
  EXPECT_EQ(csv("SELECT true AS t, 'nan'::DOUBLE AS n, TIMESTAMPTZ '2024-01-01 00:00:00Z' AS z, 'AB'::BLOB AS b"),
            "t,n,z,b\ntrue,NaN,2024-01-01T00:00:00Z,QUI=\n");
  EXPECT_EQ(csv("SELECT 1 AS x WHERE false"), "x\n");
}

TEST_F(ResultTest, WritesParquetThatReadsBack) {
  const std::string bytes = ask(lease_,
                                "SELECT x AS id, 'n' || x AS name, sum(x) OVER () AS total, [x] AS l, 1 AS id "
                                "FROM range(3) t(x) WHERE x >= $1 ORDER BY x",
                                ResultFormat::parquet, boost::json::array{1});
  ASSERT_EQ(bytes.substr(0, 4), "PAR1");
  base::write_all(base::create_file(data() / "back.parquet").get(), bytes);
  EXPECT_EQ(ask(lease_, "SELECT id, name, total::VARCHAR, typeof(total), l, id_1 FROM read_parquet('" +
                            (data() / "back.parquet").string() + "')"),
            R"_([1,"n1","3","DECIMAL(38,0)",[1],1],[2,"n2","3","DECIMAL(38,0)",[2],1])_");
  // What has no text of its own that could stand inside a COPY works as well.
  EXPECT_EQ(ask(lease_, "EXPLAIN SELECT 1 -- a comment", ResultFormat::parquet).substr(0, 4), "PAR1");
  EXPECT_EQ(ask(lease_, "SELECT 1; -- done", ResultFormat::parquet).substr(0, 4), "PAR1");
  const auto error = error_of([&] { ask(lease_, "SELECT error('mine') FROM range(3)", ResultFormat::parquet); });
  EXPECT_EQ(error.message(), "mine");
}

TEST_F(ResultTest, CutsAtTheRowLimitAndSaysSo) {
  for (const ResultFormat format :
       {ResultFormat::json_rows, ResultFormat::ndjson, ResultFormat::csv, ResultFormat::parquet}) {
    for (const auto& [limit, rows, truncated] :
         {std::tuple{4999, 4999, true}, {5000, 5000, false}, {5001, 5000, false}, {0, 0, true}, {2048, 2048, true}}) {
      QueryCommand command;
      command.sql = "SELECT * FROM range(5000)";
      command.format = format;
      command.row_limit = limit;
      Collected collected;
      const QueryResult result = lease_.query(command, collected);
      EXPECT_EQ(result.row_count, static_cast<std::uint64_t>(rows)) << limit;
      EXPECT_EQ(result.truncated, truncated) << limit;
    }
  }
}

TEST_F(ResultTest, RefusesMoreBytesThanAllowed) {
  QueryCommand command;
  command.sql = "SELECT repeat('x', 998) FROM range(1000)";  // 1000 quoted strings in brackets, with commas between
  command.max_result_bytes = 1003 * 1000 - 1;
  Collected collected;
  EXPECT_EQ(lease_.query(command, collected).row_count, 1000U);
  EXPECT_EQ(collected.bytes.size(), *command.max_result_bytes);
  --*command.max_result_bytes;
  EXPECT_EQ(error_of([&] { lease_.query(command, collected); }).kind(), base::ErrorKind::too_large);
}

TEST_F(ResultTest, BindsPositionalParameters) {
  EXPECT_EQ(ask(lease_, "SELECT $2::INTEGER, $1, $3, $4, $5::BIGINT", ResultFormat::json_rows,
                boost::json::array{"it's", 7, nullptr, true, 9007199254740993}),
            R"([7,"it's",null,true,"9007199254740993"])");
  EXPECT_EQ(ask(lease_, "SELECT ? || ?", ResultFormat::json_rows, boost::json::array{"a", "b"}), R"(["ab"])");
  EXPECT_EQ(ask(lease_, "SELECT x FROM range(9) t(x) WHERE list_contains($1, x)", ResultFormat::json_rows,
                boost::json::array{boost::json::array{2, nullptr, 5}}),
            "[2],[5]");
}

TEST_F(ResultTest, BindsNamedParameters) {
  EXPECT_EQ(
      ask(lease_, "SELECT $name, $n + $n", ResultFormat::json_rows, boost::json::object{{"n", 2.5}, {"name", "x"}}),
      R"(["x",5.0])");
}

TEST_F(ResultTest, RefusesParametersThatDoNotFit) {
  using boost::json::array;
  auto message = [&](const std::string& sql, boost::json::value params) {
    const auto error = error_of([&] { ask(lease_, sql, ResultFormat::json_rows, params); });
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return error.message();
  };
  EXPECT_EQ(message("SELECT $1, $2", array{1}), "parameter $2 has no value");
  EXPECT_EQ(message("SELECT $1", array{1, 2}), "the statement has 1 parameters and 2 values were given");
  EXPECT_EQ(message("SELECT $a", array{1}), "parameter $a has no value");
  EXPECT_EQ(message("SELECT 1", boost::json::object{{"a", 1}}), "the statement has no parameter $a");
  EXPECT_EQ(message("SELECT $1", array{boost::json::object{}}),
            "parameter $1 is nested; a parameter is a scalar or an array of scalars");
  EXPECT_EQ(message("SELECT $1", array{array{1, "x"}}), "parameter $1 mixes values of different kinds in one array");
  EXPECT_EQ(message("SELECT 1", "text"), "params is an array or an object");
}

}  // namespace
}  // namespace boathouse::engine
