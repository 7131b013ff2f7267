// SPDX-License-Identifier: Apache-2.0
// Splits CSV text that lies in memory into words by the rules of pandas' C parser, which takes what the strict reader of
// uploads (batch/csv_reader.h) refuses: text after a closing quote goes on as plain text, a short record is filled up with
// empty words, lines of blanks are none. Comma and quote are its only marks; LF, CR and CRLF end records. One thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace boathouse::batch {

// A word of the text, unquoted.
struct Word {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
};

// What is wrong with the text, where.
struct CsvFault {
  enum class Kind : std::uint8_t { open_quote, too_many_fields };
  Kind kind;
  std::size_t at;          // of the quote, or where the record begins
  std::size_t fields = 0;  // of too_many_fields
};

class WordSplitter {
 public:
  // Splits text[0, size), at most 4 GiB, into whole records; `whole`: the text's end ends the last one. With a `width`
  // each has that many words; with 0 only the first record is split, into as many as it has. The words are appended.
  // Returns the bytes used. Quoted words are unquoted in place. Throws CsvFault.
  std::size_t split(char* text, std::size_t size, bool whole, std::size_t width, std::vector<Word>& words);

 private:
  void begin_record(std::size_t at);
  void on_quote(std::size_t at);
  void end_word(std::size_t at);
  // False for a line of blanks, which is no record.
  bool end_record(std::size_t at);
  Word unquoted(std::size_t end);

  char* text_ = nullptr;
  std::size_t width_ = 0;
  std::vector<Word>* words_ = nullptr;
  // Of the record being read.
  std::size_t record_begin_ = 0;
  std::size_t fields_ = 0;
  // Of the word being read.
  std::size_t word_begin_ = 0;
  bool in_quotes_ = false;
  bool quoted_ = false;
  bool plain_inside_ = true;      // no quote is to be undoubled
  std::size_t quote_closed_ = 0;  // just past the last closing quote
};

}  // namespace boathouse::batch
