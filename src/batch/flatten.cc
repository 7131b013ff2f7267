// SPDX-License-Identifier: Apache-2.0
#include "batch/flatten.h"

#include "base/encoding.h"
#include "batch/bits64.h"
#include "batch/staged_spec.h"
#include "batch/types.h"

namespace boathouse::batch {
namespace {

constexpr std::string_view kJoint = "__";

// Whether there are more brackets than a document has levels at most; those in strings count too.
bool may_be_deep(std::string_view text) {
  int brackets = 0;
  for (std::size_t pos = 0; pos < text.size() && brackets <= kMaxDocumentDepth; pos += 64) {
    Bytes64 bytes = bytes64_at(text, pos);
    brackets += count_bits(bytes.equal('{') | bytes.equal('['));
  }
  return brackets > kMaxDocumentDepth;
}

// How many levels of objects and arrays valid JSON has.
int depth_of(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

bool is_ours(std::string_view folded) {
  return folded == kDocumentId || folded == kReceivedAt || folded == kWholeDocument || folded == kRestOfDocument;
}

// Whether it can be a member's value as it is: a line has one line feed, and white space around the object would be lost.
bool is_bare(std::string_view document) {
  return document.front() == '{' && document.back() == '}' && document.find('\n') == std::string_view::npos;
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":\"";
  out += text;
  out += "\",";
}

std::string begin_member(std::string_view name) {
  std::string begin;
  append_json_string(begin, name);
  return begin + ':';
}

bool can_be_named(std::string_view path) {
  return !path.empty() && std::none_of(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

bool check_document(std::string_view text, JsonFault& fault) {
  std::size_t pos = 0;
  skip_json_space(text, pos);
  std::size_t begin = pos;
  if (pos < text.size() && text[pos] != '{') {
    fault = {pos, "a document is a JSON object"};
    return false;
  }
  if (!skip_json_value(text, pos, fault)) return false;
  std::size_t end = pos;
  skip_json_space(text, pos);
  if (pos != text.size()) {
    fault = {pos, "something follows the object"};
    return false;
  }
  const std::string_view object = text.substr(begin, end - begin);
  if (may_be_deep(object) && depth_of(object) > kMaxDocumentDepth) {
    fault = {begin, "values are nested more than 64 levels deep"};
    return false;
  }
  return true;
}

std::string whole_document(std::string_view line) {
  JsonMembers members(line, 0);
  std::string_view name;
  std::string_view token;
  while (members.next(name, token)) {
    if (token.front() == '{' && name.substr(1, name.size() - 2) == kWholeDocument) return std::string(token);
  }
  return json_text_member(line, kWholeDocument).value_or("");
}

Flattener::Flattener(std::vector<FlatColumn> columns, std::size_t max_columns)
    : max_columns_(max_columns), columns_(std::move(columns)), document_of_(columns_.size()) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    by_folded_name_.emplace(base::fold_case(columns_[i].name), i);
    begins_.push_back(begin_member(columns_[i].name));
    any_whole_ = any_whole_ || columns_[i].whole;
  }
}

void Flattener::add(std::string_view document, const DocumentOrigin& origin, std::string& lines) {
  ++documents_;
  expected_ = 0;
  rest_.clear();
  path_.clear();
  lines += '{';
  std::size_t begin = 0;
  skip_json_space(document, begin);
  walk_object(document.substr(begin), lines);
  append_text_member(lines, kDocumentId, origin.id);
  append_text_member(lines, kReceivedAt, origin.received_at);
  append_text_member(lines, kRequestOfDocument, origin.request);
  append_whole(document, lines);
  if (!rest_.empty()) {
    rest_.pop_back();  // the last member's comma
    fmt::format_to(std::back_inserter(lines), R"(,"{}":{{{}}})", kRestOfDocument, rest_);
  }
  lines += "}\n";
}

void Flattener::append_whole(std::string_view document, std::string& lines) {
  static const std::string begin = begin_member(kWholeDocument);
  lines += begin;
  if (is_bare(document)) {
    lines += document;
  } else {
    append_json_string(lines, document);
  }
}

// Whether the path's column takes nested values too.
bool Flattener::is_whole() const {
  if (!any_whole_) return false;
  auto found = by_folded_name_.find(base::fold_case(path_));
  return found != by_folded_name_.end() && columns_[found->second].whole && columns_[found->second].name == path_;
}

void Flattener::walk(std::string_view value, std::string& lines) {
  if (is_whole()) return place(value, lines);
  switch (value.front()) {
    case '{': return walk_object(value, lines);
    case '[': return walk_array(value, lines);
    case 'n': return;
    default: return place(value, lines);
  }
}

void Flattener::walk_object(std::string_view value, std::string& lines) {
  const std::size_t parent = path_.size();
  JsonMembers members(value, 0);
  std::string_view name_token;
  std::string_view member;
  std::string unescaped;
  while (members.next(name_token, member)) {
    std::string_view name;
    // Half of a surrogate pair is no character; as it was written it is a name like any other.
    if (!json_string(name_token, unescaped, name)) name = name_token.substr(1, name_token.size() - 2);
    if (parent > 0) path_ += kJoint;
    path_ += name;
    walk(member, lines);
    path_.resize(parent);
  }
}

void Flattener::walk_array(std::string_view value, std::string& lines) {
  const std::size_t parent = path_.size();
  std::size_t pos = 1;
  for (std::size_t index = 0;; ++index) {
    skip_json_space(value, pos);
    if (value[pos] == ',') {
      ++pos;
      skip_json_space(value, pos);
    }
    if (value[pos] == ']') return;
    std::size_t begin = pos;
    JsonFault none;
    skip_json_value(value, pos, none);
    path_ += fmt::format("{}{}", kJoint, index);
    walk(value.substr(begin, pos - begin), lines);
    path_.resize(parent);
  }
}

// The column that the path names, made where it is new; kNone where there can be none.
std::size_t Flattener::column_of_path() {
  if (expected_ < columns_.size() && columns_[expected_].name == path_) return expected_;
  if (!can_be_named(path_)) return kNone;
  std::string folded = base::fold_case(path_);
  auto found = by_folded_name_.find(folded);
  if (found != by_folded_name_.end()) return columns_[found->second].name == path_ ? found->second : kNone;
  if (is_ours(folded) || is_reserved_column(folded)) return kNone;
  if (columns_.size() >= max_columns_ || path_.size() > kMaxDocumentColumnName) return kNone;
  by_folded_name_.emplace(std::move(folded), columns_.size());
  columns_.push_back({.name = path_});
  begins_.push_back(begin_member(path_));
  document_of_.push_back(0);
  return columns_.size() - 1;
}

// The same, once for each document.
std::size_t Flattener::take_path() {
  std::size_t column = column_of_path();
  if (column == kNone || document_of_[column] == documents_) return kNone;
  document_of_[column] = documents_;
  expected_ = column + 1;
  return column;
}

void Flattener::place(std::string_view token, std::string& lines) {
  if (!has_value(token)) return;
  std::size_t column = take_path();
  std::string& out = column == kNone ? rest_ : lines;
  out += column == kNone ? begin_member(path_) : begins_[column];
  if (column == kNone || note(columns_[column], token)) {
    const std::size_t begin = out.size();
    out += token;
    // A row is one line: between the tokens of a nested value a blank does as well, and within them no line can end.
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), [](char c) { return c == '\n' || c == '\r'; },
        ' ');
  } else {
    fmt::format_to(std::back_inserter(out), "\"{}\"", token);
  }
  out += ',';
}

// False for an integer that its column would round.
bool Flattener::note(FlatColumn& column, std::string_view token) {
  using Kind = FlatColumn::Kind;
  Kind kind = Kind::text;
  bool fits = true;
  if (token.front() == 't' || token.front() == 'f') {
    kind = Kind::boolean;
  } else if (token.front() == '-' || (token.front() >= '0' && token.front() <= '9')) {
    std::int64_t whole = 0;
    kind = token.find_first_of(".eE") == std::string_view::npos ? Kind::integer : Kind::number;
    if (kind == Kind::number) column.has_number = true;
    if (kind == Kind::integer && token.size() > 15 && json_bigint(token, whole)) {
      bool past_double = whole > kExactInDouble || whole < -kExactInDouble;
      column.past_double = column.past_double || past_double;
      fits = !past_double || !column.is_double;
    }
  }
  if (column.first == Kind::none) {
    column.first = kind;
    column.is_double = column.is_double || kind == Kind::number;
  }
  return fits;
}

// Numbers that no column can hold have no value there; the whole document keeps them.
bool Flattener::has_value(std::string_view token) {
  if (token.front() != '-' && (token.front() < '0' || token.front() > '9')) return true;
  if (token.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t whole = 0;
    return json_bigint(token, whole);
  }
  double number = 0;
  return json_double(token, number);
}

}  // namespace boathouse::batch
