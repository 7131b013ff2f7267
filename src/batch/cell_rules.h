// SPDX-License-Identifier: Apache-2.0
// How a cell becomes a value of its column's type: a rule for each type, and the judge that knows what a cell may be
// (CSV text, a JSON string, another JSON token). One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "batch/json_text.h"
#include "batch/record_reader.h"
#include "batch/strict_text.h"

namespace boathouse::batch {

enum class Verdict : std::uint8_t { missing, good, bad };

// What JSON strings a type takes: their content as its text, only the words that JSON numbers cannot say, or none.
enum class FromString : std::uint8_t { text, words, none };

inline bool is_number_token(std::string_view token) {
  return !token.empty() && (token.front() == '-' || (token.front() >= '0' && token.front() <= '9'));
}

struct IntegerRule {
  using Value = std::int32_t;
  static constexpr FromString kFromString = FromString::none;
  bool text(std::string_view text, Value& out) const { return parse_integer(text, out); }
  bool token(std::string_view token, Value& out) const { return is_number_token(token) && json_integer(token, out); }
};

struct BigintRule {
  using Value = std::int64_t;
  static constexpr FromString kFromString = FromString::none;
  bool text(std::string_view text, Value& out) const { return parse_bigint(text, out); }
  bool token(std::string_view token, Value& out) const { return is_number_token(token) && json_bigint(token, out); }
};

struct DoubleRule {
  using Value = double;
  static constexpr FromString kFromString = FromString::words;
  bool text(std::string_view text, Value& out) const { return parse_double(text, out); }
  bool token(std::string_view token, Value& out) const { return is_number_token(token) && json_double(token, out); }
};

// Text is the only way in which some JSON writers can say a decimal exactly, so strings are taken.
template <typename Storage>
struct DecimalRule {
  using Value = Storage;
  static constexpr FromString kFromString = FromString::text;
  const ColumnType& type;
  bool text(std::string_view text, Value& out) const {
    Int128 value = 0;
    bool parsed = parse_decimal(text, type.precision, type.scale, value);
    out = static_cast<Value>(value);
    return parsed;
  }
  bool token(std::string_view token, Value& out) const {
    Int128 value = 0;
    bool parsed = is_number_token(token) && json_decimal(token, type.precision, type.scale, value);
    out = static_cast<Value>(value);
    return parsed;
  }
};

struct BooleanRule {
  using Value = bool;
  static constexpr FromString kFromString = FromString::none;
  bool text(std::string_view text, Value& out) const { return parse_boolean(text, out); }
  bool token(std::string_view token, Value& out) const {
    std::int64_t number = 0;
    if (is_number_token(token)) {
      bool parsed = json_bigint(token, number);
      out = number == 1;
      return parsed && (number == 0 || number == 1);
    }
    out = token == "true";
    return out || token == "false";
  }
};

// Types that JSON has only as strings.
template <typename T, bool (*Parse)(std::string_view, T&)>
struct TextOnlyRule {
  using Value = T;
  static constexpr FromString kFromString = FromString::text;
  bool text(std::string_view text, Value& out) const { return Parse(text, out); }
  bool token(std::string_view, Value&) const { return false; }
};

template <typename T>
struct FormatRule {
  using Value = T;
  static constexpr FromString kFromString = FromString::text;
  const StrptimeFormat& format;
  bool text(std::string_view text, Value& out) const {
    std::int64_t value = 0;
    bool parsed = format.parse(text, value);
    out = static_cast<T>(value);
    return parsed;
  }
  bool token(std::string_view, Value&) const { return false; }
};

// UUIDs as the engine sorts them: the top bit flipped, so that the order of signed numbers is theirs.
struct UuidRule {
  using Value = Int128;
  static constexpr FromString kFromString = FromString::text;
  bool text(std::string_view text, Value& out) const {
    UInt128 value = 0;
    bool parsed = parse_uuid(text, value);
    out = static_cast<Int128>(value ^ static_cast<UInt128>(1) << 127);
    return parsed;
  }
  bool token(std::string_view, Value&) const { return false; }
};

// Judges the cells of one column. What `value` views lives until the next call.
class CellJudge {
 public:
  CellJudge(bool strings_as_text, JsonInString json_in_string)
      : strings_as_text_(strings_as_text), json_in_string_(json_in_string) {}

  template <typename Rule>
  Verdict judge(const Cell& cell, const Rule& rule, typename Rule::Value& value) {
    if (cell.kind == CellKind::missing) return Verdict::missing;
    if (cell.kind == CellKind::text) {
      // An empty field in quotes is a value for strings only.
      if (cell.text.empty()) return Verdict::missing;
      return rule.text(cell.text, value) ? Verdict::good : Verdict::bad;
    }
    if (cell.text.front() != '"') return rule.token(cell.text, value) ? Verdict::good : Verdict::bad;
    return judge_json_string(cell.text, rule, value);
  }

  Verdict judge_string(const Cell& cell, std::string_view& value);
  Verdict judge_json(const Cell& cell, std::string_view& value);
  Verdict judge_binary(const Cell& cell, std::string_view& value);

 private:
  template <typename Rule>
  Verdict judge_json_string(std::string_view token, const Rule& rule, typename Rule::Value& value) {
    std::string_view text;
    if (Rule::kFromString == FromString::none && !strings_as_text_) return Verdict::bad;
    if (!json_string(token, buffer_, text)) return Verdict::bad;
    if (strings_as_text_ && text.empty()) return Verdict::missing;
    if (Rule::kFromString == FromString::words && !strings_as_text_ && !is_double_word(text)) return Verdict::bad;
    return rule.text(text, value) ? Verdict::good : Verdict::bad;
  }
  static bool is_double_word(std::string_view text) {
    return text == "NaN" || text == "Infinity" || text == "-Infinity";
  }

  bool strings_as_text_;
  JsonInString json_in_string_;
  std::string buffer_;
};

}  // namespace boathouse::batch
