// SPDX-License-Identifier: Apache-2.0
#include "core/check_sql.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "batch/strict_text.h"
#include "core/contract_rules.h"

namespace boathouse::core {
namespace {

using base::quote_identifier;
using base::quote_string;
using batch::TypeKind;

// A rule of one column: `holds` is an SQL condition for a value that is there.
struct Rule {
  std::string name;
  std::string holds;
  std::string message;
};

std::string literal(const ContractColumn& column, const std::string& text) {
  auto value = rule_value(column, text);
  if (!value) throw base::Error(base::ErrorKind::internal, "a contract holds a value that is not of its column's type");
  return batch::sql_literal(column.type, *value);
}

std::string values_message(const std::vector<std::string>& values) {
  constexpr std::size_t kShown = 20;
  std::vector<std::string> shown(values.begin(),
                                 values.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, values.size())));
  std::string message = fmt::format("must be one of: {}", fmt::join(shown, ", "));
  if (values.size() > kShown) message += fmt::format(" and {} more", values.size() - kShown);
  return message;
}

// The rules about a value that is there, in the order in which their reasons are told.
std::vector<Rule> value_rules(const Check& check, const ContractColumn& column) {
  std::vector<Rule> rules;
  std::string x = quote_identifier(column.name);
  if (column.min) {
    // DuckDB sorts NaN above all numbers, but it is not "at least" anything.
    std::string number = column.type.kind == TypeKind::double_ ? fmt::format(" AND NOT isnan({})", x) : "";
    rules.push_back({"min", fmt::format("({} >= {}{})", x, literal(column, *column.min), number),
                     "must be at least " + *column.min});
  }
  if (column.max) {
    rules.push_back(
        {"max", fmt::format("({} <= {})", x, literal(column, *column.max)), "must be at most " + *column.max});
  }
  if (column.pattern) {
    rules.push_back({"pattern", fmt::format("regexp_full_match({}, {})", x, quote_string(*column.pattern)),
                     "must match the pattern " + *column.pattern + " from its first to its last character"});
  }
  if (!column.values.empty()) {
    std::vector<std::string> literals;
    for (const std::string& text : column.values) literals.push_back(literal(column, text));
    // IS TRUE: as a condition of its own the engine would make it a chain of ORs, which costs more than twice as much.
    rules.push_back(
        {"values", fmt::format("(({} IN ({})) IS TRUE)", x, fmt::join(literals, ", ")), values_message(column.values)});
  }
  if (column.min_length) {
    rules.push_back({"min_length", fmt::format("(length({}) >= {})", x, *column.min_length),
                     fmt::format("must have at least {} characters", *column.min_length)});
  }
  if (column.max_length) {
    rules.push_back({"max_length", fmt::format("(length({}) <= {})", x, *column.max_length),
                     fmt::format("must have at most {} characters", *column.max_length)});
  }
  for (const PartitionFloor& floor : check.floors) {
    // A column whose type is narrower than the table's has no value below the floor.
    if (base::fold_case(floor.column) != base::fold_case(column.name) || !rule_value(column, floor.least)) continue;
    rules.push_back(
        {"partition", fmt::format("({} >= {})", x, literal(column, floor.least)),
         fmt::format("must be at least {}: {} of less is out of the column's range", floor.least, floor.transform)});
  }
  return rules;
}

bool is_upsert_key(const Check& check, const ContractColumn& column) {
  std::string folded = base::fold_case(column.name);
  return std::any_of(check.upsert_key.begin(), check.upsert_key.end(),
                     [&](const std::string& name) { return base::fold_case(name) == folded; });
}

std::string all_of(const std::vector<std::string>& conditions) {
  return conditions.empty() ? "TRUE" : fmt::format("({})", fmt::join(conditions, " AND "));
}

// Reasons are sorted by column and then by rule: a column's place times this, plus the rule's.
constexpr std::size_t kPlacesPerColumn = 16;
constexpr std::size_t kUniquePlace = kPlacesPerColumn - 1;

// Writes the list of a row's reasons: structs {place, reason} for the rules, those of `_reasons` beside them.
class ReasonWriter {
 public:
  ReasonWriter(const Check& check, bool with_unique) : check_(check), with_unique_(with_unique) {}

  std::string write() {
    for (const ContractColumn& column : check_.contract.columns) add_column(column);
    if (failures_.empty()) return "_reasons";
    // What reading found comes in the order of the file's columns; a column that the contract does not know comes last.
    // The lambdas' parameters have reserved names: in `x.reason` a column named x would go before the parameter.
    std::string read = fmt::format(
        "list_transform(from_json(coalesce(_reasons, '[]'), '[\"JSON\"]'), lambda _raw, _pos: "
        "{{place: coalesce(MAP {{{}}}[_raw->>'$.column'], {} + _pos), reason: _raw}})",
        fmt::join(places_, ", "), (check_.contract.columns.size() + 1) * kPlacesPerColumn);
    std::string failed = fmt::format("list_filter([{}], lambda _raw: _raw IS NOT NULL)", fmt::join(failures_, ", "));
    return fmt::format(
        "CASE WHEN json_extract_string(_reasons, '$[0].rule') = 'fields' THEN _reasons ELSE "
        "CAST(to_json(list_transform("
        "list_sort(list_concat({}, {})), lambda _raw: _raw.reason)) AS VARCHAR) END",
        read, failed);
  }

 private:
  void add_column(const ContractColumn& column) {
    std::size_t place = places_.size() * kPlacesPerColumn;
    places_.push_back(fmt::format("{}: {}", quote_string(column.name), place));
    std::string x = quote_identifier(column.name);
    bool key = is_upsert_key(check_, column);
    if (key || column.required) {
      fail(column, ++place, "required", x + " IS NULL",
           key ? "needs a value: it is part of the key of this upsert" : "needs a value: the column is required");
    }
    for (const Rule& rule : value_rules(check_, column)) {
      fail(column, ++place, rule.name, fmt::format("{} IS NOT NULL AND NOT {}", x, rule.holds), rule.message);
    }
    if (with_unique_ && column.unique) {
      fail(column, places_.size() * kPlacesPerColumn - kPlacesPerColumn + kUniquePlace, "unique",
           fmt::format("list_contains(_unique, {})", quote_string(column.name)),
           "must be unique: an earlier row of this batch or a row of the table has the same value");
    }
  }

  void fail(const ContractColumn& column, std::size_t place, std::string_view rule, std::string_view fails,
            std::string_view message) {
    failures_.push_back(
        fmt::format("CASE WHEN {} AND NOT coalesce(list_contains(_bad, {}), FALSE) THEN {{place: {}, reason: "
                    "json_object('column', {}, "
                    "'rule', {}, 'value', {}, 'message', {})}} END",
                    fails, quote_string(column.name), place, quote_string(column.name), quote_string(rule),
                    raw_value(column), quote_string(message)));
  }

  // The text as it came; a filled-in default has none.
  static std::string raw_value(const ContractColumn& column) {
    std::string pointer = "/";
    for (char c : column.name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return fmt::format("json_extract_string(_data, {})", quote_string(pointer));
  }

  const Check& check_;
  const bool with_unique_;
  std::vector<std::string> places_;
  std::vector<std::string> failures_;
};

}  // namespace

std::string defaults_projection(const Contract& contract) {
  std::vector<std::string> items;
  for (const ContractColumn& column : contract.columns) {
    std::string x = quote_identifier(column.name);
    items.push_back(
        column.default_value ? fmt::format("coalesce({0}, {1}) AS {0}", x, literal(column, *column.default_value)) : x);
  }
  return fmt::format("{}", fmt::join(items, ", "));
}

std::string accept_predicate(const Check& check) {
  std::vector<std::string> conditions;
  for (const ContractColumn& column : check.contract.columns) {
    std::string x = quote_identifier(column.name);
    std::vector<std::string> holds;
    for (Rule& rule : value_rules(check, column)) holds.push_back(std::move(rule.holds));
    if (column.required || is_upsert_key(check, column)) {
      holds.insert(holds.begin(), x + " IS NOT NULL");
      conditions.push_back(all_of(holds));
    } else if (!holds.empty()) {
      conditions.push_back(fmt::format("({} IS NULL OR {})", x, all_of(holds)));
    }
  }
  return all_of(conditions);
}

std::string reasons_expression(const Check& check, bool with_unique) {
  return ReasonWriter(check, with_unique).write();
}

}  // namespace boathouse::core
