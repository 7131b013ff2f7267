// SPDX-License-Identifier: Apache-2.0
#include "batch/blank_lines.h"

namespace boathouse::batch {
namespace {

// A line that begins with more blanks stays as it is.
constexpr std::size_t kMostBlanks = 64 << 10;

bool ends_line(char c) { return c == '\n' || c == '\r'; }

}  // namespace

BlankLines::Place BlankLines::after(char c) const {
  if (place_ == Place::quoted) return c == '"' ? Place::closed : Place::quoted;
  if (ends_line(c)) return Place::begin;
  if (c == delimiter_) return Place::field;
  if (c == '"' && place_ != Place::text) return Place::quoted;
  return Place::text;
}

void BlankLines::feed(std::string_view text, const Write& write) {
  std::size_t kept = 0;  // from here on nothing is written yet
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (!mark_.empty() && c == mark_.front()) {
      mark_.remove_prefix(1);
      continue;
    }
    mark_ = {};
    if (place_ == Place::begin && is_blank(c) && blanks_.size() < kMostBlanks) {
      if (at > kept) write(text.substr(kept, at - kept));
      blanks_.push_back(c);
      kept = at + 1;
      continue;
    }
    if (!blanks_.empty()) {
      if (ends_line(c)) {
        ++emptied_;
      } else {
        write(blanks_);
        place_ = Place::text;
      }
      blanks_.clear();
    }
    place_ = after(c);
  }
  if (text.size() > kept) write(text.substr(kept));
}

void BlankLines::finish() {
  if (!blanks_.empty()) ++emptied_;
  blanks_.clear();
}

}  // namespace boathouse::batch
