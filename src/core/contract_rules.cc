// SPDX-License-Identifier: Apache-2.0
#include "core/contract_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using batch::TypedValue;
using batch::TypeKind;

// The shortest text that gives the number back; without an exponent for types whose text has none.
std::string number_text(double number, bool plain) {
  std::array<char, 400> buffer;
  auto end = plain ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed)
                   : std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end.ptr};
}

// One spelling for each number, so that equal contracts compare equal: "+5" is "5", "5.0" is "5" in a DOUBLE column.
std::string normal_text(const batch::ColumnType& type, std::string_view text) {
  std::int64_t integer = 0;
  double number = 0;
  bool is_integer = type.kind == TypeKind::integer || type.kind == TypeKind::bigint;
  if (is_integer && batch::parse_bigint(text, integer)) return std::to_string(integer);
  if (type.kind == TypeKind::double_ && batch::parse_double(text, number) && std::isfinite(number)) {
    return number_text(number, false);
  }
  return std::string(text);
}

bool is_ordered(TypeKind kind) {
  return kind != TypeKind::boolean && kind != TypeKind::uuid && kind != TypeKind::binary && kind != TypeKind::json;
}

bool is_nan(const TypedValue& value) {
  const double* number = std::get_if<double>(&value);
  return number != nullptr && std::isnan(*number);
}

class RuleChecker {
 public:
  RuleChecker(const ContractColumn& column, const TellProblem& problem) : column_(column), problem_(problem) {}

  void run() {
    if (!check_format()) return;
    check_texts();
    check_range();
    for (const std::string& text : column_.values) {
      if (auto value = read("values", text)) values_.push_back(*value);
    }
    if (!column_.values.empty() && column_.type.kind == TypeKind::json) problem_("values", "is not for JSON columns");
    if (column_.unique && column_.type.kind == TypeKind::json) problem_("unique", "is not for JSON columns");
    if (column_.default_value) check_default();
  }

 private:
  std::optional<TypedValue> read(std::string_view key, const std::string& text) {
    auto value = rule_value(column_, text);
    if (!value) problem_(key, fmt::format("\"{}\" is not {}", text, batch::with_article(column_.type)));
    return value;
  }

  bool check_format() {
    if (!column_.format) return true;
    if (column_.format->empty()) {
      problem_("format", "is empty: leave it out for the type's own text");
      return false;
    }
    try {
      batch::TextRule rule(column_.type, *column_.format);
      return true;
    } catch (const base::Error& error) {
      problem_("format", error.message());
      return false;
    }
  }

  void check_texts() {
    bool is_string = column_.type.kind == TypeKind::string;
    for (auto [key, given] : {std::pair{"pattern", column_.pattern.has_value()},
                              {"min_length", column_.min_length.has_value()},
                              {"max_length", column_.max_length.has_value()}}) {
      if (given && !is_string) problem_(key, "is for STRING columns only");
    }
    if (column_.min_length && column_.max_length && *column_.min_length > *column_.max_length) {
      problem_("min_length", "is greater than max_length");
    }
    if (!column_.pattern) return;
    pattern_ = std::make_unique<re2::RE2>(*column_.pattern, re2::RE2::Quiet);
    if (!pattern_->ok()) problem_("pattern", "is not a regular expression that RE2 takes: " + pattern_->error());
  }

  void check_range() {
    for (auto [key, text, value] : {std::tuple{"min", &column_.min, &min_}, {"max", &column_.max, &max_}}) {
      if (!*text) continue;
      if (!is_ordered(column_.type.kind)) {
        problem_(key, fmt::format("is not for {} columns", column_.type.to_text()));
        continue;
      }
      *value = read(key, **text);
      if (*value && is_nan(**value)) problem_(key, "cannot be NaN");
    }
    if (min_ && max_ && *min_ > *max_) problem_("min", "is greater than max");
  }

  // A default that its own column refuses would reject every row that relies on it.
  void check_default() {
    const std::string& text = *column_.default_value;
    auto value = read("default", text);
    if (!value) return;
    bool refused = (min_ && *value < *min_) || (max_ && *value > *max_);
    refused = refused || (!values_.empty() && std::find(values_.begin(), values_.end(), *value) == values_.end());
    if (column_.type.kind == TypeKind::string) {
      auto length = static_cast<std::int64_t>(base::code_points(text));
      refused = refused || length < column_.min_length.value_or(0) || length > column_.max_length.value_or(length);
      refused = refused || (pattern_ && pattern_->ok() && !re2::RE2::FullMatch(text, *pattern_));
    }
    if (refused) problem_("default", "is refused by the column's own rules");
  }

  const ContractColumn& column_;
  const TellProblem& problem_;
  std::optional<TypedValue> min_;
  std::optional<TypedValue> max_;
  std::vector<TypedValue> values_;
  std::unique_ptr<re2::RE2> pattern_;
};

}  // namespace

std::optional<std::string> rule_text(const batch::ColumnType& type, const json::value& value) {
  if (value.is_string()) return normal_text(type, value.as_string());
  if (type.kind == TypeKind::json) return json::serialize(value);
  if (type.kind == TypeKind::string || value.is_object() || value.is_array()) return std::nullopt;
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int64()) return std::to_string(value.as_int64());
  if (value.is_uint64()) return std::to_string(value.as_uint64());
  double number = value.as_double();
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number_text(number, type.kind != TypeKind::double_);
}

std::optional<TypedValue> rule_value(const ContractColumn& column, std::string_view text) {
  if (column.format) {
    if (auto value = batch::TextRule(column.type, *column.format).parse(text)) return value;
  }
  return batch::TextRule(column.type).parse(text);
}

void check_rules(const ContractColumn& column, const TellProblem& problem) { RuleChecker(column, problem).run(); }

}  // namespace boathouse::core
