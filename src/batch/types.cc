// SPDX-License-Identifier: Apache-2.0
#include "batch/types.h"

#include <charconv>
#include <optional>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::batch {
namespace {

struct Word {
  TypeKind kind;
  std::string_view text;
  std::string_view duckdb;
};

// DECIMAL stands beside this list, since it carries numbers.
constexpr Word kWords[] = {
    {TypeKind::integer, "INTEGER", "INTEGER"},
    {TypeKind::bigint, "BIGINT", "BIGINT"},
    {TypeKind::double_, "DOUBLE", "DOUBLE"},
    {TypeKind::string, "STRING", "VARCHAR"},
    {TypeKind::boolean, "BOOLEAN", "BOOLEAN"},
    {TypeKind::date, "DATE", "DATE"},
    {TypeKind::time, "TIME", "TIME"},
    {TypeKind::timestamp, "TIMESTAMP", "TIMESTAMP"},
    {TypeKind::timestamptz, "TIMESTAMPTZ", "TIMESTAMPTZ"},
    {TypeKind::iso_date, "ISO_DATE", "TIMESTAMPTZ"},
    {TypeKind::uuid, "UUID", "UUID"},
    {TypeKind::binary, "BINARY", "BLOB"},
    {TypeKind::json, "JSON", "VARCHAR"},
};

const Word& word_of(TypeKind kind) {
  for (const Word& word : kWords) {
    if (word.kind == kind) return word;
  }
  throw base::Error(base::ErrorKind::internal, "a column type without a name");
}

std::string decimal_text(const ColumnType& type) {
  return "DECIMAL(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// A number of one or two digits, with blanks around it.
std::optional<int> take_number(std::string_view& text) {
  skip_blanks(text);
  int value = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 2), value);
  if (failed != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  skip_blanks(text);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

ColumnType parse_decimal_type(std::string_view text) {
  std::string_view rest = text;
  rest.remove_prefix(std::string_view("DECIMAL").size());
  std::optional<int> precision;
  std::optional<int> scale;
  bool formed = take(rest, '(') && (precision = take_number(rest)) && take(rest, ',') && (scale = take_number(rest)) &&
                take(rest, ')') && rest.empty();
  if (!formed) {
    throw base::Error(base::ErrorKind::invalid_argument,
                      "\"" + std::string(text) + "\" is no type: write DECIMAL(precision,scale), as in DECIMAL(10,2)");
  }
  if (*precision < 1 || *precision > kMaxDecimalPrecision || *scale > *precision) {
    throw base::Error(
        base::ErrorKind::invalid_argument,
        "\"" + std::string(text) + "\": the precision must be 1 to 38 and the scale at most the precision");
  }
  return ColumnType::decimal(*precision, *scale);
}

}  // namespace

ColumnType ColumnType::parse(std::string_view text) {
  for (const Word& word : kWords) {
    if (word.text == text) return {word.kind};
  }
  if (text.starts_with("DECIMAL")) return parse_decimal_type(text);
  std::string known;
  for (const Word& word : kWords)
    known.append(word.text).append(word.kind == TypeKind::double_ ? ", DECIMAL(p,s), " : ", ");
  known.resize(known.size() - 2);
  throw base::Error(base::ErrorKind::invalid_argument,
                    "\"" + std::string(base::prefix_code_points(text, 64)) + "\" is no type: use one of " + known);
}

std::string ColumnType::to_text() const {
  return kind == TypeKind::decimal ? decimal_text(*this) : std::string(word_of(kind).text);
}

std::string ColumnType::duckdb_name() const {
  return kind == TypeKind::decimal ? decimal_text(*this) : std::string(word_of(kind).duckdb);
}

bool ColumnType::is_number() const {
  return kind == TypeKind::integer || kind == TypeKind::bigint || kind == TypeKind::double_ ||
         kind == TypeKind::decimal;
}

std::string with_article(const ColumnType& type) {
  bool vowel = type.kind == TypeKind::integer || type.kind == TypeKind::iso_date;
  return (vowel ? "an " : "a ") + type.to_text();
}

}  // namespace boathouse::batch
