// SPDX-License-Identifier: Apache-2.0
#include "base/names.h"

#include <set>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::base {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view why) {
  throw Error(ErrorKind::invalid_argument, std::string(what) + " name " + std::string(why));
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// U+0080 to U+009F, the control characters beyond ASCII, are C2 80 to C2 9F.
bool has_c1_control(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

std::string quote(std::string_view text, char mark) {
  std::string out(1, mark);
  out.reserve(text.size() + 2);
  for (char c : text) {
    if (c == mark) out.push_back(mark);
    out.push_back(c);
  }
  out.push_back(mark);
  return out;
}

}  // namespace

void check_name(std::string_view name, std::string_view what) {
  if (name.empty()) refuse(what, "is empty: give 1 to 128 characters");
  if (!is_utf8(name)) refuse(what, "is not valid UTF-8");
  if (code_points(name) > 128) refuse(what, "is longer than 128 characters");
  for (char c : name) {
    if (is_control(c)) refuse(what, "contains a control character");
    if (c == '\\' || c == '$' || c == '@') refuse(what, std::string("contains '") + c + "', which is not allowed");
  }
  if (has_c1_control(name)) refuse(what, "contains a control character");
  std::size_t start = 0;
  while (true) {
    std::size_t end = std::min(name.find('/', start), name.size());
    std::string_view segment = name.substr(start, end - start);
    if (segment.empty()) refuse(what, "has an empty segment: '/' joins non-empty parts");
    if (segment == "." || segment == "..")
      refuse(what, "has a segment '" + std::string(segment) + "', which is not allowed");
    if (end == name.size()) break;
    start = end + 1;
  }
  if (fold_case(name).ends_with(kQuarantineSuffix)) refuse(what, "ends in __quarantine, which is reserved");
}

void check_workspace_name(std::string_view name, bool reserved_allowed) {
  auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  bool good = !name.empty() && name.size() <= 63 && name[0] != '_' && name[0] != '-';
  for (char c : name) good = good && allowed(c);
  if (!good) refuse("workspace", "must be 1 to 63 of a-z, 0-9, '_' and '-', beginning with a letter or digit");
  if (!reserved_allowed && (name == "main" || name == "system")) refuse("workspace", "is reserved");
}

void check_user_name(std::string_view name) {
  if (name.empty() || !is_utf8(name) || code_points(name) > 254) refuse("user", "must have 1 to 254 characters");
  for (char c : name) {
    if (is_control(c) || c == ' ' || c == '/' || c == '\\')
      refuse("user", "must not contain white space, control characters, '/' or '\\'");
  }
  if (name == "." || name == "..") refuse("user", "must not be '.' or '..', which no path of the API can hold");
  if (has_c1_control(name)) refuse("user", "must not contain control characters");
  for (std::string_view blank :
       {"\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
        "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"}) {
    if (name.find(blank) != std::string_view::npos) refuse("user", "must not contain white space");
  }
}

std::string reduce_to_workspace_name(std::string_view user_name) {
  std::string out;
  for (char c : fold_case(user_name)) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!plain && (static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    out.push_back(plain ? c : '-');
    if (out.size() == 63) break;
  }
  std::size_t start = out.find_first_not_of("_-");
  out = start == std::string::npos ? "user" : out.substr(start);
  return out;
}

std::string slug(std::string_view name) {
  std::string out;
  for (char c : name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (plain) out.push_back(c);
    if (out.size() == 60) break;
  }
  return out.empty() ? "table" : out;
}

std::string quote_identifier(std::string_view name) { return quote(name, '"'); }
std::string quote_string(std::string_view text) { return quote(text, '\''); }

std::vector<std::string> unique_names(const std::vector<std::string>& names) {
  std::set<std::string> wanted;
  for (const std::string& name : names) wanted.insert(fold_case(name));
  std::vector<std::string> out;
  std::set<std::string> used;
  for (const std::string& name : names) {
    std::string chosen = name;
    for (int i = 1; used.contains(fold_case(chosen)); ++i) {
      std::string next = name + "_" + std::to_string(i);
      if (!wanted.contains(fold_case(next))) chosen = std::move(next);
    }
    used.insert(fold_case(chosen));
    out.push_back(std::move(chosen));
  }
  return out;
}

}  // namespace boathouse::base
