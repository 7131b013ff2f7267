// SPDX-License-Identifier: Apache-2.0
#include "batch/flatten.h"

#include "base/encoding.h"

namespace boathouse::batch {
namespace {

constexpr std::string_view kJoint = "__";

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
  if (depth_of(text.substr(begin, end - begin)) > kMaxDocumentDepth) {
    fault = {begin, "values are nested more than 64 levels deep"};
    return false;
  }
  return true;
}

Flattener::Flattener(std::vector<std::string> columns, std::size_t max_columns)
    : max_columns_(max_columns), columns_(std::move(columns)) {
  for (const std::string& name : columns_) by_folded_name_.emplace(base::fold_case(name), Column{.name = name});
}

void Flattener::add(std::string_view document, std::string_view id, std::string_view received_at, std::string& lines) {
  ++documents_;
  rest_.clear();
  path_.clear();
  lines += '{';
  std::size_t begin = 0;
  skip_json_space(document, begin);
  walk_object(document.substr(begin), lines);
  lines += fmt::format(R"("{}":"{}","{}":"{}","{}":)", kDocumentId, id, kReceivedAt, received_at, kWholeDocument);
  append_json_string(lines, document);
  if (!rest_.empty()) {
    rest_.pop_back();  // the last member's comma
    lines += fmt::format(R"(,"{}":{{{}}})", kRestOfDocument, rest_);
  }
  lines += "}\n";
}

void Flattener::walk(std::string_view value, std::string& lines) {
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

// Whether the column that the path names may have this value; makes it where it is new.
bool Flattener::takes_path() {
  if (!can_be_named(path_)) return false;
  std::string folded = base::fold_case(path_);
  auto found = by_folded_name_.find(folded);
  if (found == by_folded_name_.end()) {
    if (is_ours(folded) || columns_.size() >= max_columns_) return false;
    found = by_folded_name_.emplace(std::move(folded), Column{.name = path_}).first;
    columns_.push_back(path_);
  }
  Column& column = found->second;
  if (column.name != path_ || column.document == documents_) return false;
  column.document = documents_;
  return true;
}

void Flattener::place(std::string_view token, std::string& lines) {
  if (!has_value(token)) return;
  append_member(takes_path() ? lines : rest_, token);
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

void Flattener::append_member(std::string& out, std::string_view token) const {
  append_json_string(out, path_);
  out += ':';
  out += token;
  out += ',';
}

}  // namespace boathouse::batch
