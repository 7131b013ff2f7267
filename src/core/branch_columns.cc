// SPDX-License-Identifier: Apache-2.0
#include "core/branch_columns.h"

#include "base/error.h"
#include "iceberg/evolve.h"

namespace boathouse::core {
namespace {

using iceberg::Field;
using iceberg::Schema;

class Columns {
 public:
  Columns(const TableState& state, Shape shape, bool replaces, const std::set<std::string>& retyped)
      : state_(state), metadata_(*state.metadata), shape_(shape), replaces_(replaces), retyped_(retyped) {}

  Schema with(const std::vector<Field>& wanted) {
    const Schema before = shape_ == Shape::of_batch ? Schema() : state_.schema();
    iceberg::Accommodation room = iceberg::accommodate(before, wanted, replaces_);
    for (const std::string& misfit : room.misfits) {
      if (!replaces_) room.steps.push_back(retype(misfit, wanted));
    }
    const Schema evolved = iceberg::evolve(before, metadata_.last_column_id, room.steps).schema;
    for (const Field& field : before.fields()) used_.insert(field.id);
    std::vector<Field> fields = evolved.fields();
    for (Field& field : fields) {
      if (field.id > metadata_.last_column_id) take_known_id(field);
    }
    return {0, std::move(fields), evolved.identifier_field_ids()};
  }

 private:
  [[noreturn]] void refuse(const std::string& column) const {
    throw base::Error(base::ErrorKind::conflict,
                      fmt::format("column \"{}\" of the branch \"{}\" has another type than the table's contract says: "
                                  "replace the branch's rows, or delete the branch",
                                  column, state_.branch))
        .with("column", column);
  }

  iceberg::ReplaceColumn retype(const std::string& column, const std::vector<Field>& wanted) const {
    for (const Field& field : wanted) {
      if (field.name == column && retyped_.contains(column)) return {column, field.type, false};
    }
    refuse(column);
  }

  // A new column of the branch: is it one that has an id already?
  void take_known_id(Field& field) {
    const Field* own = state_.schema().find_any_case(field.name);
    // Where rows stay, the branch's own columns are there already.
    if (own != nullptr && shape_ == Shape::of_batch && keeps_meaning(own->type, field.type) && take(*own, field))
      return;
    const Field* other = metadata_.schema().find_any_case(field.name);
    if (other == nullptr || !iceberg::same_shape(other->type, field.type)) return;
    iceberg::SnapshotPtr head = state_.head();
    if (replaces_ || head == nullptr || !iceberg::may_hold(metadata_, *head, other->id)) take(*other, field);
  }

  static bool keeps_meaning(const iceberg::Type& from, const iceberg::Type& to) {
    return iceberg::same_shape(from, to) || iceberg::can_widen(from, to);
  }

  bool take(const Field& known, Field& field) {
    if (!used_.insert(known.id).second) return false;
    field.id = known.id;
    if (!field.type.is_primitive()) field.type = known.type;
    return true;
  }

  const TableState& state_;
  const iceberg::TableMetadata& metadata_;
  const Shape shape_;
  const bool replaces_;
  const std::set<std::string>& retyped_;
  std::set<int> used_;
};

}  // namespace

Schema columns_with(const TableState& state, const std::vector<Field>& wanted, Shape shape, bool replaces,
                    const std::set<std::string>& retyped) {
  return Columns(state, shape, replaces, retyped).with(wanted);
}

}  // namespace boathouse::core
