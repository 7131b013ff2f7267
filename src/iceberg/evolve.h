// SPDX-License-Identifier: Apache-2.0
// Schema evolution: a list of steps applied to a schema gives the next one, or an Error{invalid_argument} that names the
// column and says why not. Ids are never used again. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "iceberg/schema.h"

namespace boathouse::iceberg {

// A new top-level column, optional unless the table holds no rows (`required_allowed` of evolve()). Ids inside `type` are
// replaced by fresh ones. `before` names the column that it comes before; at the end when absent.
struct AddColumn {
  std::string name;
  Type type;
  bool required = false;
  std::string doc;
  std::optional<std::string> before;
};
struct DropColumn {
  std::string name;
};
struct RenameColumn {
  std::string name;
  std::string new_name;
};
// int to long, float to double, a decimal to more digits before the point.
struct WidenColumn {
  std::string name;
  Type type;
};
// Any other change of type: the column leaves the schema and another of its name, with a fresh id, takes its place.
struct ReplaceColumn {
  std::string name;
  Type type;
  bool required = false;
};
struct SetRequired {
  std::string name;
  bool required = false;
};
// Puts the named columns first, in this order; the others follow as they were.
struct Reorder {
  std::vector<std::string> names;
};
struct SetDoc {
  std::string name;
  std::string doc;
};
using Step =
    std::variant<AddColumn, DropColumn, RenameColumn, WidenColumn, ReplaceColumn, SetRequired, Reorder, SetDoc>;

struct Evolved {
  Schema schema;  // the id of the old one; prepare() gives the next
  int last_column_id = 0;
  bool changed = false;
};

// `required_allowed`: columns may be added or made required, as in a table without rows.
Evolved evolve(const Schema& schema, int last_column_id, const std::vector<Step>& steps, bool required_allowed = false);

// Whether the types are the same but for the ids inside them.
bool same_shape(const Type& a, const Type& b);

// True when values of `from` can be read as `to` without rewriting files.
bool can_widen(const Type& from, const Type& to);

// The steps that make room for columns as they arrive (`wanted`, ids ignored): unknown ones are added as optional, known
// ones are widened where Iceberg can. `misfits` names the columns whose type can neither stay nor widen: with `replace`
// they become ReplaceColumn steps, otherwise they are only named. Columns that did not arrive become optional when
// `missing_become_optional`.
struct Accommodation {
  std::vector<Step> steps;
  std::vector<std::string> misfits;
};
Accommodation accommodate(const Schema& schema, const std::vector<Field>& wanted, bool replace,
                          bool missing_become_optional = false);

}  // namespace boathouse::iceberg
