// SPDX-License-Identifier: Apache-2.0
#include "batch/flatten.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boathouse::batch {
namespace {

using testing::ElementsAre;

// The members of the line that are not ours, as `name=token`.
std::vector<std::string> flat(Flattener& flattener, std::string_view document) {
  std::string line;
  flattener.add(document, {.id = "ID", .received_at = "AT", .request = "REQUEST"}, line);
  EXPECT_TRUE(is_json(line)) << line;
  std::vector<std::string> members;
  JsonMembers walk(line, 0);
  std::string_view name;
  std::string_view value;
  while (walk.next(name, value)) {
    if (name == R"("_id")") {
      EXPECT_EQ(value, R"("ID")");
    } else if (name == R"("_received_at")") {
      EXPECT_EQ(value, R"("AT")");
    } else if (name == R"("_request")") {
      EXPECT_EQ(value, R"("REQUEST")");
    } else if (name == R"("_document")") {
      EXPECT_EQ(whole_document(line), document);
    } else {
      members.push_back(std::string(name.substr(1, name.size() - 2)) + "=" + std::string(value));
    }
  }
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  return members;
}

std::vector<std::string> flat(std::string_view document) {
  Flattener flattener({});
  return flat(flattener, document);
}

TEST(Flatten, NestedKeysAreJoinedAndItemsTakeTheirIndex) {
  EXPECT_THAT(flat(R"({"a":1,"b":{"c":"x","d":{"e":true}},"tags":["p",{"q":2.5},[3]]})"),
              ElementsAre("a=1", R"(b__c="x")", "b__d__e=true", R"(tags__0="p")", "tags__1__q=2.5", "tags__2__0=3"));
}

TEST(Flatten, TheWholeDocumentStaysByteForByte) {
  flat("  {\"a\" : \"\\u0041 \\\"}\"}\r\n");
  flat("{\n  \"a\": [1,\n 2]\n}");
  flat(R"({"_document":"x","a":{"_id":"ID","_document":{}}})");
  flat("{\"a\":\"\x7f \xc3\xa9 \\ud800\"}");
}

TEST(Flatten, NothingStaysWithoutAValue) {
  EXPECT_THAT(flat(" { } "), ElementsAre());
  EXPECT_THAT(flat(R"({"a":null,"b":{},"c":[],"d":[null],"e":{"f":null}})"), ElementsAre());
}

TEST(Flatten, ValuesStayAsTheyWereWritten) {
  EXPECT_THAT(flat(R"({"a":1.50,"b":-0,"c":1E3,"d":"\u0041\n","e":"é"})"),
              ElementsAre("a=1.50", "b=-0", "c=1E3", R"(d="\u0041\n")", R"(e="é")"));
}

TEST(Flatten, ADocumentOverSeveralLinesIsOneLine) {
  EXPECT_THAT(flat("\r\n{\n\t\"a\" :\n 1 ,\n \"b\": [ 1 ,\n 2 ] }\n"), ElementsAre("a=1", "b__0=1", "b__1=2"));
}

TEST(Flatten, NumbersThatNoColumnHoldsHaveNoValue) {
  EXPECT_THAT(flat(R"({"a":9223372036854775807,"b":9223372036854775808,"c":-9223372036854775808,)"
                   R"("d":-9223372036854775809,"e":1e400,"f":1e308,"g":1234567890123456789012345678901234567890})"),
              ElementsAre("a=9223372036854775807", "c=-9223372036854775808", "f=1e308"));
}

TEST(Flatten, ColumnsGrow) {
  Flattener flattener({{.name = "a"}});
  EXPECT_THAT(flat(flattener, R"({"b":1,"a":2})"), ElementsAre("b=1", "a=2"));
  EXPECT_THAT(flat(flattener, R"({"c":{"d":1}})"), ElementsAre("c__d=1"));
  EXPECT_THAT(flattener.columns(),
              ElementsAre(testing::Field(&FlatColumn::name, "a"), testing::Field(&FlatColumn::name, "b"),
                          testing::Field(&FlatColumn::name, "c__d")));
}

TEST(Flatten, ColumnsTellWhatTheirValuesWere) {
  using Kind = FlatColumn::Kind;
  Flattener flattener({{.name = "known"}});
  flat(flattener, R"({"i":1,"n":2.0,"t":"x","b":true,"late":null,"big":9007199254740993,"even":9007199254740992})");
  flat(flattener, R"({"i":1e0,"n":3,"t":4,"late":false})");
  auto column = [&](std::string_view name) {
    for (const FlatColumn& one : flattener.columns()) {
      if (one.name == name) return one;
    }
    return FlatColumn{};
  };
  EXPECT_EQ(column("known").first, Kind::none);
  EXPECT_EQ(column("i").first, Kind::integer);
  EXPECT_TRUE(column("i").has_number);
  EXPECT_EQ(column("n").first, Kind::number);
  EXPECT_EQ(column("t").first, Kind::text);
  EXPECT_FALSE(column("t").has_number);
  EXPECT_EQ(column("b").first, Kind::boolean);
  EXPECT_EQ(column("late").first, Kind::boolean);
  EXPECT_TRUE(column("big").past_double);
  EXPECT_FALSE(column("even").past_double);
}

TEST(Flatten, AWholeColumnTakesNestedValuesAsTheyAre) {
  Flattener flattener({{.name = "p", .whole = true}, {.name = "q__r", .whole = true}});
  EXPECT_THAT(flat(flattener, R"({"p":{"x":[1, 2]},"q":{"r":[],"s":1}})"),
              ElementsAre(R"(p={"x":[1, 2]})", "q__r=[]", "q__s=1"));
  EXPECT_THAT(flat(flattener, "{\"p\":{\n\"x\":\r\n[1]}}"), ElementsAre(R"(p={ "x":  [1]})")) << "on one line";
  EXPECT_THAT(flat(flattener, R"({"p":5,"P":{"x":1}})"), ElementsAre("p=5", "P__x=1"));
}

TEST(Flatten, WhatHasNoColumnOfItsOwnIsKeptInRest) {
  EXPECT_THAT(flat(R"({"a":1,"A":2,"a":3})"), ElementsAre("a=1", R"(_rest={"A":2,"a":3})"));
  EXPECT_THAT(flat(R"({"a__b":1,"a":{"b":2}})"), ElementsAre("a__b=1", R"(_rest={"a__b":2})"));
  EXPECT_THAT(flat(R"({"_id":1,"_Document":"x","_REST":[2],"_received_at":3,"ok":4})"),
              ElementsAre("_REST__0=2", "ok=4", R"(_rest={"_id":1,"_Document":"x","_received_at":3})"))
      << "only the names themselves are ours";
  EXPECT_THAT(flat(R"({"_row":1,"_OK":2})"), ElementsAre(R"(_rest={"_row":1,"_OK":2})"));
  EXPECT_THAT(flat(R"({"":1,"a\u0000b":2})"), ElementsAre(R"(_rest={"":1,"a\u0000b":2})"));
  Flattener flattener({{.name = "Name"}});
  EXPECT_THAT(flat(flattener, R"({"name":1})"), ElementsAre(R"(_rest={"name":1})"));
  EXPECT_THAT(flat(flattener, R"({"Name":1})"), ElementsAre("Name=1"));
}

TEST(Flatten, ColumnsHaveALimit) {
  Flattener flattener({{.name = "a"}}, 2);
  EXPECT_THAT(flat(flattener, R"({"b":1,"c":2,"a":3})"), ElementsAre("b=1", "a=3", R"(_rest={"c":2})"));
}

TEST(Flatten, LongKeysHaveNoColumn) {
  const std::string fits(kMaxDocumentColumnName, 'k');
  EXPECT_THAT(flat(fmt::format(R"({{"{}":1}})", fits)), ElementsAre(fits + "=1"));
  EXPECT_THAT(flat(fmt::format(R"({{"{}x":1}})", fits)), ElementsAre(fmt::format(R"(_rest={{"{}x":1}})", fits)));
  Flattener flattener({{.name = fits + "x"}});
  EXPECT_THAT(flat(flattener, fmt::format(R"({{"{}x":1}})", fits)), ElementsAre(fits + "x=1")) << "it is there already";
}

TEST(Flatten, OddKeysAreNamesLikeOthers) {
  EXPECT_THAT(flat(R"({"a.b":1,"q\"r":2,"\u00e9":3,"x y":4})"), ElementsAre("a.b=1", R"(q\"r=2)", "é=3", "x y=4"));
  EXPECT_THAT(flat(R"({"\ud800":1})"), ElementsAre(R"(\\ud800=1)"));
}

std::string fault_of(std::string_view text) {
  JsonFault fault;
  return check_document(text, fault) ? "" : fmt::format("{}: {}", fault.at, fault.what);
}

TEST(Flatten, OnlyObjectsAreDocuments) {
  EXPECT_EQ(fault_of(R"( {"a":[1,{"b":null}]} )"), "");
  EXPECT_EQ(fault_of("[1]"), "0: a document is a JSON object");
  EXPECT_EQ(fault_of("{} {}"), "3: something follows the object");
  for (std::string_view wrong :
       {"", " ", "{", "{\"a\"}", "{\"a\":1,}", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "nul"}) {
    EXPECT_NE(fault_of(wrong), "") << wrong;
  }
}

TEST(Flatten, DocumentsAreAtMostSixtyFourLevelsDeep) {
  auto nested = [](int levels) {
    return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_EQ(fault_of(nested(64)), "");
  EXPECT_THAT(fault_of(nested(65)), testing::HasSubstr("64 levels"));
  EXPECT_EQ(fault_of(R"({"a":")" + std::string(100, '[') + R"(\"[["})"), "");
}

}  // namespace
}  // namespace boathouse::batch
