// SPDX-License-Identifier: Apache-2.0
// Statements of users: what is refused, what ends them, and that nothing of them stays.
#include <gmock/gmock.h>
#include <signal.h>

#include <thread>

#include "base/log.h"
#include "engine/engine_fixture.h"

namespace boathouse::engine {
namespace {

using base::ErrorKind;
using testing::HasSubstr;

class QueryTest : public EngineTest {
 protected:
  QueryTest() : pool_(quick()) {}

  PoolOptions quick() const {
    PoolOptions quick = options();
    quick.kill_grace = 300 * base::kMillisecond;
    quick.memory_limit_bytes = 256ULL << 20;
    return quick;
  }

  ErrorKind kind_of(const std::string& sql, base::Micros limit = 30 * base::kSecond) {
    Lease lease = take(pool_, query_on(), limit);
    return error_of([&] { ask(lease, sql); }).kind();
  }
  // The next statement, on whatever worker it gets, works.
  void expect_service() {
    Lease lease = take(pool_, query_on());
    EXPECT_EQ(ask(lease, "SELECT 42"), "[42]");
  }

  WorkerPool pool_;
};

// Stops the query in its middle.
struct Throwing : ResultConsumer {
  void on_columns(const std::vector<Column>&) override {}
  void on_bytes(std::string_view) override { throw base::Error(ErrorKind::cancelled, "the client went away"); }
};

// Counts only; runs something after the first bytes.
struct Counting : ResultConsumer {
  std::uint64_t bytes = 0;
  std::function<void()> after_first;
  void on_columns(const std::vector<Column>&) override {}
  void on_bytes(std::string_view got) override {
    if (bytes == 0 && after_first) after_first();
    bytes += got.size();
  }
};

std::uint64_t peak_bytes(const std::string& process) {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes << 10;
  }
  return 0;
}

TEST_F(QueryTest, ParsesWithoutRunning) {
  Lease lease = take(pool_, query_on());
  const auto tree = boost::json::parse(lease.parse("SELECT a FROM nowhere; DESCRIBE SELECT 1"));
  EXPECT_FALSE(tree.at("error").as_bool());
  EXPECT_EQ(tree.at("statements").as_array().size(), 2U);

  const auto syntax = error_of([&] { lease.parse("SELECT é FRM x y"); });
  EXPECT_EQ(syntax.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(syntax.message(), HasSubstr("syntax error at or near \"x\""));
  EXPECT_EQ(syntax.detail().at("position").as_int64(), 14);

  EXPECT_EQ(error_of([&] { ask(lease, "SELECT é FRM x y"); }).detail().at("position").as_int64(), 14);
  EXPECT_EQ(error_of([&] { ask(lease, "SELECT 'é', nope"); }).detail().at("position").as_int64(), 13);

  for (const std::string sql : {"INSERT INTO t VALUES (1)", "COPY t TO 'x'", "PRAGMA version", "EXPLAIN SELECT 1",
                                "SET threads = 1", "ATTACH 'x'", "CREATE VIEW v AS SELECT 1"}) {
    EXPECT_EQ(error_of([&] { lease.parse(sql); }).kind(), ErrorKind::permission_denied) << sql;
  }
  std::string wide = "SELECT 1";
  for (int i = 0; i < 400'000; ++i) wide += ",1";
  EXPECT_EQ(error_of([&] { lease.parse(wide); }).kind(), ErrorKind::too_large);

  const auto nul = error_of([&] { lease.parse(std::string_view("SELECT 1\0", 9)); });
  EXPECT_EQ(nul.kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(nul.detail().at("position").as_uint64(), 8U);
}

TEST_F(QueryTest, RunsOneReadOnlyStatementOnly) {
  for (const std::string sql :
       {"SELECT 1; SELECT 2", "CREATE TABLE t (i INTEGER)", "CREATE TEMP TABLE t AS SELECT 1", "SET threads = 1",
        "COPY (SELECT 1) TO 'x.csv'", "BEGIN TRANSACTION", "ROLLBACK", "CHECKPOINT", "PREPARE p AS SELECT 1", "VACUUM",
        "EXPORT DATABASE 'x'", "ATTACH ':memory:' AS other", "USE temp"}) {
    EXPECT_EQ(kind_of(sql), ErrorKind::permission_denied) << sql;
  }
  // Nobody can loosen the configuration, whoever runs it.
  for (const std::string sql : {"SET enable_external_access = true", "SET memory_limit = '99GB'", "INSTALL httpfs",
                                "LOAD httpfs", "SET allowed_directories = ['/']", "RESET lock_configuration"}) {
    Lease lease = take(pool_, ingest_on());
    error_of([&] { lease.execute({sql}); });
  }
  expect_service();
}

TEST_F(QueryTest, SaysWhatIsWrongAndWhere) {
  Lease lease = take(pool_, query_on());
  const auto error = error_of([&] { ask(lease, "SELECT 1, nope FROM range(1)"); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error.message(), HasSubstr("Referenced column \"nope\" not found"));
  EXPECT_EQ(error.detail().at("position").as_int64(), 10);
  EXPECT_THAT(error_of([&] { ask(lease, "SELECT 'x'::INTEGER"); }).message(),
              HasSubstr("Could not convert string 'x'"));
  EXPECT_EQ(error_of([&] { ask(lease, ""); }).message(), "there is no statement");
  // Also when it fails in the middle of the rows.
  const auto late =
      error_of([&] { ask(lease, "SELECT CASE WHEN x = 99999 THEN error('late') END FROM range(100000) t(x)"); });
  EXPECT_EQ(late.message(), "late");
  EXPECT_EQ(ask(lease, "SELECT 1"), "[1]");
}

TEST_F(QueryTest, ReadsOnlyItsFolders) {
  std::ofstream(data() / "inside.csv") << "a\n7\n";
  std::filesystem::create_symlink("/etc/passwd", data() / "link.csv");
  Lease lease = take(pool_, query_on());
  EXPECT_EQ(ask(lease, "SELECT a FROM read_csv('" + (data() / "inside.csv").string() + "')"), "[7]");
  for (const std::string& file : {std::string("/etc/passwd"), (data() / "../../../etc/passwd").string(),
                                  (data() / "link.csv").string(), std::string("/proc/self/environ"), root().string()}) {
    const auto error = error_of([&] { ask(lease, "SELECT * FROM read_text('" + file + "')"); });
    EXPECT_EQ(error.kind(), ErrorKind::permission_denied) << file;
  }
}

TEST_F(QueryTest, TellsNoPathOfTheServer) {
  std::ofstream(data() / "broken.parquet") << "not a Parquet file, but long enough to be looked at";
  Lease lease = take(pool_, query_on());
  const auto error =
      error_of([&] { ask(lease, "SELECT * FROM read_parquet('" + (data() / "broken.parquet").string() + "')"); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error.message(), HasSubstr("broken.parquet"));
  EXPECT_THAT(error.message(), testing::Not(HasSubstr(root().string())));
}

TEST_F(QueryTest, SetupIsUndone) {
  Lease lease = take(pool_, query_on());
  QueryCommand command;
  command.setup = {"CREATE SCHEMA ws", "CREATE VIEW ws.v AS SELECT 5 AS x", "CREATE TEMP VIEW t AS SELECT 6 AS y",
                   "CREATE TABLE kept AS SELECT 7 AS z"};
  command.sql = "SELECT x, y, z FROM ws.v, t, kept";
  for (int i = 0; i < 2; ++i) {
    Collected collected;
    lease.query(command, collected);
    EXPECT_EQ(collected.bytes, "[5,6,7]");
    EXPECT_EQ(collected.columns, (std::vector<Column>{{"x", "INTEGER"}, {"y", "INTEGER"}, {"z", "INTEGER"}}));
  }
  for (const std::string table : {"ws.v", "t", "kept"}) {
    EXPECT_EQ(error_of([&] { ask(lease, "SELECT * FROM " + table); }).kind(), ErrorKind::invalid_argument) << table;
  }
}

TEST_F(QueryTest, StreamsWithoutGrowing) {
  std::uint64_t server_before = peak_bytes("self");
  Lease lease = take(pool_, query_on());
  QueryCommand command;
  command.sql = "SELECT x, repeat('x', 200) FROM range(2000000) t(x)";
  command.format = ResultFormat::csv;
  Counting counting;
  EXPECT_EQ(lease.query(command, counting).row_count, 2'000'000U);
  EXPECT_GT(counting.bytes, 400'000'000U);
  EXPECT_LT(peak_bytes(std::to_string(children().at(0))), 200ULL << 20);
  EXPECT_LT(peak_bytes("self") - server_before, 32ULL << 20);
}

TEST_F(QueryTest, ParquetStreamsFromTheSpillFolder) {
  Lease lease = take(pool_, query_on());
  QueryCommand command;
  command.sql = "SELECT x, hash(x) AS h, md5(x::VARCHAR) AS m FROM range(1000000) t(x)";
  command.format = ResultFormat::parquet;
  Counting counting;
  EXPECT_EQ(lease.query(command, counting).row_count, 1'000'000U);
  EXPECT_GT(counting.bytes, 20'000'000U);
  EXPECT_LT(peak_bytes(std::to_string(children().at(0))), 400ULL << 20);
}

TEST_F(QueryTest, TheDeadlineInterrupts) {
  EXPECT_EQ(kind_of("SELECT count(*) FROM range(1000000000000)", 300 * base::kMillisecond), ErrorKind::timeout);
  EXPECT_EQ(pool_.stats().ended_badly, 0U);
  EXPECT_EQ(kind_of("WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) SELECT max(x) FROM r",
                    300 * base::kMillisecond),
            ErrorKind::timeout);
  // Rows that never end, and a deadline that is past already.
  EXPECT_EQ(kind_of("SELECT x FROM range(1000000000000) t(x)", 300 * base::kMillisecond), ErrorKind::timeout);
  EXPECT_EQ(kind_of("SELECT 1", 0), ErrorKind::timeout);
  expect_service();
}

TEST_F(QueryTest, TheDeadlineKillsWhatIgnoresInterrupts) {
  // One call of one function on one value: DuckDB does not look up before it returns.
  EXPECT_EQ(
      kind_of("SELECT bit_count(repeat('1', 900000)::BIT), regexp_matches(repeat('a', 60000), repeat('a?', 450) || "
              "repeat('a', 60000)), levenshtein(repeat('ab', 60000), repeat('ba', 60000))",
              2 * base::kSecond),
      ErrorKind::timeout);
  EXPECT_EQ(pool_.stats().ended_badly, 1U);
  expect_service();
}

TEST_F(QueryTest, MemoryBombsEndThemselves) {
  for (const std::string sql :
       {"SELECT list(x) FROM range(1000000000) t(x)", "SELECT len(repeat(repeat('x', 1000000), 4000))",
        "SELECT len(string_agg(repeat('x', 1000), '')) FROM range(10000000)",
        "SELECT len(list_transform(range(200000000), lambda x: x::VARCHAR))"}) {
    EXPECT_EQ(kind_of(sql), ErrorKind::too_large) << sql;
  }
  expect_service();
}

TEST_F(QueryTest, DeepNestingEndsItself) {
  auto repeated = [](const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
  };
  for (const std::string& sql :
       {"SELECT " + repeated("(", 200000) + "1" + repeated(")", 200000), "SELECT 1" + repeated(" + 1", 300000),
        "SELECT " + repeated("NOT ", 300000) + "true",
        repeated("SELECT * FROM (", 50000) + "SELECT 1" + repeated(")", 50000),
        "SELECT " + repeated("[", 50000) + repeated("]", 50000), "SELECT 1" + repeated(" UNION ALL SELECT 1", 50000),
        "SELECT json('" + repeated("[", 500000) + repeated("]", 500000) + "')"}) {
    for (const bool parse : {true, false}) {
      Lease lease = take(pool_, query_on(), base::kSecond);
      try {
        parse ? lease.parse(sql) : ask(lease, sql);
      } catch (const base::Error& error) {
        EXPECT_THAT(error.kind(), testing::AnyOf(ErrorKind::invalid_argument, ErrorKind::too_large, ErrorKind::timeout))
            << sql.substr(0, 40) << error.message();
      }
    }
    expect_service();
  }
}

TEST_F(QueryTest, AKilledWorkerEndsOneStatement) {
  Lease lease = take(pool_, query_on());
  QueryCommand command;
  command.sql = "SELECT x FROM range(1000000000000) t(x)";
  Counting counting;
  counting.after_first = [] { ::kill(children().at(0), SIGKILL); };
  const auto error = error_of([&] { lease.query(command, counting); });
  EXPECT_EQ(error.kind(), ErrorKind::unprocessable);
  EXPECT_EQ(error.message(), "the statement ended its worker");
  // The lease is of no more use, the pool is.
  EXPECT_EQ(error_of([&] { ask(lease, "SELECT 1"); }).kind(), ErrorKind::unprocessable);
  expect_service();
}

TEST_F(QueryTest, CancelEndsWhatRuns) {
  Lease lease = take(pool_, query_on());
  QueryCommand command;
  command.sql = "SELECT x FROM range(1000000000000) t(x)";
  Counting counting;
  std::jthread canceller;
  counting.after_first = [&] { canceller = std::jthread([&] { lease.cancel(); }); };
  EXPECT_EQ(error_of([&] { lease.query(command, counting); }).kind(), ErrorKind::cancelled);
  EXPECT_EQ(error_of([&] { ask(lease, "SELECT 1"); }).kind(), ErrorKind::cancelled);
  expect_service();
  EXPECT_EQ(pool_.stats().ended_badly, 0U);
}

TEST_F(QueryTest, AStopTokenEndsWhatRuns) {
  std::stop_source stop;
  Lease lease = pool_.acquire(query_on(), base::WorkspaceId("w"), kNoDeadline, stop.get_token());
  Counting counting;
  counting.after_first = [&] { stop.request_stop(); };
  QueryCommand command;
  command.sql = "SELECT x FROM range(1000000000000) t(x)";
  EXPECT_EQ(error_of([&] { lease.query(command, counting); }).kind(), ErrorKind::cancelled);
}

TEST_F(QueryTest, AConsumerThatThrowsStopsTheQuery) {
  {
    Lease lease = take(pool_, query_on());
    Throwing throwing;
    QueryCommand command;
    command.sql = "SELECT x FROM range(1000000000000) t(x)";
    EXPECT_EQ(error_of([&] { lease.query(command, throwing); }).message(), "the client went away");
    EXPECT_EQ(ask(lease, "SELECT 1"), "[1]");
  }
  EXPECT_EQ(pool_.stats().ended_badly, 0U);
  EXPECT_EQ(pool_.stats().started, 1U);
}

// DuckDB's other thread may still be letting go of a long text when the statement has failed. What is freed too early is
// seen, since the allocator overwrites it.
TEST_F(QueryTest, FailedStatementsLeaveASoundWorker) {
  PoolOptions options = quick();
  options.worker_executable = root() / "worker";
  std::ofstream(options.worker_executable)
      << "#!/bin/sh\nMALLOC_PERTURB_=165 GLIBC_TUNABLES=glibc.malloc.tcache_count=0 exec '" BOATHOUSE_WORKER
         "' \"$@\"\n";
  std::filesystem::permissions(options.worker_executable, std::filesystem::perms::owner_all);
  WorkerPool pool(options);
  const std::string wrong = "SELECT * FROM ? --" + std::string(300'000, 'x');
  auto fail_often = [&] {
    for (int i = 0; i < 500; ++i) {
      Lease lease = take(pool, query_on());
      EXPECT_THAT(error_of([&] { lease.parse(wrong); }).message(), HasSubstr("syntax error"));
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(fail_often);
  }
  EXPECT_EQ(pool.stats().ended_badly, 0U);
}

TEST_F(QueryTest, OnlyBindsWhereThatIsAsked) {
  Lease lease = take(pool_, query_on());
  QueryCommand command;
  command.only_bind = true;
  Counting counting;
  for (const char* sound : {"SELECT error('it ran')", "SELECT $1::INTEGER", "DESCRIBE SELECT 1", "EXPLAIN SELECT 1"}) {
    command.sql = sound;
    EXPECT_EQ(lease.query(command, counting).row_count, 0U) << sound;
  }
  EXPECT_EQ(counting.bytes, 0U);
  command.sql = "SELECT 1, nosuch";
  const base::Error wrong = error_of([&] { lease.query(command, counting); });
  EXPECT_EQ(wrong.kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(wrong.detail().at("position").to_number<int>(), 10);
  EXPECT_EQ(ask(lease, "SELECT 1"), "[1]");
}

TEST_F(QueryTest, GivesNoAdviceToChangeSettings) {
  Lease lease = take(pool_, query_on());
  std::string deep = "1";
  for (int i = 0; i < 1100; ++i) deep = "abs(" + deep + ")";
  for (const std::string& sql : {"SELECT " + deep, std::string("SELECT (SELECT unnest([1, 2]))")}) {
    const std::string told = error_of([&] { ask(lease, sql); }).message();
    EXPECT_THAT(told, testing::Not(HasSubstr("SET "))) << told;
    EXPECT_THAT(told, testing::AnyOf(HasSubstr("Max expression depth limit of 1000 exceeded."), HasSubstr("one row")));
  }
}

TEST_F(QueryTest, ExplainsAndDescribes) {
  Lease lease = take(pool_, query_on());
  EXPECT_THAT(ask(lease, "EXPLAIN SELECT 1"), HasSubstr("physical_plan"));
  EXPECT_THAT(ask(lease, "DESCRIBE SELECT 1 AS a"), HasSubstr("[\"a\",\"INTEGER\""));
  EXPECT_THAT(ask(lease, "SUMMARIZE SELECT 1 AS a"), HasSubstr("\"a\""));
  EXPECT_THAT(ask(lease, "SELECT current_setting('TimeZone'), now() IS NOT NULL"), R"(["UTC",true])");
}

}  // namespace
}  // namespace boathouse::engine
