// SPDX-License-Identifier: Apache-2.0
#include "iceberg/prune.h"

#include <algorithm>

#include "iceberg/bounds.h"

namespace boathouse::iceberg {
namespace {

using Op = Condition::Op;

bool is_nan(const Value& value) { return !is_null(value) && !truncate_lower(value).has_value(); }

bool reaches_up_to(const ValueRange& range, const Value& literal, bool inclusive) {
  if (!range.upper) return true;
  auto order = compare(*range.upper, literal);
  return order > 0 || (inclusive && order == 0);
}

bool reaches_down_to(const ValueRange& range, const Value& literal, bool inclusive) {
  if (!range.lower) return true;
  auto order = compare(*range.lower, literal);
  return order < 0 || (inclusive && order == 0);
}

bool may_equal(const ValueRange& range, const Value& literal) {
  if (is_null(literal)) return false;
  if (is_nan(literal)) return range.may_hold_nan;
  return reaches_down_to(range, literal, true) && reaches_up_to(range, literal, true);
}

bool may_compare(Op op, const ValueRange& range, const Value& literal) {
  if (is_null(literal)) return false;
  // Engines put NaN above every number.
  if (is_nan(literal)) return true;
  switch (op) {
    case Op::less: return reaches_down_to(range, literal, false);
    case Op::less_equal: return reaches_down_to(range, literal, true);
    case Op::greater: return range.may_hold_nan || reaches_up_to(range, literal, false);
    case Op::greater_equal: return range.may_hold_nan || reaches_up_to(range, literal, true);
    default: return true;
  }
}

ValueRange column_range(const Field& column, const ColumnStats& stats) {
  ValueRange range;
  range.may_hold_null = stats.nulls.value_or(1) > 0;
  range.may_hold_nan = column.type.is_floating() && stats.nans.value_or(1) > 0;
  range.may_hold_value = !(stats.values && stats.nulls && *stats.nulls >= *stats.values);
  if (stats.lower_bound) range.lower = from_single_value(column.type, *stats.lower_bound);
  if (stats.upper_bound) range.upper = from_single_value(column.type, *stats.upper_bound);
  return range;
}

ValueRange single(const Value& value) {
  ValueRange range;
  range.may_hold_null = is_null(value);
  range.may_hold_value = !is_null(value);
  range.may_hold_nan = is_nan(value);
  if (!is_null(value) && !is_nan(value)) range.lower = range.upper = value;
  return range;
}

ValueRange summary_range(const Type& type, const PartitionSummary& summary) {
  ValueRange range;
  range.may_hold_null = summary.contains_null;
  range.may_hold_nan = type.is_floating() && summary.contains_nan.value_or(true);
  range.may_hold_value = summary.lower_bound || summary.upper_bound || range.may_hold_nan;
  if (summary.lower_bound) range.lower = from_single_value(type, *summary.lower_bound);
  if (summary.upper_bound) range.upper = from_single_value(type, *summary.upper_bound);
  return range;
}

// Calls `range_of` (index of the partition field, its type) for each field that a condition concerns.
template <class RangeOf>
bool partitions_may_pass(const Predicate& predicate, const Schema& schema, const PartitionSpec& spec,
                         RangeOf range_of) {
  for (const Condition& condition : predicate) {
    const Field* column = schema.find(condition.field_id);
    if (column == nullptr || !column->type.is_primitive()) continue;
    for (std::size_t i = 0; i < spec.fields.size(); ++i) {
      const PartitionField& field = spec.fields[i];
      if (field.source_id != condition.field_id) continue;
      auto projected = project(condition, field.transform, column->type);
      if (projected && !may_pass(*projected, range_of(i, result_type(field.transform, column->type)))) return false;
    }
  }
  return true;
}

}  // namespace

bool may_pass(const Condition& condition, const ValueRange& range) {
  if (condition.op == Op::is_null) return range.may_hold_null;
  if (!range.may_hold_value) return false;
  if (condition.op == Op::not_null || condition.op == Op::not_equal) return true;
  const std::vector<Value>& literals = condition.literals;
  if (condition.op == Op::equal || condition.op == Op::in) {
    return std::any_of(literals.begin(), literals.end(),
                       [&](const Value& literal) { return may_equal(range, literal); });
  }
  return std::all_of(literals.begin(), literals.end(),
                     [&](const Value& literal) { return may_compare(condition.op, range, literal); });
}

std::optional<Condition> project(const Condition& condition, const Transform& transform, const Type& source) {
  using Kind = Transform::Kind;
  if (transform.kind == Kind::void_ || transform.kind == Kind::unknown || condition.op == Op::not_equal) {
    return std::nullopt;
  }
  bool ordered = condition.op != Op::equal && condition.op != Op::in && condition.op != Op::is_null &&
                 condition.op != Op::not_null;
  if (ordered && transform.kind == Kind::bucket) return std::nullopt;
  Condition projected = condition;
  for (Value& literal : projected.literals) {
    // A transform says nothing about NaN, and of an identity it is the value itself.
    if (!is_nan(literal)) literal = apply(transform, source, literal);
  }
  // Values on both sides of a literal may fall into its own partition.
  bool coarse = transform.kind != Kind::identity;
  if (coarse && condition.op == Op::less) projected.op = Op::less_equal;
  if (coarse && condition.op == Op::greater) projected.op = Op::greater_equal;
  return projected;
}

bool may_pass(const Predicate& predicate, const Schema& schema, const DataFile& file) {
  for (const Condition& condition : predicate) {
    const Field* column = schema.find(condition.field_id);
    const ColumnStats* stats = file.stats(condition.field_id);
    if (column == nullptr || stats == nullptr || !column->type.is_primitive()) continue;
    if (!may_pass(condition, column_range(*column, *stats))) return false;
  }
  return true;
}

bool may_pass(const Predicate& predicate, const Schema& schema, const PartitionSpec& spec, const DataFile& file) {
  return partitions_may_pass(predicate, schema, spec,
                             [&](std::size_t i, const Type&) { return single(file.partition.at(i)); });
}

bool may_pass(const Predicate& predicate, const Schema& schema, const PartitionSpec& spec,
              const ManifestFile& manifest) {
  if (manifest.partitions.size() != spec.fields.size()) return true;
  return partitions_may_pass(predicate, schema, spec, [&](std::size_t i, const Type& type) {
    return summary_range(type, manifest.partitions[i]);
  });
}

}  // namespace boathouse::iceberg
