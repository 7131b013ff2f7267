// SPDX-License-Identifier: Apache-2.0
#include "batch/strptime.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/time.h"

namespace boathouse::batch {
namespace {

std::optional<std::int64_t> read(const char* format, TypeKind kind, const char* text) {
  std::int64_t value = 0;
  return StrptimeFormat::compile(format, kind).parse(text, value) ? std::optional(value) : std::nullopt;
}

std::int64_t day(std::int64_t year, unsigned month, unsigned of_month) {
  return base::days_from_civil(year, month, of_month);
}

TEST(Strptime, ReadsDates) {
  const std::tuple<const char*, const char*, std::int64_t> cases[] = {
      {"%d/%m/%Y", "01/06/2024", day(2024, 6, 1)},
      {"%Y%m%d", "20240229", day(2024, 2, 29)},
      {"%F", "2024-02-29", day(2024, 2, 29)},
      {"%-d.%-m.%Y", "1.6.2024", day(2024, 6, 1)},
      {"%-d.%-m.%Y", "01.06.2024", day(2024, 6, 1)},
      {"%d %b %y", "05 Sep 99", day(1999, 9, 5)},
      {"%d %B %y", "05 september 68", day(2068, 9, 5)},
      {"%y-%m-%d", "69-01-01", day(1969, 1, 1)},
      {"%Y-%j", "2024-366", day(2024, 12, 31)},
      {"%a %d %b %Y", "Sat 01 Jun 2024", day(2024, 6, 1)},
      {"%A, %d %b %Y", "SATURDAY, 01 Jun 2024", day(2024, 6, 1)},
      {"%d%%%m%%%Y", "01%06%2024", day(2024, 6, 1)},
      {"%Y-%m-%d", "0001-01-01", day(1, 1, 1)},
  };
  for (const auto& [format, text, expected] : cases) EXPECT_EQ(read(format, TypeKind::date, text), expected) << text;
}

TEST(Strptime, RefusesWhatIsNotExactlyWritten) {
  const std::pair<const char*, const char*> cases[] = {
      {"%d/%m/%Y", "1/06/2024"},   {"%d/%m/%Y", "01/6/2024"},    {"%d/%m/%Y", "31/06/2024"},
      {"%d/%m/%Y", "01/06/24"},    {"%d/%m/%Y", "01/06/20245"},  {"%d/%m/%Y", " 01/06/2024"},
      {"%d/%m/%Y", "01/06/2024 "}, {"%d/%m/%Y", "01-06-2024"},   {"%d/%m/%Y", ""},
      {"%d/%m/%Y", "01/06/0000"},  {"%Y-%j", "2023-366"},        {"%Y-%j", "2024-000"},
      {"%Y-%j", "2024-12"},        {"%a %F", "Sun 2024-06-01"},  {"%d %b %Y", "05 Sept 2024"},
      {"%d %b %Y", "05 Foo 2024"}, {"%-d.%-m.%Y", "001.6.2024"}, {"%F", "+024-01-01"},
  };
  for (const auto& [format, text] : cases)
    EXPECT_EQ(read(format, TypeKind::date, text), std::nullopt) << format << " " << text;
}

TEST(Strptime, ReadsTimesAndMoments) {
  EXPECT_EQ(read("%H%M", TypeKind::time, "2359"), 23 * base::kHour + 59 * base::kMinute);
  EXPECT_EQ(read("%I:%M %p", TypeKind::time, "12:05 AM"), 5 * base::kMinute);
  EXPECT_EQ(read("%I:%M %p", TypeKind::time, "12:05 pm"), 12 * base::kHour + 5 * base::kMinute);
  EXPECT_EQ(read("%T.%f", TypeKind::time, "00:00:01.25"), base::kSecond + 250000);
  EXPECT_EQ(read("%Y-%m-%d %H:%M", TypeKind::timestamp, "1970-01-02 01:00"), base::kDay + base::kHour);
  EXPECT_EQ(read("%Y-%m-%d %H:%M %z", TypeKind::timestamptz, "1970-01-01 02:00 +0200"), 0);
  EXPECT_EQ(read("%Y-%m-%d %H:%M%z", TypeKind::timestamptz, "1970-01-01 02:00+02:00"), 0);
  EXPECT_EQ(read("%Y-%m-%d %H:%M%z", TypeKind::timestamptz, "1970-01-01 00:00Z"), 0);
  EXPECT_EQ(read("%Y-%m-%d %H:%M", TypeKind::timestamptz, "1970-01-01 02:00"), 2 * base::kHour);
  EXPECT_EQ(read("%Y-%m-%dT%H:%M:%SZ", TypeKind::iso_date, "2021-11-07T02:48:42Z"), 1636253322000000);
  const std::pair<const char*, const char*> bad[] = {{"%H:%M", "24:00"},       {"%H:%M", "23:60"},
                                                     {"%I:%M %p", "13:00 PM"}, {"%I:%M %p", "00:00 AM"},
                                                     {"%T.%f", "00:00:01."},   {"%T.%f", "00:00:01.1234567"}};
  for (const auto& [format, text] : bad) EXPECT_EQ(read(format, TypeKind::time, text), std::nullopt) << text;
  EXPECT_EQ(read("%F %R%z", TypeKind::timestamptz, "0001-01-01 00:00+00:01"), std::nullopt);
  EXPECT_EQ(read("%F %R%z", TypeKind::timestamptz, "2024-01-01 00:00+24:00"), std::nullopt);
}

TEST(Strptime, RefusesFormatsThatDoNotSuit) {
  const std::pair<const char*, TypeKind> cases[] = {
      {"%Y-%m", TypeKind::date},
      {"%d", TypeKind::date},
      {"%Y-%m-%d %H", TypeKind::date},
      {"%Y-%m-%d %z", TypeKind::date},
      {"%H", TypeKind::timestamp},
      {"%F %T%z", TypeKind::timestamp},
      {"%F", TypeKind::time},
      {"%M", TypeKind::time},
      {"%F %M", TypeKind::timestamp},
      {"%Q", TypeKind::date},
      {"%", TypeKind::date},
      {"%Y-%m-%d%", TypeKind::date},
      {"%-Y-%m-%d", TypeKind::date},
      {"%Y-%y-%m-%d", TypeKind::date},
      {"%F %I", TypeKind::timestamp},
      {"%F %H %p", TypeKind::timestamp},
      {"%Y-%j-%m", TypeKind::date},
      {"%F", TypeKind::string},
      {"", TypeKind::date},
      {"%m/%b/%Y/%d", TypeKind::date},
  };
  for (const auto& [format, kind] : cases) EXPECT_THROW(StrptimeFormat::compile(format, kind), base::Error) << format;
}

}  // namespace
}  // namespace boathouse::batch
