// SPDX-License-Identifier: Apache-2.0
#include "net/conditional.h"

#include <gtest/gtest.h>

#include "net/http_date.h"

namespace boathouse::net {
namespace {

constexpr std::string_view kModified = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr base::Micros kAt = 784'111'777 * base::kSecond;

using Fields = std::vector<std::pair<std::string, std::string>>;

Request asking(const Fields& fields, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}

// "status offset+length" of a thing of 100 bytes with the tag "a".
std::string selected(const Fields& fields, std::uint64_t whole = 100, const std::string& method = "GET") {
  Selection found = select_part(asking(fields, method), {.etag = "\"a\"", .modified = kAt + 123}, whole);
  return fmt::format("{} {}+{}", found.status, found.offset, found.length);
}
std::string ranged(const std::string& range, std::uint64_t whole = 100) { return selected({{"Range", range}}, whole); }

TEST(Conditional, AllOfItUnlessAsked) {
  EXPECT_EQ(selected({}), "200 0+100");
  EXPECT_EQ(selected({}, 0), "200 0+0");
}

TEST(Conditional, OneRange) {
  EXPECT_EQ(ranged("bytes=0-0"), "206 0+1");
  EXPECT_EQ(ranged("bytes=10-19"), "206 10+10");
  EXPECT_EQ(ranged("bytes=10-"), "206 10+90");
  EXPECT_EQ(ranged("bytes=0-"), "206 0+100");
  EXPECT_EQ(ranged("bytes=99-"), "206 99+1");
  EXPECT_EQ(ranged("bytes=99-99"), "206 99+1");
  EXPECT_EQ(ranged("bytes=90-100"), "206 90+10") << "past the end it ends there";
  EXPECT_EQ(ranged("bytes=90-99999999999999999999999"), "206 90+10");
  EXPECT_EQ(ranged("Bytes=1-2"), "206 1+2");
  EXPECT_EQ(ranged("bytes = , 1-2 ,"), "206 1+2");
}

TEST(Conditional, ARangeFromTheEnd) {
  EXPECT_EQ(ranged("bytes=-1"), "206 99+1");
  EXPECT_EQ(ranged("bytes=-100"), "206 0+100");
  EXPECT_EQ(ranged("bytes=-101"), "206 0+100");
  EXPECT_EQ(ranged("bytes=-99999999999999999999999"), "206 0+100");
  EXPECT_EQ(ranged("bytes=-0"), "416 0+0");
}

TEST(Conditional, ARangeThatIsNotThere) {
  EXPECT_EQ(ranged("bytes=100-"), "416 0+0");
  EXPECT_EQ(ranged("bytes=100-200"), "416 0+0");
  EXPECT_EQ(ranged("bytes=99999999999999999999999-"), "416 0+0");
  EXPECT_EQ(ranged("bytes=0-", 0), "416 0+0");
  EXPECT_EQ(ranged("bytes=-0", 0), "416 0+0");
  EXPECT_EQ(ranged("bytes=-1", 0), "200 0+0") << "the last bytes of none are all that there are";
}

TEST(Conditional, WhatIsNoRangeIsPassedOver) {
  for (const char* range : {"bytes=5-4", "bytes=-", "bytes=", "bytes", "0-1", "rows=0-1", "bytes=a-b", "bytes=1-2x",
                            "bytes=+1-2", "bytes=0x1-2", "bytes=1 - 2", "bytes=--1", "bytes=0-1,5-6", ""}) {
    EXPECT_EQ(ranged(range), "200 0+100") << range;
  }
  EXPECT_EQ(selected({{"Range", "bytes=0-1"}, {"Range", "bytes=2-3"}}), "200 0+100");
  EXPECT_EQ(selected({{"Range", "bytes=0-1"}}, 100, "HEAD"), "200 0+100") << "ranges are for GET";
}

TEST(Conditional, IfRangeByTag) {
  auto with = [](const std::string& condition) { return selected({{"Range", "bytes=50-"}, {"If-Range", condition}}); };
  EXPECT_EQ(with("\"a\""), "206 50+50");
  EXPECT_EQ(with(" \"a\" "), "206 50+50");
  EXPECT_EQ(with("\"b\""), "200 0+100");
  EXPECT_EQ(with("W/\"a\""), "200 0+100") << "a weak tag does not say that the bytes are the same";
  EXPECT_EQ(with("*"), "200 0+100");
  EXPECT_EQ(with(""), "200 0+100");
  EXPECT_EQ(selected({{"Range", "bytes=100-"}, {"If-Range", "\"b\""}}), "200 0+100") << "not even 416";
}

TEST(Conditional, IfRangeByDate) {
  auto with = [](const std::string& condition) { return selected({{"Range", "bytes=50-"}, {"If-Range", condition}}); };
  EXPECT_EQ(with(std::string(kModified)), "206 50+50");
  EXPECT_EQ(with("Sun, 06 Nov 1994 08:49:36 GMT"), "200 0+100");
  EXPECT_EQ(with("Sun, 06 Nov 1994 08:49:38 GMT"), "200 0+100") << "later is not the same";
  EXPECT_EQ(with("yesterday"), "200 0+100");
  Request request = asking({{"Range", "bytes=50-"}, {"If-Range", std::string(kModified)}});
  EXPECT_EQ(select_part(request, {.etag = "\"a\""}, 100).status, 200) << "without a date of its own";
}

TEST(Conditional, IfNoneMatch) {
  for (const char* list :
       {"\"a\"", "W/\"a\"", "*", " * ", "\"x\", \"a\"", "\"x\",W/\"a\"", ", \"a\",", "\"a\" , \"b\""}) {
    EXPECT_EQ(selected({{"If-None-Match", list}}), "304 0+0") << list;
    EXPECT_EQ(selected({{"If-None-Match", list}}, 100, "HEAD"), "304 0+0") << list;
  }
  for (const char* list : {"\"b\"", "a", "\"A\"", "\"a", "\"x,\"a\"\"", "", "\"x, \"", "w/\"a\""}) {
    EXPECT_EQ(selected({{"If-None-Match", list}}), "200 0+100") << list;
  }
  EXPECT_EQ(selected({{"If-None-Match", "\"x\""}, {"If-None-Match", "\"a\""}}), "304 0+0");
  EXPECT_EQ(selected({{"If-None-Match", "\"a\""}, {"Range", "bytes=0-1"}}), "304 0+0") << "before any range";
}

TEST(Conditional, ATagMayHoldACommaAndABackslash) {
  Request request = asking({{"If-None-Match", "\"x\", \"a,b\\\", \"y\""}});
  EXPECT_EQ(select_part(request, {.etag = "\"a,b\\\""}, 1).status, 304);
}

TEST(Conditional, IfModifiedSince) {
  EXPECT_EQ(selected({{"If-Modified-Since", std::string(kModified)}}), "304 0+0") << "less than a second is not told";
  EXPECT_EQ(selected({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:38 GMT"}}), "304 0+0");
  EXPECT_EQ(selected({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}), "200 0+100");
  EXPECT_EQ(selected({{"If-Modified-Since", "soon"}}), "200 0+100");
  EXPECT_EQ(selected({{"If-Modified-Since", std::string(kModified)}, {"If-None-Match", "\"b\""}}), "200 0+100")
      << "the tag goes before the date";
}

TEST(Conditional, IfMatch) {
  EXPECT_EQ(selected({{"If-Match", "\"a\""}}), "200 0+100");
  EXPECT_EQ(selected({{"If-Match", "*"}}), "200 0+100");
  EXPECT_EQ(selected({{"If-Match", "\"x\", \"a\""}, {"Range", "bytes=0-1"}}), "206 0+2");
  EXPECT_EQ(selected({{"If-Match", "\"b\""}}), "412 0+0");
  EXPECT_EQ(selected({{"If-Match", "W/\"a\""}}), "412 0+0");
  EXPECT_EQ(selected({{"If-Match", "\"b\""}, {"If-None-Match", "\"a\""}}), "412 0+0");
  EXPECT_EQ(selected({{"If-Unmodified-Since", std::string(kModified)}}), "200 0+100");
  EXPECT_EQ(selected({{"If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}), "412 0+0");
  EXPECT_EQ(selected({{"If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}, {"If-Match", "\"a\""}}), "200 0+100");
}

TEST(Conditional, AnswersOfAFile) {
  auto answer = [](const Fields& fields) {
    return conditional_response(asking(fields), {.etag = "\"a\"", .modified = kAt},
                                FileBody{.file = {}, .offset = 7, .length = 100}, "x/y");
  };
  Response whole = answer({});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.headers.get("ETag"), "\"a\"");
  EXPECT_EQ(whole.headers.get("Last-Modified"), kModified);
  EXPECT_EQ(whole.headers.get("Accept-Ranges"), "bytes");
  EXPECT_EQ(whole.headers.get("Content-Type"), "x/y");
  EXPECT_FALSE(whole.headers.has("Content-Range"));

  Response part = answer({{"Range", "bytes=-10"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.headers.get("Content-Range"), "bytes 90-99/100");
  EXPECT_EQ(std::get<FileBody>(part.body).offset, 97U);
  EXPECT_EQ(std::get<FileBody>(part.body).length, 10U);

  Response past = answer({{"Range", "bytes=100-"}});
  EXPECT_EQ(past.status, 416);
  EXPECT_EQ(past.headers.get("Content-Range"), "bytes */100");
  EXPECT_TRUE(std::get<std::string>(past.body).empty());

  Response known = answer({{"If-None-Match", "*"}});
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(known.headers.get("ETag"), "\"a\"");
  EXPECT_TRUE(std::get<std::string>(known.body).empty());
}

TEST(HttpDate, AllThreeForms) {
  EXPECT_EQ(to_http_date(kAt + 999'999), kModified);
  EXPECT_EQ(parse_http_date(kModified), kAt);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), kAt);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), kAt);
  EXPECT_EQ(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(to_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpDate, NothingElse) {
  for (const char* text :
       {"", "Sun", "Sun,", "Sun, ", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "784111777", "1994-11-06T08:49:37Z", "Sun Nov 06 08:49:37"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace boathouse::net
