// SPDX-License-Identifier: Apache-2.0
// Whether one column's rules make sense: which rules its type takes, and that their values are of that type. Pure, any
// thread.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "batch/strict_text.h"
#include "core/contract.h"

namespace boathouse::core {

// A rule's value as the column's text: a text as it is, a number or boolean as its own text (never for STRING, where
// only a text will do; for JSON also lists and objects). nullopt when it can be no value of the type.
std::optional<std::string> rule_text(const batch::ColumnType& type, const boost::json::value& value);

// The value of a rule's text: read by the column's `format` where it has one, else (or failing that) in the type's own
// form.
std::optional<batch::TypedValue> rule_value(const ContractColumn& column, std::string_view text);

// Tells every mistake in the rules of a column whose name and type are sound: `problem(key, message)`.
using TellProblem = std::function<void(std::string_view key, std::string message)>;
void check_rules(const ContractColumn& column, const TellProblem& problem);

}  // namespace boathouse::core
