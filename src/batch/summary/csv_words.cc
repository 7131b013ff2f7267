// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/csv_words.h"

#include <algorithm>
#include <string_view>

#include "batch/bits64.h"

namespace boathouse::batch {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void WordSplitter::begin_record(std::size_t at) {
  record_begin_ = word_begin_ = at;
  fields_ = 0;
}

void WordSplitter::on_quote(std::size_t at) {
  if (in_quotes_) {
    in_quotes_ = false;
    quote_closed_ = at + 1;
  } else if (at == word_begin_) {
    in_quotes_ = quoted_ = true;
  } else if (quoted_ && at == quote_closed_) {
    in_quotes_ = true;  // the second of a doubled quote: the word goes on
    plain_inside_ = false;
  }
}

// The word from its opening quote to `end`: "" within quotes is one, whatever follows the closing quote is as it stands.
// Bytes that become free are blanked, so that the text stays UTF-8.
Word WordSplitter::unquoted(std::size_t end) {
  std::size_t begin = word_begin_ + 1;
  if (plain_inside_ && quote_closed_ == end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin - 1)};
  }
  std::size_t out = begin;
  bool inside = true;
  for (std::size_t in = begin; in < end; ++in) {
    if (inside && text_[in] == '"') {
      inside = in + 1 < end && text_[in + 1] == '"';
      if (!inside) continue;
      ++in;
    }
    text_[out++] = text_[in];
  }
  std::fill(text_ + out, text_ + end, ' ');
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(out - begin)};
}

inline void WordSplitter::end_word(std::size_t at) {
  Word word{static_cast<std::uint32_t>(word_begin_), static_cast<std::uint32_t>(at - word_begin_)};
  if (quoted_) {
    word = unquoted(at);
    quoted_ = false;
    plain_inside_ = true;
  }
  words_->push_back(word);
  ++fields_;
  word_begin_ = at + 1;
}

bool WordSplitter::end_record(std::size_t at) {
  const bool unquoted_first = fields_ == 0 && !quoted_ && is_blank(text_[record_begin_]);
  if (unquoted_first && std::all_of(text_ + record_begin_, text_ + at, is_blank)) return false;
  end_word(at);
  if (width_ == 0) return true;
  if (fields_ > width_) throw CsvFault{CsvFault::Kind::too_many_fields, record_begin_, fields_};
  if (fields_ < width_) words_->resize(words_->size() + width_ - fields_);
  return true;
}

std::size_t WordSplitter::split(char* text, std::size_t size, bool whole, std::size_t width, std::vector<Word>& words) {
  text_ = text;
  width_ = width;
  words_ = &words;
  in_quotes_ = quoted_ = false;
  plain_inside_ = true;
  begin_record(0);
  const std::string_view view(text, size);
  for (std::size_t pos = 0; pos < size; pos += 64) {
    const Bytes64 bytes = bytes64_at(view, pos);
    const std::uint64_t quotes = bytes.equal('"');
    if (in_quotes_ && quotes == 0) continue;
    std::uint64_t events = quotes | bytes.equal(',') | bytes.equal('\n') | bytes.equal('\r');
    for (; events != 0; events &= events - 1) {
      const std::size_t at = pos + static_cast<std::size_t>(lowest_bit(events));
      const char c = text[at];
      if (c == '"') {
        on_quote(at);
      } else if (in_quotes_) {
        continue;
      } else if (c == ',') {
        end_word(at);
      } else {
        // A line end where a record would begin is an empty line, or the LF of a CRLF.
        const bool ended = at != record_begin_ && end_record(at);
        begin_record(at + 1);
        if (ended && width == 0) return at + 1;
      }
    }
  }
  if (!whole) {
    words.resize(words.size() - fields_);
    return record_begin_;
  }
  if (in_quotes_) throw CsvFault{CsvFault::Kind::open_quote, word_begin_};
  if (record_begin_ < size) end_record(size);
  return size;
}

}  // namespace boathouse::batch
