// SPDX-License-Identifier: Apache-2.0
#include "batch/blank_lines.h"

namespace boathouse::batch {
namespace {

// A line that begins with more blanks stays as it is.
constexpr std::size_t kMostBlanks = 64 << 10;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool ends_line(char c) { return c == '\n' || c == '\r'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }

bool has_after(std::string_view text, char end) {
  for (std::size_t at = text.find(end); at != std::string_view::npos; at = text.find(end, at + 1)) {
    if (at + 1 < text.size() && is_space(text[at + 1])) return true;
  }
  return false;
}

}  // namespace

bool may_have_blank_lines(std::string_view text, char before) {
  if (before == 0 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const bool begins = before == 0 || ends_line(before);
  return (begins && !text.empty() && is_space(text.front())) || has_after(text, '\n') || has_after(text, '\r');
}

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
      if (!ends_line(c)) {
        write(blanks_);
        place_ = Place::text;
      }
      blanks_.clear();
    }
    place_ = after(c);
  }
  if (text.size() > kept) write(text.substr(kept));
}

}  // namespace boathouse::batch
