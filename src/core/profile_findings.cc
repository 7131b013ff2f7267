// SPDX-License-Identifier: Apache-2.0
#include "core/profile_findings.h"

#include <fmt/format.h>

#include "core/check_sql.h"
#include "core/profile_ask.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

// A contract's rule that one value alone decides, by itself.
struct LoneRule {
  std::string word;
  ContractColumn column;
};

std::vector<LoneRule> lone_rules(const ContractColumn& promised) {
  ContractColumn bare;
  bare.name = promised.name;
  bare.type = promised.type;
  bare.format = promised.format;
  std::vector<LoneRule> rules;
  auto add = [&](const char* word, bool said, auto member) {
    if (!said) return;
    ContractColumn alone = bare;
    alone.*member = promised.*member;
    rules.push_back({word, std::move(alone)});
  };
  add("min", promised.min.has_value(), &ContractColumn::min);
  add("max", promised.max.has_value(), &ContractColumn::max);
  add("pattern", promised.pattern.has_value(), &ContractColumn::pattern);
  add("values", !promised.values.empty(), &ContractColumn::values);
  add("min_length", promised.min_length.has_value(), &ContractColumn::min_length);
  add("max_length", promised.max_length.has_value(), &ContractColumn::max_length);
  return rules;
}

class Findings {
 public:
  Findings(engine::Lease& lease, const ProfileSource& source, const std::optional<Contract>& contract)
      : lease_(lease), source_(source), contract_(contract) {}

  json::array of(const json::object& profile) {
    const json::array& columns = profile.at("columns").as_array();
    for (std::size_t i = 0; i < source_.columns.size(); ++i) {
      const ProfileColumn& column = source_.columns[i];
      const json::object& figures = columns.at(i).as_object();
      const ContractColumn* promised = contract_ ? contract_->find(column.name) : nullptr;
      // Of another type is a version from before the contract: its values cannot be held against it.
      if (promised != nullptr && promised->type == column.type) hold_against(*promised, column, figures);
      look_at(promised, column, figures);
    }
    return std::move(found_);
  }

 private:
  void add(const char* severity, std::string_view kind, const ProfileColumn& column, std::string message,
           std::optional<std::int64_t> rows = std::nullopt) {
    json::object finding{{"severity", severity}, {"kind", kind}, {"column", column.name}, {"message", message}};
    if (rows) finding["rows"] = *rows;
    found_.push_back(std::move(finding));
  }

  void hold_against(const ContractColumn& promised, const ProfileColumn& column, const json::object& figures) {
    const std::int64_t missing = count_of(figures, "missing");
    if (promised.required && missing > 0) {
      add("error", "required", column, fmt::format("{} rows have no value, but the column is required", missing),
          missing);
    }
    const json::value* unique = figures.if_contains("unique");
    if (promised.unique && unique != nullptr && !unique->as_bool()) {
      add("error", "unique", column, "values are there more than once, but the column is unique");
    }
    std::vector<Figure> counts;
    json::object broken;
    for (const LoneRule& rule : lone_rules(promised)) {
      Contract alone;
      alone.columns = {rule.column};
      counts.push_back(
          {broken, rule.word,
           fmt::format("CAST(count_if(NOT ({})) AS BIGINT)", accept_predicate({.contract = alone, .upsert_key = {}}))});
    }
    ask(lease_, kProfiled, counts);
    for (const auto& [word, value] : broken) {
      const auto rows = value.to_number<std::int64_t>();
      if (rows > 0)
        add("error", word, column, fmt::format("{} rows break the contract's {}", rows, std::string_view(word)), rows);
    }
  }

  void look_at(const ContractColumn* promised, const ProfileColumn& column, const json::object& figures) {
    const std::int64_t rows = count_of(figures, "rows");
    const std::int64_t missing = count_of(figures, "missing");
    if (rows == 0) return;
    if (missing == rows) {
      add("warning", "all-missing", column, "no row has a value");
      return;
    }
    if (missing * 2 > rows)
      add("warning", "mostly-missing", column, "more than half of the rows have no value", missing);
    if (rows > 1 && missing == 0 && count_of(figures, "distinct") == 1) {
      add("info", "constant", column, "every row has the same value");
    }
    if (promised == nullptr) return;
    if (!promised->required && missing == 0) {
      add("info", "could-be-required", column, "every row has a value, but the column is not required");
    }
    const json::value* unique = figures.if_contains("unique");
    const bool is_key = contract_->key.size() == 1 && contract_->find(contract_->key.front()) == promised;
    if (!promised->unique && !is_key && rows > 1 && unique != nullptr && unique->as_bool()) {
      add("info", "could-be-unique", column, "every value is there once, but the column is not unique");
    }
  }

  engine::Lease& lease_;
  const ProfileSource& source_;
  const std::optional<Contract>& contract_;
  json::array found_;
};

}  // namespace

json::array profile_findings(engine::Lease& lease, const ProfileSource& source, const std::optional<Contract>& contract,
                             const json::object& profile) {
  return Findings(lease, source, contract).of(profile);
}

}  // namespace boathouse::core
