// SPDX-License-Identifier: Apache-2.0
// A table's columns with their field ids. Immutable, cheap to copy (shared inside), any thread. Building one checks it:
// ids unique and positive, names unique among siblings, identifiers existing, required and primitive, at most 64 levels
// deep; otherwise Error{invalid_argument}.
#pragma once

#include <optional>

#include "iceberg/types.h"

namespace boathouse::iceberg {

// Ids from here on are Iceberg's own (metadata columns, the columns of position delete files).
inline constexpr int kFirstReservedFieldId = 2147483447;

class Schema {
 public:
  Schema();  // id 0, no columns
  Schema(int id, std::vector<Field> fields, std::vector<int> identifier_field_ids = {});

  int id() const;
  const std::vector<Field>& fields() const;
  const std::vector<int>& identifier_field_ids() const;

  // At any depth; nullptr when there is none. The pointer lives as long as any copy of this schema.
  const Field* find(int id) const;
  // A top-level column by its exact name, and without regard to (ASCII) case.
  const Field* find(std::string_view name) const;
  const Field* find_any_case(std::string_view name) const;
  // The largest id at any depth, 0 without columns.
  int highest_field_id() const;

  // Iceberg's JSON, made once.
  const std::string& json() const;

  // The same columns and identifiers, whatever the schema ids.
  bool same_columns(const Schema& other) const;
  Schema with_id(int id) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

// The same columns with fresh ids from `first_id` on, parents before children, as a new table needs them.
std::vector<Field> assign_fresh_ids(std::vector<Field> fields, int first_id = 1);

}  // namespace boathouse::iceberg
