// SPDX-License-Identifier: Apache-2.0
#include "core/core_fixture.h"

#include <set>
#include <thread>

#include "core/key_indexes.h"
#include "core/table_state.h"
#include "iceberg/scan.h"

namespace boathouse::core {
namespace {

using base::ErrorKind;

constexpr std::string_view kPeople = R"json({"key":["id"],"columns":[
  {"name":"id","type":"INTEGER","required":true},
  {"name":"name","type":"STRING","required":true,"max_length":5},
  {"name":"score","type":"DECIMAL(6,2)","min":0,"max":100}]})json";

using IngestTest = CoreTest;

TEST_F(IngestTest, InfersATableFromItsFirstRows) {
  Outcome outcome = load("t", "id,name,at,zip\n1,a,2024-01-02,007\n2,,2024-01-03,100\n");
  EXPECT_EQ(outcome.rows_accepted, 2);
  EXPECT_EQ(sql("SELECT id, name, \"at\", zip FROM t ORDER BY id"),
            R"([[1,"a","2024-01-02","007"],[2,null,"2024-01-03","100"]])");
  EXPECT_EQ(sql("SELECT typeof(id), typeof(\"at\"), typeof(zip) FROM t LIMIT 1"), R"([["BIGINT","DATE","VARCHAR"]])");
}

TEST_F(IngestTest, LaterBatchesAddColumnsAndRejectWhatDoesNotFit) {
  load("t", "id\n1\n");
  Outcome outcome = load("t", "id,extra\n2,x\nthree,y\n");
  EXPECT_EQ(outcome.rows_accepted, 1);
  ASSERT_EQ(outcome.rejected.size(), 1U);
  EXPECT_EQ(outcome.rejected[0].row, 2);
  EXPECT_EQ(outcome.rejected[0].reasons.at(0).at("column"), "id");
  EXPECT_EQ(outcome.rejected[0].reasons.at(0).at("rule"), "type");
  EXPECT_EQ(outcome.rejected[0].data.at("extra"), "y");
  EXPECT_EQ(sql("SELECT * FROM t ORDER BY id"), R"([[1,null],[2,"x"]])");
}

TEST_F(IngestTest, AContractKeepsEveryReasonOfARow) {
  put_contract("people", kPeople);
  Outcome outcome = load("people", "id,name,score\n1,ann,99.50\nx,toolong,101\n3,bob,-1.00\n");
  EXPECT_EQ(outcome.rows_received, 3);
  EXPECT_EQ(outcome.rows_accepted, 1);
  ASSERT_EQ(outcome.rejected.size(), 2U);
  EXPECT_EQ(outcome.rejected[0].reasons.size(), 3U);
  EXPECT_EQ(outcome.rejected[0].reasons.at(0).at("rule"), "type");
  EXPECT_EQ(outcome.rejected[0].reasons.at(1).at("rule"), "max_length");
  EXPECT_EQ(outcome.rejected[0].reasons.at(2).at("rule"), "max");
  EXPECT_EQ(outcome.rejected[1].reasons.at(0).at("rule"), "min");
  EXPECT_EQ(sql("SELECT count(*) FROM \"people$quarantine\""), "[[2]]");
  auto listed = boost::json::parse(quarantine_.list(workspace_, "people", {}, {}));
  EXPECT_EQ(listed.at("rows").as_array().size(), 2U);
}

TEST_F(IngestTest, AnUpsertReplacesWholeRowsAndTheLastOfAKeyWins) {
  put_contract("people", kPeople);
  load("people", "id,name,score\n1,ann,1\n2,bob,2\n3,cid,3\n", WriteMode::upsert);
  Outcome outcome = load("people", "id,name\n2,eve\n4,dan\n2,fay\n", WriteMode::upsert);
  EXPECT_EQ(outcome.rows_accepted, 3);
  EXPECT_EQ(sql("SELECT id, name, score FROM people ORDER BY id"),
            R"([[1,"ann","1.00"],[2,"fay",null],[3,"cid","3.00"],[4,"dan",null]])");
  load("people", "id,name\n2,gus\n", WriteMode::upsert);
  EXPECT_EQ(sql("SELECT count(*), max(name) FROM people WHERE id = 2"), R"([[1,"gus"]])");
  auto described = tables_.describe(workspace_, "people");
  EXPECT_EQ(described.at("rows"), 4);
}

TEST_F(IngestTest, RowsUpsertedAgainAndAgainLeaveOneFile) {
  put_contract("people", kPeople);
  for (int i = 0; i < 5; ++i) load("people", "id,name\n1,ann\n2,bob\n", WriteMode::upsert);
  EXPECT_EQ(sql("SELECT content, rows FROM \"people$files\""), R"([["data",2]])");
  load("people", "id,name\n2,cid\n", WriteMode::upsert);
  load("people", "id,name\n1,dan\n", WriteMode::upsert);
  EXPECT_EQ(sql("SELECT id, name FROM people ORDER BY id"), R"([[1,"dan"],[2,"cid"]])");
  EXPECT_EQ(sql("SELECT count(*) FROM \"people$files\" WHERE content <> 'data'"), "[[0]]");
  EXPECT_EQ(tables_.describe(workspace_, "people").at("rows"), 2);
}

// Rows (a, b, v) with the composite key (a, b), followed in memory.
struct KeyedModel {
  std::map<std::pair<std::string, int>, int> rows;
  std::string batch(int from, int to, int v) {
    std::string csv = "a,b,v\n";
    for (int i = from; i < to; ++i) {
      int n = i * 7919 % to;  // keys in no order
      std::string a = "key " + std::to_string(n % 40);
      csv += fmt::format("{},{},{}\n", a, n, v);
      rows[{a, n}] = v;
    }
    return csv;
  }
  std::string expected() const {
    std::string text;
    for (const auto& [key, v] : rows) text += fmt::format(",[\"{}\",{},{}]", key.first, key.second, v);
    return "[" + (text.empty() ? text : text.substr(1)) + "]";
  }
};

TEST_F(IngestTest, CompositeKeysAreFoundInTouchedAndEvolvedFiles) {
  KeyedModel model;
  const std::vector<std::string> key{"a", "b"};
  load("t", model.batch(0, 3000, 0));
  load("t", model.batch(1000, 4000, 1), WriteMode::upsert, key);
  load("t", "b,a,v,more\n5,key 5,-1,x\n", WriteMode::upsert, key);  // a new column: a new schema
  model.rows[{"key 5", 5}] = -1;
  load("t", model.batch(3000, 3500, 2), WriteMode::upsert, key);
  load("t", model.batch(0, 5, 3), WriteMode::upsert, key);
  EXPECT_EQ(sql("SELECT a, b, v FROM t ORDER BY a, b"), model.expected());
  EXPECT_EQ(sql("SELECT count(*) FROM t WHERE more IS NOT NULL"), "[[1]]");
  EXPECT_EQ(tables_.describe(workspace_, "t").at("rows"), model.rows.size());
}

TEST_F(IngestTest, IndexedFilesGiveTheSameRows) {
  KeyIndexes::Limits limits;
  limits.least_rows = 100;
  limits.most_rows = 3500;  // of the files below, one is too large
  Ingest indexing(parts_, std::make_unique<KeyIndexes>(limits));
  auto upsert = [&](const std::string& csv) {
    IngestRequest wanted = request("t");
    wanted.mode = WriteMode::upsert;
    wanted.key = {"a", "b"};
    Receiver receiver = indexing.receive(std::move(wanted));
    receiver.write(csv);
    indexing.commit(indexing.write(indexing.check(receiver.finish())));
  };
  KeyedModel model;
  load("t", model.batch(0, 3000, 0));
  load("t", model.batch(5000, 9000, 0), WriteMode::upsert, {"a", "b"});
  load("t", "a,b,v\n,7,7\n");
  for (int v = 1; v < 6; ++v) {
    upsert(model.batch(v * 400, v * 500, v));
    upsert("b,a,v,more\n5,key 5," + std::to_string(v) + ",x\n");
    model.rows[{"key 5", 5}] = v;
    EXPECT_EQ(sql("SELECT a, b, v FROM t WHERE a IS NOT NULL ORDER BY a, b"), model.expected()) << v;
  }
  EXPECT_EQ(sql("SELECT v FROM t WHERE a IS NULL"), "[[7]]");
  auto indexes = [&] {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(parts_.layout.staging_of(workspace_.id))) {
      count += entry.path().extension() == ".keys" ? 1 : 0;
    }
    return count;
  };
  EXPECT_GE(indexes(), 1U);
}

TEST_F(IngestTest, RowsWithoutAKeyStayWhenOthersAreUpserted) {
  load("t", "id,v\n1,a\n,b\n,c\n");
  load("t", "id,v\n1,d\n2,e\n", WriteMode::upsert, {"id"});
  EXPECT_EQ(sql("SELECT id, v FROM t ORDER BY v"), R"([[null,"b"],[null,"c"],[1,"d"],[2,"e"]])");
}

TEST_F(IngestTest, ReplaceLeavesOlderVersionsReadable) {
  Outcome first = load("t", "id\n1\n2\n");
  load("t", "id\n9\n", WriteMode::replace);
  EXPECT_EQ(sql("SELECT id FROM t"), "[[9]]");
  EXPECT_EQ(sql(fmt::format("SELECT count(*) FROM \"t@{}\"", first.version)), "[[2]]");
  EXPECT_EQ(sql("SELECT count(*) FROM \"t$versions\""), "[[2]]");
}

TEST_F(IngestTest, OnRejectFailWritesNothing) {
  put_contract("people", kPeople);
  IngestRequest wanted = request("people");
  wanted.fail_on_reject = true;
  auto error = error_of([&] { send(wanted, "id,name\n1,ann\nx,y\n"); });
  EXPECT_EQ(error.code(), "rows-rejected");
  EXPECT_EQ(error.detail().at("outcome").at("rows_rejected"), 1);
  EXPECT_EQ(sql("SELECT count(*) FROM people"), "[[0]]");
  EXPECT_EQ(sql("SELECT count(*) FROM \"people$quarantine\""), "[[0]]");
}

TEST_F(IngestTest, AnIdempotencyKeyGivesTheFirstAnswerAgain) {
  IngestRequest wanted = request("t");
  wanted.idempotency = IdempotencyKey{.scope = "s", .key = "k"};
  Committed first = send(wanted, "id\n1\n");
  Committed again = send(wanted, "id\n1\n");
  ASSERT_TRUE(again.replayed_answer);
  EXPECT_EQ(boost::json::parse(*again.replayed_answer), boost::json::value(to_json(first.outcome)));
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[1]]");
  EXPECT_EQ(error_of([&] { send(wanted, "id\n2\n"); }).code(), "idempotency-key-reused");
}

TEST_F(IngestTest, UniqueHoldsInTheBatchAndAgainstTheTable) {
  put_contract("u", R"({"columns":[{"name":"a","type":"STRING","unique":true},{"name":"b","type":"INTEGER"}]})");
  EXPECT_EQ(load("u", "a,b\nx,1\nx,2\n,3\n,4\n").rows_accepted, 3);
  Outcome outcome = load("u", "a,b\nx,5\ny,6\n");
  EXPECT_EQ(outcome.rows_accepted, 1);
  EXPECT_EQ(outcome.rejected.at(0).reasons.at(0).at("rule"), "unique");
}

TEST_F(IngestTest, RowsGoToTheFilesOfTheirPartitions) {
  put_contract("p", R"json({"partition":["day(at)","bucket[4](id)","who"],"columns":[
    {"name":"id","type":"INTEGER"},{"name":"at","type":"ISO_DATE"},{"name":"who","type":"STRING"}]})json");
  std::string rows = "id,at,who\n";
  for (int i = 0; i < 40; ++i) rows += fmt::format("{},2021-01-0{}T00:00:00Z,a/b=c%{}\n", i, 1 + i % 3, i % 2);
  EXPECT_EQ(load("p", rows + "41,,\n").rows_accepted, 41);
  EXPECT_EQ(sql("SELECT count(*), count(DISTINCT who), sum(id) FROM p"), "[[41,2,821]]");
  auto scan = iceberg::plan_scan(cache_, find_state(parts_, workspace_.id, "p")->metadata,
                                 find_state(parts_, workspace_.id, "p")->metadata->current_snapshot());
  std::set<std::string> seen;
  for (const auto& file : scan.files) {
    EXPECT_TRUE(seen.insert(iceberg::partition_key(file.data->file.partition)).second) << file.data->file.path;
  }
  EXPECT_NE(scan.files.at(0).data->file.path.find("/data/at/"), std::string::npos);
}

TEST_F(IngestTest, JsonAndNdjsonAreJudgedByValue) {
  put_contract("people", kPeople);
  auto outcome = send(request("people", BodyFormat::json), R"([{"id":1.0,"name":"ann","score":1.500},
    {"id":2,"name":"bob","score":1.505},{"id":3,"name":"cid","other":1},{"id":"4","name":"dan"}])")
                     .outcome;
  EXPECT_EQ(outcome.rows_accepted, 1);
  ASSERT_EQ(outcome.rejected.size(), 3U);
  EXPECT_EQ(outcome.rejected[1].reasons.at(0).at("rule"), "unknown_columns");
  EXPECT_EQ(send(request("n", BodyFormat::ndjson), "{\"a\":1}\n\n{\"a\":2,\"b\":[1]}\n").outcome.rows_accepted, 2);
  EXPECT_EQ(sql("SELECT a, b FROM n ORDER BY a"), R"([[1,null],[2,"[1]"]])");
}

TEST_F(IngestTest, BytesThatCannotBeParsedAreRefusedWithTheirPlace) {
  for (std::string_view body :
       {std::string_view("a,b\n1,\"x\n"), std::string_view("a\n\xff\n"), std::string_view("a\n\0\n", 4)}) {
    auto error = error_of([&] { load("t", body); });
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_TRUE(error.detail().contains("line"));
  }
  EXPECT_EQ(error_of([&] { load("t", "a,a\n1,2\n"); }).kind(), ErrorKind::invalid_argument);
  EXPECT_FALSE(find_state(parts_, workspace_.id, "t"));
  EXPECT_TRUE(std::filesystem::is_empty(parts_.layout.staging_of(workspace_.id)));
}

TEST_F(IngestTest, ManyUpsertsOfTheSameNewKeysLeaveOneRowAKey) {
  put_contract("people", kPeople);
  std::string rows = "id,name\n";
  for (int i = 0; i < 200; ++i) rows += fmt::format("{},n\n", i);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(load("people", rows, WriteMode::upsert).rows_accepted, 200); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sql("SELECT count(*), count(DISTINCT id) FROM people"), "[[200,200]]");
}

TEST_F(IngestTest, BatchesThatMakeTheSameTableAtOnceAllArrive) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] { load("t", fmt::format("id,c{}\n{},x\n", i % 2, i)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sql("SELECT count(*), count(c0), count(c1) FROM t"), "[[6,3,3]]");
}

TEST_F(IngestTest, RowsAreDeletedWhereAnExpressionHolds) {
  load("t", "id\n1\n2\n3\n");
  Actor actor{.principal = "tester", .request = {}, .door = "test"};
  EXPECT_EQ(tables_.delete_rows(workspace_, "t", "main", "id >= 2 -- both", actor).rows, 2);
  EXPECT_EQ(sql("SELECT id FROM t"), "[[1]]");
  for (const char* where : {"id IN (SELECT 1)", "1=1) UNION SELECT (1", "id = 1) ORDER BY (1", "", "id ="}) {
    EXPECT_NE(error_of([&] { tables_.delete_rows(workspace_, "t", "main", where, actor); }).message(), "no error")
        << where;
  }
  EXPECT_EQ(tables_.delete_rows(workspace_, "t", "main", std::nullopt, actor).rows, 1);
  EXPECT_EQ(sql("SELECT count(*) FROM t"), "[[0]]");
}

TEST_F(IngestTest, AChangedContractEvolvesTheTable) {
  put_contract("people", kPeople);
  load("people", "id,name,score\n1,ann,5\n");
  put_contract("people", R"({"columns":[{"name":"name","type":"STRING"},{"name":"id","type":"BIGINT"},
    {"name":"more","type":"DATE"}]})");
  EXPECT_EQ(sql("SELECT * FROM people"), R"([["ann",1,null]])");
  load("people", "id,more\n5000000000,2024-02-29\n");
  EXPECT_EQ(sql("SELECT * FROM people ORDER BY id"), R"([["ann",1,null],[null,5000000000,"2024-02-29"]])");
  auto error = error_of([&] { put_contract("people", R"({"columns":[{"name":"name","type":"DATE"}]})"); });
  EXPECT_EQ(error.kind(), ErrorKind::conflict);
  tables_.delete_rows(workspace_, "people", "main", std::nullopt,
                      {.principal = "tester", .request = {}, .door = "test"});
  put_contract("people", R"({"columns":[{"name":"name","type":"DATE"}]})");
  load("people", "name\n2024-01-01\n");
  EXPECT_EQ(sql("SELECT * FROM people"), R"([["2024-01-01"]])");
}

}  // namespace
}  // namespace boathouse::core
