// SPDX-License-Identifier: Apache-2.0
// Columns as profiles see them: which figures a type has, and the SQL that they are asked with. Values; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "batch/types.h"
#include "core/contract.h"
#include "iceberg/schema.h"

namespace boathouse::core {

enum class ProfileKind { number, text, boolean, time, binary, uuid };

struct ProfileColumn {
  std::string name;
  int id = 0;
  batch::ColumnType type;
  ProfileKind kind = ProfileKind::text;

  // The column, quoted.
  std::string sql() const;
  // A condition for the values that figures are about: neither missing nor NaN, nor a time at the end of all times.
  std::string counted() const;
  // The column, NULL where it is not counted; of numbers also without infinities.
  std::string value() const;
  std::string finite() const;
  // Of numbers and times: `value` as a number that keeps its order and distances, for times in microseconds.
  std::string measure(std::string_view value) const;
  // Such a number of a time as a value of the column's type again.
  std::string from_measure(std::string_view measure) const;
  // A value as JSON is to show it, cut to kShownCharacters.
  std::string shown(std::string_view value) const;

  bool is_double() const { return type.kind == batch::TypeKind::double_; }
  bool is_ordered() const { return kind == ProfileKind::number || kind == ProfileKind::time; }
};

inline constexpr int kShownCharacters = 200;

// A JSON column is one by its contract only: Iceberg knows it as text.
std::vector<ProfileColumn> profile_columns(const iceberg::Schema& schema, const std::optional<Contract>& contract);

// A number as an SQL literal.
std::string sql_double(double number);

}  // namespace boathouse::core
