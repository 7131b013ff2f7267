// SPDX-License-Identifier: Apache-2.0
// Verdicts on statements, each parsed by a real worker: what is read, and what is refused.
#include "core/sql_guard.h"

#include "base/error.h"
#include "core/check_sql_fixture.h"

namespace boathouse::core {
namespace {

using base::ErrorKind;

class SqlGuardTest : public WorkerTest {
 protected:
  // "t, w.u" for a statement that reads those tables; "show tables x" for SHOW; "!<kind>" for a refusal.
  static std::string verdict(std::string_view sql) {
    try {
      GuardResult result = judge(lease().parse(split_explain(sql).statement));
      static constexpr const char* kShows[] = {"", "show tables", "show all", "show databases"};
      std::string out = kShows[static_cast<int>(result.show)];
      if (!result.show_schema.empty()) out += " " + result.show_schema;
      for (const TableReference& table : result.tables) {
        out += (out.empty() ? "" : ", ") + (table.schema.empty() ? "" : table.schema + ".") + table.name;
      }
      return out;
    } catch (const base::Error& error) {
      return "!" + std::string(to_string(error.kind()));
    }
  }
  static std::string forbidden() { return "!" + std::string(to_string(ErrorKind::permission_denied)); }
  static std::string wrong() { return "!" + std::string(to_string(ErrorKind::invalid_argument)); }
};

struct Case {
  std::string_view sql;
  std::string_view tables;
};

TEST_F(SqlGuardTest, KnowsWhatVaries) {
  auto varies = [](std::string_view sql) { return judge(lease().parse(sql)).varies; };
  for (const char* sql : {"SELECT now()", "SELECT 1 FROM t WHERE x > Current_Date", "SELECT a, RANDOM() FROM t",
                          "SELECT 1 FROM t WHERE ts > current_timestamp - INTERVAL 1 DAY", "SELECT age(ts) FROM t",
                          "SELECT * FROM t WHERE x IN (SELECT uuid())"}) {
    EXPECT_TRUE(varies(sql)) << sql;
  }
  for (const char* sql : {"SELECT a + 1 FROM t WHERE lower(b) = 'now()'", "SELECT t.a, \"random()\" FROM t"}) {
    EXPECT_FALSE(varies(sql)) << sql;
  }
}

TEST_F(SqlGuardTest, StatementsThatRead) {
  static constexpr Case kCases[] = {
      {"SELECT 1", ""},
      {"select * from t", "t"},
      {"from t", "t"},
      {"table t", "t"},
      {"values (1), (2)", ""},
      {"select * from w.t", "w.t"},
      {"select * from t, T, t", "t, T"},
      {"select * from \"a/b@2024-06-01T00:00:00Z\"", "a/b@2024-06-01T00:00:00Z"},
      {"select * from 'f.csv'", "f.csv"},
      {"select * from '/etc/passwd'", "/etc/passwd"},
      {"select * from \"t$quarantine\";", "t$quarantine"},
      {"select * from a join b using (x) left join (select * from c) on true, lateral (select * from d)", "a, b, c, d"},
      {"select (select max(x) from u where u.y = t.y) from t where exists (from v) and z in (select z from w.x)",
       "u, t, v, w.x"},
      {"select 1 union all select x from a intersect select y from b except select z from c", "a, b, c"},
      {"select x from t order by (select 1 from u) limit (select count(*) from v)", "u, v, t"},
      {"select sum(x) filter (where x in (from u)) over (partition by (select 1 from v)) from t", "v, u, t"},
      {"with c as (from t) select * from c", "t"},
      {"with c as (select * from c) select * from c", "c"},
      {"with b as (from a), a as (select 1) from b, a", "a"},
      {"with a as (select 1), b as (from a) from b", ""},
      {"with A as (select 1) from a", ""},
      {"with a as (select 1) from main.a", "main.a"},
      {"with a as (select 1) select (with a as (from t) select x from a)", "t"},
      {"select * from (with c as (select 1) from c) x, c", "c"},
      {"with c as (select 5) (with a as (select 3) from a) union all from c union all from a", "a"},
      {"with recursive r as (select 1 x union all select x + 1 from r where x < 3) from r", ""},
      {"with recursive r as (from r union all select x + 1 from r where x < 3) from r", "r"},
      {"with recursive r as (select * from r) from r", "r"},
      {"with recursive r(x) using key (x) as (select 1 union select x from recurring.r where false) from r", ""},
      {"with r as (select 1) from recurring.r", "recurring.r"},
      {"with x as materialized (from t) from x, x y", "t"},
      {"select * from range(3), generate_series(1, 2), unnest([1]) u(i), repeat(1, 2)", ""},
      {"select * from range((select max(x) from t))", "t"},
      {"select * from t, json_each(t.doc)", "t"},
      {"select list_transform(l, lambda x: x + 1), [y for y in l if y > 1] from t", "t"},
      {"select upper(a), count(distinct b), cast(c as decimal(9, 2)), d::int[], interval 1 day, date '2020-01-01' from "
       "t",
       "t"},
      {"select pg_typeof(1), pg_size_pretty(5), current_date, now(), version(), current_schema()", ""},
      {"select columns('a.*'), * exclude (b) replace (c as d), #1 from t", "t"},
      {"select $1, ?, $name is null", "!"},  // two kinds of parameters at once: DuckDB's own error
      {"select $1 + $2", ""},
      {"from t pivot (sum(x) for y in (1, 2))", "t"},
      {"pivot t on y in ('a', 'b') using sum(x)", "t"},
      {"unpivot t on a, b into name n value v", "t"},
      {"describe t", "t"},
      {"desc w.t", "w.t"},
      {"show t", "t"},
      {"describe select * from u", "u"},
      {"summarize t", "t"},
      {"summarize select * from u", "u"},
      {"select * from (describe t)", "t"},
      {"show tables", "show tables"},
      {"show tables from w", "show tables w"},
      {"show all tables", "show all"},
      {"describe", "show all"},
      {"show databases", "show databases"},
      {"explain select * from t", "t"},
      {" /* a /* b */ */ explain -- c\n analyze select * from t", "t"},
      {"EXPLAIN (FORMAT json, ANALYZE) select * from t", "t"},
      {"explain (select * from t)", "t"},
      {"select 'pragma x; drop table t' -- copy t to 'x'", ""},
      {"select * from t tablesample 10%", "t"},
      {"select * from \"read_csv\"", "read_csv"},
      {"select \"getenv\" from t", "t"},
  };
  for (const Case& one : kCases) {
    std::string got = verdict(one.sql);
    if (one.tables == "!") {
      EXPECT_TRUE(got.starts_with("!")) << one.sql << " gave " << got;
    } else {
      EXPECT_EQ(got, one.tables) << one.sql;
    }
  }
}

TEST_F(SqlGuardTest, StatementsThatAreRefused) {
  static constexpr std::string_view kCases[] = {
      "select 1; select 2",
      "select 1; drop table t",
      "insert into t values (1)",
      "update t set a = 1",
      "delete from t",
      "merge into t using u on t.a = u.a when matched then delete",
      "create table t (a int)",
      "create or replace view v as select 1",
      "create macro m() as 1",
      "drop table t",
      "alter table t add column b int",
      "truncate t",
      "copy t to '/tmp/x.csv'",
      "copy (select 1) to '/tmp/x'",
      "copy t from '/etc/passwd'",
      "export database '/tmp/x'",
      "import database '/tmp/x'",
      "attach '/tmp/x.db'",
      "detach x",
      "use x",
      "install httpfs",
      "load httpfs",
      "set memory_limit = '1GB'",
      "reset memory_limit",
      "set variable x = 1",
      "pragma database_list",
      "pragma show_tables",
      "call pragma_version()",
      "checkpoint",
      "vacuum",
      "analyze t",
      "begin",
      "prepare p as select 1",
      "execute p",
      "explain insert into t values (1)",
      "explain explain select 1",
      "explain analyze copy t to 'x'",
      "pivot t on y using sum(x)",
      "select * from (pivot t on y using sum(x))",
      "select * from read_csv('/etc/passwd')",
      "select * from read_csv_auto('x.csv')",
      "select * from read_text('/etc/passwd')",
      "select * from read_blob('/etc/passwd')",
      "select * from read_parquet(['a', 'b'])",
      "select * from parquet_metadata('x')",
      "select * from read_json('x')",
      "select * from sniff_csv('x')",
      "select * from glob('/*')",
      "SELECT * FROM GLOB('/*')",
      "select * from main.glob('/*')",
      "select * from system.main.read_text('/etc/passwd')",
      "select * from query('select 1')",
      "select * from query_table('t')",
      "select * from histogram('/etc/passwd', x)",
      "select * from seq_scan(t)",
      "select * from duckdb_settings()",
      "select * from duckdb_secrets()",
      "select * from pragma_table_info('t')",
      "select * from json_execute_serialized_sql('{}')",
      "select * from which_secret('x', 'y')",
      "select * from nosuchfunction(1)",
      "select * from t, lateral read_text(t.path)",
      "with c as (from read_text('x')) select 1",
      "select (select content from read_text('/etc/passwd'))",
      "select getenv('HOME')",
      "select GetEnv('HOME')",
      "select system.main.getenv('HOME')",
      "select * from t where x = getenv('HOME')",
      "select x from t order by getenv('HOME')",
      "select * from range(length(getenv('HOME')))",
      "select double_order(1.5)",
      "select case when true then current_setting('home_directory') end",
      "select getvariable('x')",
      "select nextval('s')",
      "select setseed(0.5)",
      "select write_log('x')",
      "select pg_sleep(100)",
      "select sleep_ms(100)",
      "select pg_get_viewdef(1)",
      "select has_table_privilege('t', 'select')",
      "select json_serialize_plan('from t')",
      "select current_query()",
      "select list_transform(['HOME'], lambda x: getenv(x))",
      "select sum(length(getenv('HOME'))) over ()",
      "select * from duckdb_tables",
      "select * from DuckDB_Tables",
      "select * from sqlite_master",
      "select * from information_schema.tables",
      "select * from pg_catalog.pg_class",
      "select * from system.main.duckdb_views",
      "select * from temp.t",
      "select * from memory.main.t",
      "with t as (select 1) from memory.main.t",
      "describe duckdb_views",
      "select * from t at (version => 3)",
      "select * from t at (timestamp => now())",
      "select * from (show tables)",
      "show variables",
      "from t pivot (sum(x) for y in some_enum)",
  };
  for (std::string_view sql : kCases) EXPECT_EQ(verdict(sql), forbidden()) << sql;
}

TEST_F(SqlGuardTest, TextThatIsNoStatement) {
  for (std::string_view sql :
       {"", "  ", ";;", "-- nothing", "/* nothing */", "selec 1", "select 'open", "explain", "select * from",
        "with i as (insert into t values (1) returning *) from i", "with s as (show tables) from s"}) {
    EXPECT_EQ(verdict(sql), wrong()) << sql;
  }
}

TEST_F(SqlGuardTest, ErrorsPointAtThePlace) {
  try {
    judge(lease().parse("select 1, getenv('HOME')"));
    FAIL() << "not refused";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.detail().at("position").to_number<int>(), 10);
    EXPECT_NE(error.message().find("getenv"), std::string::npos);
  }
  GuardResult result = judge(lease().parse("select * from \"é\", t"));
  ASSERT_EQ(result.tables.size(), 2U);
  EXPECT_EQ(result.tables[1].position, 20U);
}

TEST_F(SqlGuardTest, DepthIsBounded) {
  std::string flat = "select 1";
  for (int i = 0; i < 500; ++i) flat += "+1";
  EXPECT_EQ(verdict(flat), "");
  std::string nested = "1";
  for (int i = 0; i < 200; ++i) nested = "(select " + nested + ")";
  EXPECT_EQ(verdict("select " + nested), "");
  std::string tree = R"({"error":false,"statements":[)" + std::string(kMaxTreeDepth + 1, '[') +
                     std::string(kMaxTreeDepth + 1, ']') + "]}";
  try {
    judge(tree);
    FAIL() << "not refused";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::too_large);
  }
}

// Trees that the pinned engine does not write: another version might, and they must not pass unjudged.
TEST(SqlGuardTree, UnknownPartsAreRefused) {
  auto refused = [](std::string_view from, std::string_view expression) {
    std::string tree = fmt::format(
        R"({{"error":false,"statements":[{{"node":{{"type":"SELECT_NODE","select_list":[{}],"from_table":{}}}}}]}})",
        expression, from);
    try {
      judge(tree);
      return false;
    } catch (const base::Error& error) {
      return error.kind() == ErrorKind::permission_denied;
    }
  };
  constexpr std::string_view kOne = R"({"class":"CONSTANT","type":"VALUE_CONSTANT"})";
  constexpr std::string_view kEmpty = R"({"type":"EMPTY"})";
  EXPECT_FALSE(refused(kEmpty, kOne));
  EXPECT_TRUE(refused(R"({"type":"COLUMN_DATA"})", kOne));
  EXPECT_TRUE(refused(R"({"type":"BASE_TABLE","table_name":"t"})", kOne));
  EXPECT_TRUE(refused(R"({"type":"INSERT_QUERY_NODE"})", kOne));
  EXPECT_TRUE(refused(R"({"type":"TABLE_FUNCTION","function":{"class":"COLUMN_REF"}})", kOne));
  EXPECT_TRUE(refused(kEmpty, R"({"class":"BOUND_FUNCTION","type":"BOUND_FUNCTION"})"));
  EXPECT_TRUE(refused(kEmpty, R"({"type":{"id":"INTEGER"},"expr":1})"));
}

TEST(SplitExplain, TakesThePrefixOff) {
  struct Split {
    std::string_view sql;
    std::string_view prefix;
    std::string_view statement;
  };
  static constexpr Split kCases[] = {
      {"select 1", "", "select 1"},
      {"explain select 1", "EXPLAIN ", " select 1"},
      {"-- x\n/* y */Explain\tAnalyze\nselect 1", "EXPLAIN ANALYZE ", "\nselect 1"},
      {"explain(analyze)select 1", "EXPLAIN ANALYZE ", "select 1"},
      {"explain (format html) select 1", "EXPLAIN (FORMAT html) ", " select 1"},
      {"explain (format json, analyze) select 1", "EXPLAIN (ANALYZE, FORMAT json) ", " select 1"},
      {"explain (select 1)", "EXPLAIN ", " (select 1)"},
      {"explain (analyze, nonsense) select 1", "EXPLAIN ", " (analyze, nonsense) select 1"},
      {"explained", "", "explained"},
      {"\"explain\" 1", "", "\"explain\" 1"},
      {"/* open explain select 1", "", "/* open explain select 1"},
      {"explain", "EXPLAIN ", ""},
      {"", "", ""},
  };
  for (const Split& one : kCases) {
    SplitExplain split = split_explain(one.sql);
    EXPECT_EQ(split.prefix, one.prefix) << one.sql;
    EXPECT_EQ(split.statement, one.statement) << one.sql;
    EXPECT_EQ(one.sql.substr(split.offset), one.statement) << one.sql;
  }
}

}  // namespace
}  // namespace boathouse::core
