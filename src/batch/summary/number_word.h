// SPDX-License-Identifier: Apache-2.0
// A word of a CSV file as pandas.read_csv reads it: missing, a number, or text. Pure; any thread, any bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace boathouse::batch {

// What a word is as a number. pandas tries whole columns as int64, then uint64 (only after an overflow), then float64; an
// attempt ends at the first word that fails, and how that one failed decides what comes next.
enum NumberFlag : std::uint8_t {
  kFloat = 1,          // float64 takes it
  kInt64 = 2,          // int64 takes it
  kInt64Overflow = 4,  // int64 fails on it for its size, not for its form
  kUint64 = 8,         // uint64 takes it; it looks no further than a minus
  kUint64Overflow = 16,
  kMinus = 32,  // uint64 sees a minus
  kBig = 64,    // a uint64 past the end of int64
};

struct NumberWord {
  double value = 0;
  std::uint8_t flags = 0;    // without kFloat it is no number, and nothing else matters
  std::int8_t symbols = -1;  // where it is digits but for a minus and a point: how many of these; -1 for all others
};

NumberWord read_number(std::string_view word);

// One of pandas' default words for missing values, the empty one among them.
bool is_missing_word(std::string_view word);

}  // namespace boathouse::batch
