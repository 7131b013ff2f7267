// SPDX-License-Identifier: Apache-2.0
// The written SQL, run in a real worker over a relation as staged_rows gives it.
#include "core/check_sql.h"

#include <random>

#include "base/names.h"
#include "core/check_sql_fixture.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

Contract contract_of(std::string_view columns) {
  return parse_contract_json(json::parse(fmt::format(R"({{"columns":[{}]}})", columns)));
}

// One staged row as SQL: values by column, what is bad, what reading found, the raw data.
struct Staged {
  std::string values;  // "1 AS a, NULL::VARCHAR AS b"
  bool ok = true;
  std::string bad = "[]";
  std::string reasons = "[]";
  std::string data = "{}";
};

class CheckSqlTest : public WorkerTest {
 protected:
  static std::string relation(const std::vector<Staged>& rows) {
    std::vector<std::string> parts;
    for (const Staged& row : rows) {
      parts.push_back(fmt::format(
          "SELECT {}, {}::BIGINT AS _row, {} AS _ok, {}::VARCHAR[] AS _bad, {} AS _reasons, {} AS _data", row.values,
          parts.size() + 1, row.ok, row.bad, base::quote_string(row.reasons), base::quote_string(row.data)));
    }
    return fmt::format("{}", fmt::join(parts, " UNION ALL "));
  }

  static std::string defaulted(const Contract& contract, const std::string& relation) {
    return fmt::format("(SELECT {}, _row, _ok, _bad, _reasons, _data FROM ({}))", defaults_projection(contract),
                       relation);
  }

  // The row numbers that are accepted.
  static std::vector<int> accepted(const Check& check, const std::string& relation) {
    std::vector<int> out;
    for (const json::value& row : rows(fmt::format("SELECT _row FROM {} WHERE _ok AND {} ORDER BY 1",
                                                   defaulted(check.contract, relation), accept_predicate(check)))) {
      out.push_back(row.at(0).to_number<int>());
    }
    return out;
  }

  // "column:rule" of each reason, row by row.
  static std::vector<std::string> reasons(const Check& check, const std::string& relation) {
    std::vector<std::string> out;
    for (const json::value& row : full_reasons(check, relation)) {
      std::string line;
      for (const json::value& reason : row.as_array()) {
        line += fmt::format("{}{}:{}", line.empty() ? "" : " ", reason.at("column").as_string().c_str(),
                            reason.at("rule").as_string().c_str());
      }
      out.push_back(line);
    }
    return out;
  }

  static json::array full_reasons(const Check& check, const std::string& relation) {
    json::array out;
    for (const json::value& row : rows(fmt::format("SELECT {} FROM {} WHERE (_ok AND {}) IS NOT TRUE ORDER BY _row",
                                                   reasons_expression(check, false),
                                                   defaulted(check.contract, relation), accept_predicate(check)))) {
      out.push_back(json::parse(row.at(0).as_string()));
    }
    return out;
  }

  // The verdicts of unique_violations as "row: columns".
  static std::vector<std::string> collisions(const Check& check, const std::string& accepted,
                                             const std::string& table) {
    std::vector<std::string> out;
    for (const json::value& row : rows(fmt::format("SELECT _row, array_to_string(_unique, ',') FROM ({}) ORDER BY 1",
                                                   unique_violations(check, accepted, table)))) {
      out.push_back(fmt::format("{}: {}", row.at(0).to_number<int>(), row.at(1).as_string().c_str()));
    }
    return out;
  }
};

TEST_F(CheckSqlTest, EachRuleOnBothSides) {
  struct Case {
    std::string column;  // of the contract, named c
    std::vector<std::string> good;
    std::vector<std::string> bad;
    std::string rule;
  };
  const std::vector<Case> cases{
      {R"("type":"INTEGER","min":3)", {"3", "NULL::INTEGER"}, {"2"}, "min"},
      {R"("type":"BIGINT","max":9223372036854775806)", {"9223372036854775806"}, {"9223372036854775807"}, "max"},
      {R"("type":"DOUBLE","min":0)",
       {"0.0::DOUBLE", "'Infinity'::DOUBLE"},
       {"-1e-300::DOUBLE", "'NaN'::DOUBLE"},
       "min"},
      {R"("type":"DOUBLE","max":0)", {"'-Infinity'::DOUBLE"}, {"'NaN'::DOUBLE", "1e-300::DOUBLE"}, "max"},
      {R"j("type":"DECIMAL(6,2)","min":"1.50")j", {"1.50::DECIMAL(6,2)"}, {"1.49::DECIMAL(6,2)"}, "min"},
      {R"("type":"DATE","max":"2021-02-28")", {"DATE '2021-02-28'"}, {"DATE '2021-03-01'"}, "max"},
      {R"("type":"DATE","format":"%d.%m.%Y","min":"01.02.2021")", {"DATE '2021-02-01'"}, {"DATE '2021-01-31'"}, "min"},
      {R"("type":"TIME","min":"10:00:00")", {"TIME '10:00:00'"}, {"TIME '09:59:59.999999'"}, "min"},
      {R"("type":"TIMESTAMP","min":"2021-01-01T00:00:00")",
       {"TIMESTAMP '2021-01-01'"},
       {"TIMESTAMP '2020-12-31 23:59:59'"},
       "min"},
      {R"("type":"ISO_DATE","max":"2021-01-01T00:00:00Z")",
       {"TIMESTAMPTZ '2021-01-01 00:00:00+00'"},
       {"TIMESTAMPTZ '2021-01-01 00:00:00.000001+00'"},
       "max"},
      {R"("type":"STRING","pattern":"a|bc")", {"'a'", "'bc'"}, {"'ac'", "'xa'", "''", "E'a\\n'"}, "pattern"},
      {R"("type":"STRING","values":["it's","é"])", {"'it''s'", "'é'"}, {"'its'", "'É'"}, "values"},
      {R"("type":"UUID","values":["00000000-0000-0000-0000-00000000000A"])",
       {"'00000000-0000-0000-0000-00000000000a'::UUID"},
       {"'00000000-0000-0000-0000-00000000000b'::UUID"},
       "values"},
      {R"("type":"BINARY","values":["AP8="])", {"'\\x00\\xFF'::BLOB"}, {"'\\x00'::BLOB"}, "values"},
      {R"("type":"BOOLEAN","values":[true])", {"true"}, {"false"}, "values"},
      {R"("type":"STRING","min_length":2)", {"'éé'", "'ab'"}, {"'é'", "''"}, "min_length"},
      {R"("type":"STRING","max_length":2)", {"'éé'", "''", "'🚤🚤'"}, {"'abc'"}, "max_length"},
      {R"("type":"STRING","required":true)", {"''"}, {"NULL::VARCHAR"}, "required"},
  };
  for (const Case& one : cases) {
    Contract contract = contract_of(fmt::format(R"({{"name":"c",{}}})", one.column));
    Check check{.contract = contract, .upsert_key = {}};
    for (const std::string& value : one.good) {
      EXPECT_EQ(accepted(check, relation({{.values = value + " AS c"}})).size(), 1U) << one.column << " " << value;
    }
    for (const std::string& value : one.bad) {
      std::string staged = relation({{.values = value + " AS c"}});
      EXPECT_TRUE(accepted(check, staged).empty()) << one.column << " " << value;
      EXPECT_EQ(reasons(check, staged), std::vector<std::string>{"c:" + one.rule}) << one.column << " " << value;
    }
  }
}

TEST_F(CheckSqlTest, ReasonsAreAllThereInColumnOrder) {
  Contract contract = contract_of(R"({"name":"a","type":"STRING","min_length":3,"pattern":"[a-z]+","values":["xyz"]},
      {"name":"b","type":"INTEGER","required":true,"min":5},{"name":"c","type":"INTEGER","max":1})");
  Check check{.contract = contract, .upsert_key = {}};
  std::string type_b = R"([{"column":"b","rule":"type","value":"x","message":"no"}])";
  std::string staged = relation({
      {.values = "'1' AS a, 4 AS b, 2 AS c", .data = R"({"a":"1","b":"4","c":"2"})"},
      {.values = "'1', NULL, 2",
       .ok = false,
       .bad = "['b']",
       .reasons = type_b,
       .data = R"({"a":"1","b":"x","c":"2"})"},
      {.values = "NULL, 5, NULL"},
      {.values = "NULL, NULL, 1", .data = R"({"a":null,"b":null,"c":"1"})"},
      {.values = "NULL, NULL, NULL",
       .ok = false,
       .reasons = R"([{"column":"","rule":"fields","value":"1,2","message":"no"}])"},
      {.values = "NULL, 7, 2",
       .ok = false,
       .reasons = R"([{"column":"z","rule":"unknown_columns","value":"1","message":"no"}])",
       .data = R"({"c":"2","z":"1"})"},
  });
  EXPECT_EQ(accepted(check, staged), std::vector<int>{3});
  std::vector<std::string> wanted{"a:pattern a:values a:min_length b:min c:max",
                                  "a:pattern a:values a:min_length b:type c:max", "b:required", ":fields",
                                  "c:max z:unknown_columns"};
  EXPECT_EQ(reasons(check, staged), wanted);
  json::array full = full_reasons(check, staged);
  EXPECT_EQ(full[0].at(3).at("value"), "4");
  EXPECT_EQ(full[0].at(3).at("message"), "must be at least 5");
  EXPECT_EQ(full[1].at(3), json::parse(type_b).at(0));
  EXPECT_TRUE(full[2].at(0).at("value").is_null());
}

TEST_F(CheckSqlTest, PartitionsHaveAFloor) {
  Contract contract;
  contract.columns.resize(1);
  contract.columns[0].name = "x";
  contract.columns[0].type = batch::ColumnType::decimal(4, 2);
  Check check{.contract = contract, .upsert_key = {}, .floors = {{"X", "-99.90", "truncate[10]"}}};
  std::string relation =
      "SELECT x::DECIMAL(4,2) AS x, _row, true AS _ok, []::VARCHAR[] AS _bad, '[]' AS _reasons, "
      "json_object('x', x::VARCHAR) AS _data FROM (VALUES (-99.90, 1), (-99.91, 2), (NULL, 3)) t(x, _row)";
  EXPECT_EQ(accepted(check, relation), (std::vector<int>{1, 3}));
  EXPECT_EQ(reasons(check, relation), (std::vector<std::string>{"x:partition"}));
}

TEST_F(CheckSqlTest, ContractsWithoutRulesAcceptWhatFits) {
  Contract contract = contract_of(R"({"name":"a","type":"STRING"})");
  Check check{.contract = contract, .upsert_key = {}};
  std::string found = R"([{"column":"a","rule":"type","value":"x","message":"no"}])";
  std::string staged =
      relation({{.values = "'x' AS a"}, {.values = "NULL", .ok = false, .bad = "['a']", .reasons = found}});
  EXPECT_EQ(accepted(check, staged), std::vector<int>{1});
  EXPECT_EQ(full_reasons(check, staged), json::array{json::parse(found)});
}

TEST_F(CheckSqlTest, DefaultsFillBeforeRequiredIsTested) {
  Contract contract =
      contract_of(R"({"name":"a","type":"INTEGER","required":true,"default":7},{"name":"b","type":"DATE"})");
  Check check{.contract = contract, .upsert_key = {}};
  std::string staged = relation({{.values = "NULL::INTEGER AS a, NULL::DATE AS b"}, {.values = "1, NULL"}});
  EXPECT_EQ(accepted(check, staged), (std::vector<int>{1, 2}));
  EXPECT_EQ(rows("SELECT a FROM " + defaulted(contract, staged) + " ORDER BY _row"),
            (json::array{json::array{7}, json::array{1}}));
}

TEST_F(CheckSqlTest, AnUpsertNeedsItsKey) {
  Contract contract = contract_of(R"({"name":"Id","type":"INTEGER"})");
  std::string staged = relation({{.values = "NULL::INTEGER AS \"Id\""}});
  EXPECT_EQ(accepted({.contract = contract, .upsert_key = {}}, staged), std::vector<int>{1});
  Check upsert{.contract = contract, .upsert_key = {"id"}};
  EXPECT_TRUE(accepted(upsert, staged).empty());
  EXPECT_EQ(reasons(upsert, staged), std::vector<std::string>{"Id:required"});
}

TEST_F(CheckSqlTest, NamesChosenToHurt) {
  for (const char* name :
       {"a\"b", "it's", "a/b", "x~1y", "$.z",     "br[1]", "é",      "select", "a.b",         "*", "line\nend",
        "_r",   "_i",   "u0",  "k",    "verdict", "place", "reason", "0",      "back\\slash", "{}"}) {
    json::object column{{"name", name}, {"type", "INTEGER"}, {"min", 5}, {"unique", true}};
    Contract contract = parse_contract_json(json::object{{"columns", json::array{column}}});
    Check check{.contract = contract, .upsert_key = {}};
    std::string staged = relation(
        {{.values = "1 AS " + base::quote_identifier(name), .data = json::serialize(json::object{{name, "1"}})}});
    json::array full = full_reasons(check, staged);
    ASSERT_EQ(full.size(), 1U) << name;
    EXPECT_EQ(full[0].at(0).at("column"), name);
    EXPECT_EQ(full[0].at(0).at("value"), "1") << name;
    EXPECT_EQ(
        collisions(check, "SELECT 5 AS " + base::quote_identifier(name) + ", range + 1 AS _row FROM range(2)", ""),
        std::vector<std::string>{fmt::format("2: {}", name)});
  }
}

TEST_F(CheckSqlTest, AThousandColumnsOfRules) {
  json::array columns;
  std::vector<std::string> values;
  for (std::size_t i = 0; i < 1000; ++i) {
    columns.push_back(
        json::object{{"name", fmt::format("c{}", i)}, {"type", "INTEGER"}, {"required", true}, {"min", 0}});
    values.push_back(fmt::format("{} AS c{}", i == 500 ? -1 : 1, i));
  }
  Contract contract = parse_contract_json(json::object{{"columns", columns}});
  Check check{.contract = contract, .upsert_key = {}};
  EXPECT_EQ(reasons(check, relation({{.values = fmt::format("{}", fmt::join(values, ", "))}})),
            std::vector<std::string>{"c500:min"});
}

TEST_F(CheckSqlTest, UniqueReasonsJoinTheOthers) {
  Contract contract =
      contract_of(R"({"name":"a","type":"INTEGER","unique":true},{"name":"b","type":"INTEGER","max":1})");
  Check check{.contract = contract, .upsert_key = {}};
  std::string staged = relation({{.values = "1 AS a, 1 AS b", .data = R"({"a":"1","b":"1"})"}});
  json::array found = rows(fmt::format("SELECT {} FROM (SELECT *, ['a'] AS _unique FROM {})",
                                       reasons_expression(check, true), defaulted(contract, staged)));
  json::value reasons = json::parse(found.at(0).at(0).as_string());
  ASSERT_EQ(reasons.as_array().size(), 1U);
  EXPECT_EQ(reasons.at(0).at("rule"), "unique");
  EXPECT_EQ(reasons.at(0).at("value"), "1");
}

TEST_F(CheckSqlTest, UniqueKeepsTheFirstThatNothingElseRefuses) {
  Contract contract =
      contract_of(R"({"name":"a","type":"INTEGER","unique":true},{"name":"b","type":"INTEGER","unique":true})");
  Check check{.contract = contract, .upsert_key = {}};
  // Row 2 falls by b, so row 3 may have its a; missing values never collide.
  std::string accepted =
      "SELECT * FROM (VALUES (1, 1, 1), (2, 2, 1), (3, 2, 2), (4, NULL, NULL), (5, NULL, NULL)) v(_row, a, b)";
  EXPECT_EQ(collisions(check, accepted, ""), std::vector<std::string>{"2: b"});
  EXPECT_EQ(collisions(check, accepted, "SELECT 2 AS b, 9 AS a"), (std::vector<std::string>{"2: b", "3: b"}));
  EXPECT_EQ(collisions(check, accepted, "SELECT NULL::INTEGER AS a, NULL::INTEGER AS b"),
            std::vector<std::string>{"2: b"});
}

TEST_F(CheckSqlTest, AnUpsertDoesNotCollideWithWhatItReplaces) {
  Contract contract = contract_of(R"({"name":"id","type":"INTEGER"},{"name":"u","type":"STRING","unique":true})");
  Check check{.contract = contract, .upsert_key = {"id"}};
  std::string accepted = "SELECT * FROM (VALUES (1, 1, 'x'), (2, 1, 'x'), (3, 2, 'x'), (4, 3, 'y')) v(_row, id, u)";
  EXPECT_EQ(collisions(check, accepted, ""), std::vector<std::string>{"3: u"});
  EXPECT_EQ(collisions(check, accepted, "SELECT 3 AS id, 'y' AS u UNION ALL SELECT NULL, 'x'"),
            (std::vector<std::string>{"1: u", "2: u", "3: u"}));
  EXPECT_EQ(collisions({.contract = contract, .upsert_key = {}}, accepted, ""),
            (std::vector<std::string>{"2: u", "3: u"}));
}

TEST_F(CheckSqlTest, UniqueAgreesWithTakingRowsOneByOne) {
  std::mt19937 random(7);
  auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  struct Row {
    int row, key;
    std::vector<std::optional<int>> values;
  };
  for (int round = 0; round < 60; ++round) {
    bool upsert = below(2) == 0;
    std::size_t width = 1 + static_cast<std::size_t>(below(3));
    auto make = [&](int number) {
      Row row{.row = number, .key = below(6), .values = {}};
      for (std::size_t i = 0; i < width; ++i)
        row.values.push_back(below(5) == 0 ? std::nullopt : std::optional(below(8)));
      return row;
    };
    std::vector<Row> batch, table;
    for (int i = 1 + below(18); i > 0; --i) batch.push_back(make(static_cast<int>(batch.size()) + 1));
    for (int i = 1 + below(4); i > 0; --i) table.push_back(make(0));

    std::string columns = R"({"name":"k","type":"INTEGER"})";
    for (std::size_t i = 0; i < width; ++i)
      columns += fmt::format(R"(,{{"name":"u{}","type":"INTEGER","unique":true}})", i);
    Contract contract = contract_of(columns);
    auto sql = [&](const std::vector<Row>& list) {
      std::vector<std::string> parts;
      for (const Row& row : list) {
        std::string part = fmt::format("SELECT {} AS _row, {} AS k", row.row, row.key);
        for (std::size_t i = 0; i < width; ++i) {
          part += fmt::format(", {}::INTEGER AS u{}", row.values[i] ? std::to_string(*row.values[i]) : "NULL", i);
        }
        parts.push_back(part);
      }
      return fmt::format("{}", fmt::join(parts, " UNION ALL "));
    };

    std::vector<std::string> wanted;
    std::vector<Row> kept = table;
    for (const Row& row : batch) {
      std::string wrong;
      for (std::size_t i = 0; i < width; ++i) {
        bool taken = std::any_of(kept.begin(), kept.end(), [&](const Row& other) {
          return row.values[i] && other.values[i] == row.values[i] && !(upsert && other.key == row.key);
        });
        if (taken) wrong += fmt::format("{}u{}", wrong.empty() ? "" : ",", i);
      }
      if (wrong.empty()) {
        kept.push_back(row);
      } else {
        wanted.push_back(fmt::format("{}: {}", row.row, wrong));
      }
    }
    Check check{.contract = contract, .upsert_key = {}};
    if (upsert) check.upsert_key = {"k"};
    EXPECT_EQ(collisions(check, sql(batch), sql(table)), wanted) << sql(batch) << "\nwith " << sql(table);
  }
}

TEST_F(CheckSqlTest, TheLastRowOfAKeyWins) {
  Contract contract = contract_of(R"({"name":"a","type":"INTEGER"},{"name":"_last","type":"STRING"})");
  Check check{.contract = contract, .upsert_key = {"a", "_last"}};
  std::string kept =
      "SELECT * FROM (VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 1, 'x'), (4, 2, 'x'), (5, 1, 'x')) v(_row, a, _last)";
  EXPECT_EQ(rows("SELECT _row FROM (" + superseded_rows(check, kept) + ") ORDER BY 1"),
            (json::array{json::array{1}, json::array{3}}));
  EXPECT_EQ(superseded_rows({.contract = contract, .upsert_key = {}}, kept), "");
  EXPECT_EQ(unique_violations(check, kept, ""), "");
}

}  // namespace
}  // namespace boathouse::core
