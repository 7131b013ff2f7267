// SPDX-License-Identifier: Apache-2.0
#include "core/reshape.h"

#include "base/encoding.h"
#include "base/error.h"
#include "iceberg/branch_schema.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

bool names(const std::vector<iceberg::Field>& columns, const std::string& name) {
  return std::any_of(columns.begin(), columns.end(), [&](const iceberg::Field& column) {
    return base::fold_case(column.name) == base::fold_case(name);
  });
}

iceberg::Step retype(const iceberg::Field& field, const iceberg::Field& wanted, bool replace_misfits) {
  if (iceberg::can_widen(field.type, wanted.type)) return iceberg::WidenColumn{wanted.name, wanted.type};
  if (replace_misfits) return iceberg::ReplaceColumn{wanted.name, wanted.type, false};
  throw Error(ErrorKind::conflict,
              fmt::format("column \"{}\" cannot become {}: the table has rows of type {}. Give the new column another "
                          "name, or delete the rows first",
                          wanted.name, wanted.type.to_string(), field.type.to_string()))
      .with("column", wanted.name)
      .with("key", "type");
}

std::vector<iceberg::Step> steps_to(const Reshape& reshape, const iceberg::Schema& schema) {
  std::vector<iceberg::Step> steps;
  std::vector<std::string> order;
  for (const iceberg::Field& field : schema.fields()) {
    if (reshape.drop_others && !names(reshape.columns, field.name)) steps.emplace_back(iceberg::DropColumn{field.name});
  }
  for (const iceberg::Field& wanted : reshape.columns) {
    order.push_back(wanted.name);
    const iceberg::Field* field = schema.find_any_case(wanted.name);
    if (field == nullptr) {
      steps.emplace_back(iceberg::AddColumn{wanted.name, wanted.type, false, wanted.doc, std::nullopt});
      continue;
    }
    if (field->name != wanted.name) steps.emplace_back(iceberg::RenameColumn{field->name, wanted.name});
    if (!(field->type == wanted.type)) steps.push_back(retype(*field, wanted, reshape.replace_misfits));
    if (field->doc != wanted.doc) steps.emplace_back(iceberg::SetDoc{wanted.name, wanted.doc});
  }
  steps.emplace_back(iceberg::Reorder{std::move(order)});
  return steps;
}

}  // namespace

iceberg::Schema set_shape(iceberg::Change& change, const iceberg::TableMetadata& metadata, const Reshape& reshape) {
  const iceberg::Schema& schema = iceberg::branch_schema(metadata, iceberg::kMainBranch);
  iceberg::Evolved evolved = iceberg::evolve(schema, metadata.last_column_id, steps_to(reshape, schema));
  if (evolved.changed) change.schema = evolved.schema;
  iceberg::PartitionSpec spec = iceberg::parse_partition_spec(reshape.partition, evolved.schema);
  auto same = [](const iceberg::PartitionField& a, const iceberg::PartitionField& b) {
    return a.source_id == b.source_id && a.transform == b.transform;
  };
  const std::vector<iceberg::PartitionField>& now = metadata.spec().fields;
  if (!std::equal(now.begin(), now.end(), spec.fields.begin(), spec.fields.end(), same)) change.spec = spec;
  return evolved.schema;
}

}  // namespace boathouse::core
