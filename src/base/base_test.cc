// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "base/encoding.h"
#include "base/error_kinds.h"
#include "base/figures.h"
#include "base/file.h"
#include "base/ids.h"
#include "base/log_format.h"
#include "base/names.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "base/time.h"

namespace boathouse::base {
namespace {

bool is_allowed(std::string_view name) {
  try {
    check_name(name);
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return false;
  }
}

TEST(Names, TablesMayBeNamedFreelyWithinTheRules) {
  std::string longest;
  for (int i = 0; i < 128; ++i) longest += "😀";
  for (std::string_view name : {"a", "a/data", "br[1]", "st*r", "h#x", "q?x", "a b", "ä", "%2f", "'", "\"", "a.b"}) {
    EXPECT_TRUE(is_allowed(name)) << name;
  }
  EXPECT_TRUE(is_allowed(longest));
  EXPECT_FALSE(is_allowed(longest + "x"));
  for (std::string_view name : {"", "/", "a//b", "/a", "a/", "..", "a/../b", "a/.", "a\\b", "a$b", "a@b",
                                "x__quarantine", "X__QUARANTINE", "a\nb", "\xff", "a\x7f"}) {
    EXPECT_FALSE(is_allowed(name)) << name;
  }
}

TEST(Names, ReduceUsersToWorkspaces) {
  EXPECT_EQ(reduce_to_workspace_name("Ann@Example.com"), "ann-example-com");
  EXPECT_EQ(reduce_to_workspace_name("--"), "user");
  EXPECT_NO_THROW(check_workspace_name(reduce_to_workspace_name(std::string(200, 'x'))));
}

TEST(Names, SlugsHoldOnlyPlainCharacters) {
  EXPECT_EQ(slug("../a/b c"), "abc");
  EXPECT_EQ(slug("😀"), "table");
}

TEST(Names, QuotingDoublesItsMark) {
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_string("a'b"), "'a''b'");
}

TEST(Time, Rfc3339RoundTrips) {
  for (std::string_view text : {"1970-01-01T00:00:00Z", "2024-02-29T23:59:59.999999Z", "0001-01-01T00:00:00Z",
                                "9999-12-31T00:00:00.500Z", "1969-12-31T23:59:59.999Z"}) {
    auto at = parse_rfc3339(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(to_rfc3339(*at), text);
  }
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("9999-12-31T23:59:59Z") + kSecond), "10000-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("0001-01-01T00:00:00Z") - 367 * kDay), "-001-12-31T00:00:00Z");
  EXPECT_EQ(parse_rfc3339("2024-06-01T02:00:00+02:00"), parse_rfc3339("2024-06-01"));
  for (std::string_view text :
       {"2023-02-29", "2024-6-1", "2024-06-01T24:00:00Z", "2024-06-01T00:00:00", "2024-06-01T00:00:00.1234567Z", ""}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Time, Durations) {
  EXPECT_EQ(parse_duration("30s")->micros, 30 * kSecond);
  EXPECT_TRUE(parse_duration("forever")->forever);
  for (std::string_view text : {"90s", "1h", "2d", "61m", "1500ms", "7us", "0s", "forever"}) {
    EXPECT_EQ(to_text(*parse_duration(text)), text);
  }
  EXPECT_EQ(to_text(*parse_duration("24h")), "1d");
  for (std::string_view text : {"", "s", "5", "-1s", "1w", "99999999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Encoding, Base64IsStrict) {
  for (std::string_view text : {"", "f", "fo", "foo", "foob"}) EXPECT_EQ(from_base64(to_base64(text)), text);
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  for (std::string_view text : {"Zm8", "Zm9=", "Z===", "Zm 8", "===="}) EXPECT_FALSE(from_base64(text)) << text;
  EXPECT_EQ(to_base64url("\xff\xfe"), "__4");
}

TEST(Encoding, Percent) {
  EXPECT_EQ(percent_encode("a/b c%"), "a%2Fb%20c%25");
  EXPECT_EQ(percent_decode("a%2Fb+c", true), "a/b c");
  EXPECT_FALSE(percent_decode("%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Names, UserNamesStandInPaths) {
  for (const char* good : {"a", "ann@example.org", "...", ".a", "\u00e9"})
    EXPECT_NO_THROW(check_user_name(good)) << good;
  for (const char* bad : {"", ".", "..", "a b", "a\u2003b", "a\u00a0b", "a/b", "a\\b", "a\tb", "\xff"}) {
    EXPECT_THROW(check_user_name(bad), Error) << bad;
  }
  EXPECT_NO_THROW(check_user_name(std::string(254, 'x')));
  EXPECT_THROW(check_user_name(std::string(255, 'x')), Error);
}

TEST(Names, UniqueOnesDifferByMoreThanCase) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(unique_names({"a", "b"}), (Names{"a", "b"}));
  EXPECT_EQ(unique_names({"a", "A", "a_1", "a"}), (Names{"a", "A_2", "a_1", "a_3"}));
}

TEST(Encoding, CodePoints) {
  EXPECT_EQ(code_points("aä😀"), 3U);
  EXPECT_EQ(prefix_code_points("aä😀b", 3), "aä😀");
  EXPECT_FALSE(is_utf8("\xc3"));
  EXPECT_TRUE(is_plain_text("a \xc3\xa4"));
  for (const char* text : {"\xc3", "\t", "a\x1f", "\x7f"}) EXPECT_FALSE(is_plain_text(text)) << text;
}

TEST(Ids, Version7Sorts) {
  std::string last;
  for (int i = 0; i < 10000; ++i) {
    std::string id = uuid_v7();
    ASSERT_TRUE(is_uuid(id));
    ASSERT_LT(last, id);
    last = id;
  }
}

TEST(Ids, AMarkIsReadBackAndLeavesTheOrder) {
  std::string last;
  for (int mark : {0xffff, 0, 0x1234, 1}) {
    std::string id = uuid_v7(static_cast<std::uint16_t>(mark));
    ASSERT_TRUE(is_uuid(id));
    EXPECT_EQ(uuid_mark(id), mark);
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST(Files, ReplaceIsWhole) {
  TemporaryFolder folder(std::filesystem::temp_directory_path());
  replace_file_durably(folder.path() / "x", "one");
  replace_file_durably(folder.path() / "x", "two");
  EXPECT_EQ(read_file(folder.path() / "x"), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_THROW(read_file(folder.path() / "none"), Error);
}

TEST(Durations, FallIntoTheBucketOfTheirBound) {
  Durations durations;
  { Timing timing(durations); }
  durations.observe(2 * kSecond);
  durations.observe(3 * kSecond);
  Durations::Reading reading = durations.read();
  std::uint64_t all = 0;
  for (std::uint64_t count : reading.counts) all += count;
  EXPECT_EQ(all, 3U);
  auto bound = std::find(kDurationBounds.begin(), kDurationBounds.end(), 2.5) - kDurationBounds.begin();
  EXPECT_EQ(reading.counts.at(static_cast<std::size_t>(bound)), 1U);
  EXPECT_EQ(reading.counts.at(static_cast<std::size_t>(bound) + 1), 1U);
  EXPECT_GE(reading.seconds, 5);
}

TEST(Errors, KindsStandAtTheirNumbers) {
  for (std::size_t i = 0; i < kErrorKinds.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(kErrorKinds.at(i)), i);
  EXPECT_EQ(kErrorKinds.back(), ErrorKind::internal);
}

TEST(Log, TextLinesReadAtAGlanceAndStayOneLine) {
  boost::json::object fields{{"status", 200}, {"path", "/a"}, {"why", "two words"}, {"raw", "x\n\"y\""}, {"left", ""}};
  EXPECT_EQ(
      log_line(LogFormat::text, LogLevel::warning, 0, "request", fields),
      "1970-01-01T00:00:00Z warning request status=200 path=/a why=\"two words\" raw=\"x\\n\\\"y\\\"\" left=\"\"");
  EXPECT_EQ(log_line(LogFormat::json, LogLevel::info, 0, "x", {{"a", 1}}),
            R"({"at":"1970-01-01T00:00:00Z","level":"info","event":"x","a":1})");
}

TEST(ThreadPool, RunsAllAndRefusesPastItsBound) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(2, 1000);
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(pool.submit([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 1000);
  ThreadPool none(0, 1);
  EXPECT_TRUE(none.submit([] {}));
  EXPECT_FALSE(none.submit([] {}));
}

}  // namespace
}  // namespace boathouse::base
