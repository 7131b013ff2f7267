// SPDX-License-Identifier: Apache-2.0
// Counts what a text column's figures are made of, word by word. One thread at a time.
#pragma once

#include <cstdint>
#include <string_view>

namespace boathouse::batch {

struct TextCounts {
  std::uint64_t code_points = 0;
  std::uint64_t blanks = 0;    // U+0020 only: str.split(' ') gives one word more
  std::uint64_t capitals = 0;  // [A-Z]
  std::uint64_t symbols = 0;   // [^a-zA-Z0-9\s], \s being Python's Unicode white space

  void add(const TextCounts& other) {
    code_points += other.code_points;
    blanks += other.blanks;
    capitals += other.capitals;
    symbols += other.symbols;
  }
};

// Bytes past a word's end that count_text() may read, and does not look at.
inline constexpr std::size_t kTextSlack = 16;

// Adds a word of valid UTF-8 to the counts.
void count_text(std::string_view word, TextCounts& counts);

}  // namespace boathouse::batch
