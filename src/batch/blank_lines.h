// SPDX-License-Identifier: Apache-2.0
// Takes the blanks out of lines of CSV that have nothing else, so that they are empty lines, which are no records. Lines within
// quotes stay as they are, and all lines keep their numbers. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace boathouse::batch {

// False where no line of `text` begins with a blank, so that there is nothing to take out; quick. `before` is the byte before
// the text, 0 where it is the first.
bool may_have_blank_lines(std::string_view text, char before);

class BlankLines {
 public:
  using Write = std::function<void(std::string_view)>;

  // A tab that delimits is no blank.
  explicit BlankLines(char delimiter) : delimiter_(delimiter) {}

  // Any number of bytes; what is written is valid during the call. Blanks after the last line's end are left out.
  void feed(std::string_view text, const Write& write);

 private:
  // of the next byte
  enum class Place : std::uint8_t {
    begin,   // of a line, or after nothing but blanks
    field,   // begins a field
    text,    // within one
    quoted,  // within quotes
    closed,  // after a quote that closed them, or is the first of two
  };
  Place after(char c) const;
  bool is_blank(char c) const { return (c == ' ' || c == '\t') && c != delimiter_; }

  const char delimiter_;
  Place place_ = Place::begin;
  std::string blanks_;                      // with which the line begins, while it has nothing else
  std::string_view mark_ = "\xef\xbb\xbf";  // what of a byte order mark may still come
};

}  // namespace boathouse::batch
