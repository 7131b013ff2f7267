// SPDX-License-Identifier: Apache-2.0
#include "core/trigger.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"

namespace boathouse::core {
namespace {

Trigger parsed(std::string_view fields) { return parse_trigger("t", boost::json::parse(fields).as_object()); }

// The field that an error is about, with its message; "" when there is none.
std::string mistake(std::string_view fields, const std::string& name = "t") {
  try {
    parse_trigger(name, boost::json::parse(fields).as_object());
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::invalid_argument);
    return std::string(error.detail().at("field").as_string());
  }
  return "";
}

TEST(Trigger, OnlyTheBucketMustBeSaid) {
  const Trigger trigger = parsed(R"({"bucket":"files"})");
  EXPECT_EQ(trigger.prefix, "data/");
  EXPECT_EQ(trigger.suffix, "");
  EXPECT_FALSE(trigger.table || trigger.mode || trigger.sinks || trigger.file.format);
  EXPECT_TRUE(trigger.key.empty());
}

TEST(Trigger, EveryFieldComesBack) {
  const std::string all =
      R"({"bucket":"files","prefix":"in/","suffix":".csv","table":"a/b","mode":"upsert","key":["x","y"],)"
      R"("sinks":["pg"],"format":"csv","delimiter":";","header":false})";
  boost::json::object back = to_json(parsed(all));
  EXPECT_EQ(back.at("name"), "t");
  back.erase("name");
  EXPECT_EQ(back, boost::json::parse(all).as_object());
  const Trigger again = trigger_of(row_of(parsed(all), base::WorkspaceId("w")));
  EXPECT_EQ(to_json(again), to_json(parsed(all)));
}

TEST(Trigger, WhatIsShortIsUnderstood) {
  EXPECT_EQ(parsed(R"({"bucket":"files","key":"id"})").key, std::vector<std::string>{"id"});
  EXPECT_EQ(parsed(R"({"bucket":"files","format":"tsv"})").file.delimiter, '\t');
  EXPECT_FALSE(parsed(R"({"bucket":"files","mode":"auto","sinks":null})").mode);
  EXPECT_TRUE(parsed(R"({"bucket":"files","sinks":[]})").sinks->empty());
  EXPECT_EQ(mistake(R"({"bucket":"files","name":"T"})"), "");
}

TEST(Trigger, AMistakeNamesItsField) {
  EXPECT_EQ(mistake("{}"), "bucket");
  EXPECT_EQ(mistake(R"({"bucket":"No"})"), "bucket");
  EXPECT_EQ(mistake(R"({"bucket":1})"), "bucket");
  EXPECT_EQ(mistake(R"({"bucket":"files","colour":"red"})"), "colour");
  EXPECT_EQ(mistake(R"({"bucket":"files","name":"other"})"), "name");
  EXPECT_EQ(mistake(R"({"bucket":"files"})", "a$b"), "name");
  EXPECT_EQ(mistake(R"({"bucket":"files","table":"x__quarantine"})"), "table");
  EXPECT_EQ(mistake(R"({"bucket":"files","mode":"merge"})"), "mode");
  EXPECT_EQ(mistake(R"({"bucket":"files","mode":"append","key":["id"]})"), "key");
  EXPECT_EQ(mistake(R"({"bucket":"files","key":["id","ID"]})"), "key");
  EXPECT_EQ(mistake(R"({"bucket":"files","key":[""]})"), "key");
  EXPECT_EQ(mistake(R"({"bucket":"files","key":[1]})"), "key");
  EXPECT_EQ(mistake(R"({"bucket":"files","sinks":"pg"})"), "sinks");
  EXPECT_EQ(mistake(R"({"bucket":"files","sinks":["a@b"]})"), "sinks");
  EXPECT_EQ(mistake(R"({"bucket":"files","format":"xml"})"), "format");
  EXPECT_EQ(mistake(R"({"bucket":"files","delimiter":"ab"})"), "delimiter");
  EXPECT_EQ(mistake(R"({"bucket":"files","delimiter":"\""})"), "delimiter");
  EXPECT_EQ(mistake(R"({"bucket":"files","delimiter":"\n"})"), "delimiter");
  EXPECT_EQ(mistake(R"({"bucket":"files","format":"json","delimiter":";"})"), "delimiter");
  EXPECT_EQ(mistake(R"({"bucket":"files","format":"parquet","header":true})"), "header");
  EXPECT_EQ(mistake(R"({"bucket":"files","header":"yes"})"), "header");
}

TEST(Trigger, APrefixIsAsLongAsAKeyAtTheMost) {
  auto of_length = [](std::size_t bytes) {
    return R"({"bucket":"files","prefix":")" + std::string(bytes, 'a') + R"("})";
  };
  EXPECT_EQ(mistake(of_length(1024)), "");
  EXPECT_EQ(mistake(of_length(1025)), "prefix");
}

TEST(Trigger, AKeyMatchesByBeginAndEnd) {
  const Trigger trigger = parsed(R"({"bucket":"files","prefix":"in/","suffix":".csv"})");
  EXPECT_TRUE(matches(trigger, "in/a.csv"));
  EXPECT_TRUE(matches(trigger, "in/sub/a.csv"));
  EXPECT_FALSE(matches(trigger, "in/a.csv.gz"));
  EXPECT_FALSE(matches(trigger, "out/in/a.csv"));
  EXPECT_FALSE(matches(parsed(R"({"bucket":"files","prefix":"a.c","suffix":".csv"})"), "a.csv"))
      << "they do not overlap";
  EXPECT_TRUE(matches(default_trigger("files"), "data/a"));
  EXPECT_FALSE(matches(default_trigger("files"), "data/")) << "what consoles make as a folder";
  EXPECT_FALSE(matches(default_trigger("files"), "data/sub/"));
}

TEST(Trigger, TheTableIsToldOrTheFilesName) {
  EXPECT_EQ(table_for(default_trigger("files"), "data/2024/orders.csv.gz"), "orders");
  EXPECT_EQ(table_for(parsed(R"({"bucket":"files","table":"sales"})"), "data/orders.csv"), "sales");
  for (const char* key : {"data/.csv", "data/a$b.csv", "data/x__quarantine.csv"}) {
    EXPECT_THROW(table_for(default_trigger("files"), key), base::Error) << key;
  }
}

}  // namespace
}  // namespace boathouse::core
