// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/row_objects.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace boathouse::api::dataapi {
namespace {

// The rows given in pieces of `piece` bytes.
std::string objects(const std::vector<engine::Column>& columns, std::string_view rows, std::size_t piece) {
  std::string out;
  RowObjects objects([&](std::string_view text) { out += text; });
  objects.on_columns(columns);
  for (std::size_t at = 0; at < rows.size(); at += piece) objects.on_bytes(rows.substr(at, piece));
  objects.finish();
  return out;
}

TEST(RowObjects, NamesValuesInLowerCase) {
  EXPECT_EQ(objects({{"DEPARTMENT", "VARCHAR"}, {"Q1", "BIGINT"}}, R"(["Accounting",1],["IT",0])", 1000),
            R"([{"department":"Accounting","q1":1},{"department":"IT","q1":0}])");
}

TEST(RowObjects, NamesThatAreOneInLowerCaseStayApart) {
  EXPECT_EQ(objects({{"X", "BIGINT"}, {"x", "BIGINT"}, {"x_1", "BIGINT"}}, "[1,2,3]", 100),
            R"([{"x":1,"x_2":2,"x_1":3}])");
}

TEST(RowObjects, NoRowsAreAnEmptyList) { EXPECT_EQ(objects({{"a", "BIGINT"}}, "", 10), "[]"); }

TEST(RowObjects, ValuesPassToTheLetterWhateverThePieces) {
  std::string_view rows =
      R"(["a,b]\"[{",1.50,[1,[2]],{"k":["]","\\"]}],[null,-0.0,[],{}],["\\",12345678901234567890,true,""])";
  std::vector<engine::Column> columns = {{"A", "VARCHAR"}, {"B \"x\"", "DOUBLE"}, {"c", "INTEGER[]"}, {"D", "STRUCT"}};
  std::string expected = R"([{"a":"a,b]\"[{","b \"x\"":1.50,"c":[1,[2]],"d":{"k":["]","\\"]}},)"
                         R"({"a":null,"b \"x\"":-0.0,"c":[],"d":{}},)"
                         R"({"a":"\\","b \"x\"":12345678901234567890,"c":true,"d":""}])";
  for (std::size_t piece = 1; piece <= rows.size(); ++piece)
    EXPECT_EQ(objects(columns, rows, piece), expected) << piece;
  EXPECT_NO_THROW(boost::json::parse(expected));
}

}  // namespace
}  // namespace boathouse::api::dataapi
