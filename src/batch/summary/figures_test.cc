// SPDX-License-Identifier: Apache-2.0
// The smaller parts of a summary.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "batch/summary/header_names.h"
#include "batch/summary/on_threads.h"
#include "batch/summary/python_number.h"
#include "batch/summary/rank_select.h"
#include "batch/summary/text_counts.h"

namespace boathouse::batch {
namespace {

using Names = std::vector<std::string>;

TEST(HeaderNames, EmptyAndRepeatedOnesGetTheNamesThatPandasGivesThem) {
  EXPECT_EQ(header_names({"a", "b"}), Names({"a", "b"}));
  EXPECT_EQ(header_names({"", "a", ""}), Names({"Unnamed: 0", "a", "Unnamed: 2"}));
  EXPECT_EQ(header_names({"a", "a", "a"}), Names({"a", "a.1", "a.2"}));
  EXPECT_EQ(header_names({"a", "a", "a.1"}), Names({"a", "a.2", "a.1"}));
  EXPECT_EQ(header_names({"", "Unnamed: 0"}), Names({"Unnamed: 0.1", "Unnamed: 0"}));
}

std::string python(double number) {
  std::string text;
  append_python_number(text, number);
  return text;
}

TEST(PythonNumber, IsWrittenAsReprDoes) {
  const std::pair<double, const char*> numbers[] = {
      {0, "0.0"},
      {-0.0, "-0.0"},
      {3, "3.0"},
      {0.1, "0.1"},
      {-1.5, "-1.5"},
      {1e15, "1000000000000000.0"},
      {9999999999999998, "9999999999999998.0"},
      {1e16, "1e+16"},
      {1.5e300, "1.5e+300"},
      {0.0001, "0.0001"},
      {0.00012, "0.00012"},
      {1e-5, "1e-05"},
      {5e-324, "5e-324"},
      {NAN, "NaN"},
      {INFINITY, "Infinity"},
      {-INFINITY, "-Infinity"},
      {123456789012.25, "123456789012.25"},
  };
  for (const auto& [number, text] : numbers) EXPECT_EQ(python(number), text);
}

TextCounts count(std::string_view word) {
  const std::string room = std::string(word) + std::string(kTextSlack, 'Z');
  TextCounts counts;
  count_text(std::string_view(room).substr(0, word.size()), counts);
  return counts;
}

void expect_counts(std::string_view word, std::uint64_t points, std::uint64_t blanks, std::uint64_t capitals,
                   std::uint64_t symbols) {
  const TextCounts counts = count(word);
  EXPECT_EQ(counts.code_points, points) << word;
  EXPECT_EQ(counts.blanks, blanks) << word;
  EXPECT_EQ(counts.capitals, capitals) << word;
  EXPECT_EQ(counts.symbols, symbols) << word;
}

TEST(TextCounts, TellLettersSpaceAndSymbolsApart) {
  expect_counts("", 0, 0, 0, 0);
  expect_counts("Hello, World!", 13, 1, 2, 2);
  expect_counts("a@b[c`d{e/f:g", 13, 0, 0, 6);
  expect_counts("AZaz09", 6, 0, 2, 0);
  expect_counts("\t\n\v\f\r\x1c\x1d\x1e\x1f ", 10, 1, 0, 0);
  expect_counts("\x01\x1b\x7f", 3, 0, 0, 3);
  expect_counts("\u00e9\u00c9", 2, 0, 0, 2);
  expect_counts("e\u0301 \U0001d49c", 4, 1, 0, 2);
  for (const char* space :
       {"\u0085", "\u00a0", "\u1680", "\u2000", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"}) {
    expect_counts(space, 1, 0, 0, 0);
  }
  for (const char* none : {"\u180e", "\u200b", "\u200c", "\u2060", "\ufeff"}) expect_counts(none, 1, 0, 0, 1);
}

TEST(TextCounts, AreTheSameWhereverAWordIsCut) {
  for (std::size_t size = 0; size < 70; ++size) {
    expect_counts(std::string(size, 'a') + "B -" + std::string(size, 'C') + "\u00a0\u65e5", 2 * size + 5, 1, size + 1,
                  2);
  }
}

std::vector<double> select(const std::vector<double>& numbers, const std::vector<std::uint64_t>& ranks, int& passes) {
  RankSelect select(ranks);
  for (passes = 0; !select.done(); ++passes) {
    for (double number : numbers) select.take(std::span(&number, 1));
    select.end_pass();
  }
  return select.values();
}

TEST(RankSelect, GivesWhatSortingGives) {
  std::mt19937_64 random(5);
  int passes = 0;
  for (double spread : {1e-300, 1e-3, 1.0, 1e3, 1e300}) {
    std::vector<double> numbers;
    for (int i = 0; i < 999; ++i) numbers.push_back(std::normal_distribution(spread / 2, spread)(random));
    numbers.insert(numbers.end(), {INFINITY, -INFINITY, 0.0, spread, spread});
    std::vector<double> with_gaps = numbers;
    with_gaps.insert(with_gaps.begin() + 500, {NAN, NAN});
    std::sort(numbers.begin(), numbers.end());
    const std::vector<std::uint64_t> ranks = {0, 1, 250, 251, 501, 501, 1002, 1003};
    const std::vector<double> found = select(with_gaps, ranks, passes);
    for (std::size_t i = 0; i < ranks.size(); ++i) EXPECT_EQ(found[i], numbers[ranks[i]]);
  }
  EXPECT_EQ(select({7}, {0, 0}, passes), std::vector<double>({7, 7}));
  EXPECT_EQ(passes, 2);
  EXPECT_EQ(select({7}, {}, passes), std::vector<double>());
}

// More numbers than are kept that differ in their last bits only.
TEST(RankSelect, TellsManyNumbersApartThatAreNearlyTheSame) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < 1'000'000; ++i)
    numbers.push_back(1 + static_cast<double>(i * 7919 % 1'000'000 / 2) * 0x1p-52);
  int passes = 0;
  const std::vector<double> found = select(numbers, {0, 1, 2, 499'999, 999'999}, passes);
  EXPECT_EQ(passes, 4);
  const std::vector<std::size_t> steps = {0, 0, 1, 249'999, 499'999};
  for (std::size_t i = 0; i < steps.size(); ++i) EXPECT_EQ(found[i], 1 + static_cast<double>(steps[i]) * 0x1p-52);
}

TEST(OnThreads, ThrowsAgainWhatOneOfThemThrew) {
  std::atomic<int> calls = 0;
  EXPECT_THROW(on_threads(3,
                          [&] {
                            if (++calls == 2) throw base::Error(base::ErrorKind::unavailable, "no");
                          }),
               base::Error);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace boathouse::batch
