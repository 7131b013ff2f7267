// SPDX-License-Identifier: Apache-2.0
#include "iceberg/evolve.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::iceberg {
namespace {

[[noreturn]] void refuse(const std::string& column, const std::string& why) {
  throw base::Error(base::ErrorKind::invalid_argument, "column '" + column + "': " + why);
}

// Gives fresh ids to what is inside a type that comes from outside.
Type fresh_type(const Type& type, int& last_id) {
  if (type.is_primitive()) return type;
  std::vector<Field> wrapped = assign_fresh_ids({Field{1, "x", type, false, ""}}, last_id);
  // The wrapper took one id that no column gets; the ids inside follow it.
  last_id = std::max(last_id, Schema(0, wrapped).highest_field_id());
  return wrapped[0].type;
}

class Evolution {
 public:
  Evolution(const Schema& schema, int last_column_id, bool required_allowed)
      : schema_(schema),
        fields_(schema.fields()),
        identifiers_(schema.identifier_field_ids()),
        last_id_(std::max(last_column_id, schema.highest_field_id())),
        required_allowed_(required_allowed) {}

  void operator()(const AddColumn& step) {
    if (step.name.empty()) refuse(step.name, "a column needs a name");
    if (position(step.name)) refuse(step.name, "it exists already");
    if (step.required && !required_allowed_) refuse(step.name, "a column added to a table with rows must be optional");
    auto at = step.before ? fields_.begin() + need(*step.before) : fields_.end();
    fields_.insert(at, fresh(step.name, step.type, step.required, step.doc));
  }

  void operator()(const DropColumn& step) {
    auto at = need(step.name);
    std::erase(identifiers_, fields_[static_cast<std::size_t>(at)].id);
    fields_.erase(fields_.begin() + at);
  }

  void operator()(const RenameColumn& step) {
    Field& field = column(step.name);
    if (step.new_name.empty()) refuse(step.name, "a column needs a name");
    auto taken = position(step.new_name);
    if (taken && &fields_[static_cast<std::size_t>(*taken)] != &field) refuse(step.new_name, "it exists already");
    field.name = step.new_name;
  }

  void operator()(const WidenColumn& step) {
    Field& field = column(step.name);
    if (field.type == step.type) return;
    if (!can_widen(field.type, step.type)) {
      refuse(step.name, field.type.to_string() + " cannot be widened to " + step.type.to_string());
    }
    field.type = step.type;
  }

  void operator()(const ReplaceColumn& step) {
    Field& field = column(step.name);
    if (step.required && !required_allowed_) refuse(step.name, "a column added to a table with rows must be optional");
    std::erase(identifiers_, field.id);
    field = fresh(field.name, step.type, step.required, field.doc);
  }

  void operator()(const SetRequired& step) {
    Field& field = column(step.name);
    if (step.required && !field.required && !required_allowed_) {
      refuse(step.name, "an optional column of a table with rows cannot become required");
    }
    if (!step.required) std::erase(identifiers_, field.id);
    field.required = step.required;
  }

  void operator()(const Reorder& step) {
    std::vector<Field> ordered;
    for (const std::string& name : step.names) {
      auto at = need(name);
      ordered.push_back(std::move(fields_[static_cast<std::size_t>(at)]));
      fields_.erase(fields_.begin() + at);
    }
    ordered.insert(ordered.end(), std::move_iterator(fields_.begin()), std::move_iterator(fields_.end()));
    fields_ = std::move(ordered);
  }

  void operator()(const SetDoc& step) { column(step.name).doc = step.doc; }

  Evolved result() const {
    Schema evolved(schema_.id(), fields_, identifiers_);
    bool changed = !evolved.same_columns(schema_);
    return {evolved, last_id_, changed};
  }

 private:
  // By exact name, else without regard to case: names of columns never differ by case only.
  std::optional<std::ptrdiff_t> position(const std::string& name) const {
    auto find = [&](auto same) -> std::optional<std::ptrdiff_t> {
      auto found = std::find_if(fields_.begin(), fields_.end(), same);
      return found == fields_.end() ? std::nullopt : std::optional(found - fields_.begin());
    };
    if (auto exact = find([&](const Field& field) { return field.name == name; })) return exact;
    std::string folded = base::fold_case(name);
    return find([&](const Field& field) { return base::fold_case(field.name) == folded; });
  }

  std::ptrdiff_t need(const std::string& name) const {
    auto found = position(name);
    if (!found) refuse(name, "there is no such column");
    return *found;
  }

  Field& column(const std::string& name) { return fields_[static_cast<std::size_t>(need(name))]; }

  Field fresh(const std::string& name, const Type& type, bool required, const std::string& doc) {
    int id = ++last_id_;
    return {id, name, fresh_type(type, last_id_), required, doc};
  }

  const Schema& schema_;
  std::vector<Field> fields_;
  std::vector<int> identifiers_;
  int last_id_;
  const bool required_allowed_;
};

}  // namespace

bool can_widen(const Type& from, const Type& to) {
  if (from.kind() == TypeKind::int32) return to.kind() == TypeKind::int64;
  if (from.kind() == TypeKind::float32) return to.kind() == TypeKind::float64;
  return from.kind() == TypeKind::decimal && to.kind() == TypeKind::decimal && from.scale() == to.scale() &&
         from.precision() < to.precision();
}

Evolved evolve(const Schema& schema, int last_column_id, const std::vector<Step>& steps, bool required_allowed) {
  Evolution evolution(schema, last_column_id, required_allowed);
  for (const Step& step : steps) std::visit(evolution, step);
  return evolution.result();
}

bool same_shape(const Type& a, const Type& b) {
  if (a.is_primitive() || b.is_primitive()) return a == b;
  if (a.kind() != b.kind() || a.children().size() != b.children().size()) return false;
  for (std::size_t i = 0; i < a.children().size(); ++i) {
    const Field& left = a.children()[i];
    const Field& right = b.children()[i];
    if (left.name != right.name || !same_shape(left.type, right.type)) return false;
  }
  return true;
}

Accommodation accommodate(const Schema& schema, const std::vector<Field>& wanted, bool replace,
                          bool missing_become_optional) {
  Accommodation result;
  std::vector<int> arrived;
  for (const Field& field : wanted) {
    const Field* known = schema.find_any_case(field.name);
    if (known == nullptr) {
      result.steps.push_back(AddColumn{field.name, field.type, false, field.doc, std::nullopt});
      continue;
    }
    arrived.push_back(known->id);
    // What is narrower than the column fits into it as it is.
    if (same_shape(known->type, field.type) || can_widen(field.type, known->type)) continue;
    if (can_widen(known->type, field.type)) {
      result.steps.push_back(WidenColumn{known->name, field.type});
      continue;
    }
    result.misfits.push_back(known->name);
    if (replace) result.steps.push_back(ReplaceColumn{known->name, field.type, false});
  }
  for (const Field& field : schema.fields()) {
    bool missing = std::find(arrived.begin(), arrived.end(), field.id) == arrived.end();
    if (missing_become_optional && missing && field.required) result.steps.push_back(SetRequired{field.name, false});
  }
  return result;
}

}  // namespace boathouse::iceberg
