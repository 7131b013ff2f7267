// SPDX-License-Identifier: Apache-2.0
// CSV text as the summaries of datasets take it apart. Two bytes of settings, then the text, which is to give the same
// words wherever it is cut. Each word is read as a number and its text counted.
#include "batch/summary/csv_words.h"

#include <cmath>
#include <string>

#include "base/encoding.h"
#include "batch/summary/header_names.h"
#include "batch/summary/number_word.h"
#include "batch/summary/text_counts.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {
namespace {

using Words = std::vector<std::string>;

// Throws CsvFault.
Words split(std::string_view text, std::size_t piece, std::size_t width) {
  Words words;
  for (std::size_t size = piece; !text.empty(); size = size < text.size() ? size + piece : piece) {
    const bool whole = size >= text.size();
    std::string copy(text.substr(0, size));
    std::vector<batch::Word> found;
    const std::size_t used = batch::WordSplitter().split(copy.data(), copy.size(), whole, width, found);
    require(used <= copy.size() && (!whole || used == copy.size()), "a whole text is used up");
    for (const batch::Word& word : found) words.emplace_back(copy, word.begin, word.size);
    text.remove_prefix(used);
    if (used > 0) size = 0;
  }
  return words;
}

// With the slack that counting may read.
void look_at(std::string word) {
  const batch::NumberWord number = batch::read_number(word);
  require((number.flags & batch::kFloat) == 0 || !std::isnan(number.value), "no number is NaN");
  require((number.flags & batch::kFloat) == 0 || !batch::is_missing_word(word), "no number is missing");
  if (!base::is_utf8(word)) return;
  const std::size_t size = word.size();
  const std::size_t points = base::code_points(word);
  word.append(batch::kTextSlack, '\0');
  batch::TextCounts counts;
  batch::count_text(std::string_view(word).substr(0, size), counts);
  require(counts.code_points == points, "every character is counted");
  require(number.symbols < 0 || counts.symbols == static_cast<std::uint64_t>(number.symbols), "a number's symbols");
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  const std::size_t width = take_byte(bytes) % 5U + 1;
  const std::size_t piece = take_byte(bytes) % 80U + 1;
  try {
    const Words words = split(bytes, bytes.size() + 1, width);
    require(words.size() % width == 0, "records are of one width");
    require(split(bytes, piece, width) == words, "pieces give the same words");
    for (const std::string& word : words) look_at(word);
    const Words names = batch::header_names(words);
    require(names.size() == words.size(), "every column has a name");
  } catch (const batch::CsvFault& fault) {
    require(fault.at < bytes.size(), "a fault lies in the text");
  }
}

}  // namespace boathouse::fuzz
