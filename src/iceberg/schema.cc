// SPDX-License-Identifier: Apache-2.0
#include "iceberg/schema.h"

#include <set>
#include <unordered_map>

#include "base/encoding.h"
#include "base/error.h"
#include "iceberg/schema_json.h"

namespace boathouse::iceberg {
namespace {

constexpr int kDeepestType = 64;

[[noreturn]] void refuse(const std::string& why) { throw base::Error(base::ErrorKind::invalid_argument, why); }

}  // namespace

struct Schema::State {
  int id = 0;
  std::vector<Field> fields;
  std::vector<int> identifiers;
  std::unordered_map<int, const Field*> by_id;
  std::unordered_map<std::string_view, const Field*> by_name;
  std::unordered_map<std::string, const Field*> by_folded_name;
  int highest = 0;
  std::string json;

  void index(const std::vector<Field>& level, int depth) {
    if (depth > kDeepestType) refuse("a column's type is nested too deeply");
    std::set<std::string_view> names;
    for (const Field& field : level) {
      if (!names.insert(field.name).second) refuse("two columns are named '" + field.name + "'");
      if (field.id < 1 || field.id >= kFirstReservedFieldId) {
        refuse(fmt::format("column '{}' has the id {}, which is none", field.name, field.id));
      }
      if (!by_id.emplace(field.id, &field).second) refuse(fmt::format("two columns have the id {}", field.id));
      highest = std::max(highest, field.id);
      index(field.type.children(), depth + 1);
    }
  }

  void check_identifiers() const {
    for (int identifier : identifiers) {
      auto found = by_id.find(identifier);
      if (found == by_id.end()) refuse(fmt::format("an identifier names column {}, which does not exist", identifier));
      const Field& field = *found->second;
      if (!field.required || !field.type.is_primitive()) {
        refuse("column '" + field.name + "' cannot identify rows: it must be required and of a simple type");
      }
    }
  }
};

Schema::Schema() : Schema(0, {}) {}

Schema::Schema(int id, std::vector<Field> fields, std::vector<int> identifier_field_ids) {
  auto state = std::make_shared<State>();
  state->id = id;
  state->fields = std::move(fields);
  state->identifiers = std::move(identifier_field_ids);
  state->index(state->fields, 0);
  state->check_identifiers();
  for (const Field& field : state->fields) {
    state->by_name.emplace(field.name, &field);
    state->by_folded_name.emplace(base::fold_case(field.name), &field);
  }
  state->json = schema_to_json(id, state->fields, state->identifiers);
  state_ = std::move(state);
}

int Schema::id() const { return state_->id; }
const std::vector<Field>& Schema::fields() const { return state_->fields; }
const std::vector<int>& Schema::identifier_field_ids() const { return state_->identifiers; }
int Schema::highest_field_id() const { return state_->highest; }
const std::string& Schema::json() const { return state_->json; }

const Field* Schema::find(int id) const {
  auto found = state_->by_id.find(id);
  return found == state_->by_id.end() ? nullptr : found->second;
}

const Field* Schema::find(std::string_view name) const {
  auto found = state_->by_name.find(name);
  return found == state_->by_name.end() ? nullptr : found->second;
}

const Field* Schema::find_any_case(std::string_view name) const {
  if (const Field* exact = find(name)) return exact;
  auto found = state_->by_folded_name.find(base::fold_case(name));
  return found == state_->by_folded_name.end() ? nullptr : found->second;
}

bool Schema::same_columns(const Schema& other) const {
  return state_ == other.state_ ||
         (fields() == other.fields() && identifier_field_ids() == other.identifier_field_ids());
}

Schema Schema::with_id(int id) const {
  return id == state_->id ? *this : Schema(id, state_->fields, state_->identifiers);
}

namespace {

Type with_fresh_ids(const Type& type, int& next);

std::vector<Field> fresh_level(std::vector<Field> fields, int& next) {
  for (Field& field : fields) field.id = next++;
  for (Field& field : fields) field.type = with_fresh_ids(field.type, next);
  return fields;
}

Type with_fresh_ids(const Type& type, int& next) {
  if (type.is_primitive()) return type;
  std::vector<Field> fields = fresh_level(type.children(), next);
  if (type.kind() == TypeKind::list) return Type::list(fields[0].id, fields[0].type, fields[0].required);
  if (type.kind() == TypeKind::structure) return Type::structure(std::move(fields));
  return Type::map(fields[0].id, fields[0].type, fields[1].id, fields[1].type, fields[1].required);
}

}  // namespace

std::vector<Field> assign_fresh_ids(std::vector<Field> fields, int first_id) {
  return fresh_level(std::move(fields), first_id);
}

}  // namespace boathouse::iceberg
