// SPDX-License-Identifier: Apache-2.0
// Partition transforms and specs. Pure values, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/schema.h"
#include "iceberg/value.h"

namespace boathouse::iceberg {

struct Transform {
  // `unknown`: a transform that another writer used and we do not know; such specs can be read, never written with.
  enum class Kind { identity, bucket, truncate, year, month, day, hour, void_, unknown };
  Kind kind = Kind::identity;
  int parameter = 0;     // bucket: how many; truncate: how wide
  std::string spelling;  // only for unknown

  // "identity", "bucket[8]", "truncate[10]", "year"...; anything else is `unknown`.
  static Transform parse(std::string_view text);
  std::string to_string() const;
  bool operator==(const Transform&) const = default;
};

// What the transform yields from `source`. Error{invalid_argument} naming both when it does not fit.
Type result_type(const Transform& transform, const Type& source);
// Throws as result_type does. Null stays null.
Value apply(const Transform& transform, const Type& source, const Value& value);

struct PartitionField {
  int source_id = 0;
  int field_id = 0;  // 1000 and up, unique over all specs of a table
  std::string name;
  Transform transform;
  bool operator==(const PartitionField&) const = default;
};

struct PartitionSpec {
  int id = 0;
  std::vector<PartitionField> fields;

  bool unpartitioned() const;
  bool operator==(const PartitionSpec&) const = default;
};

inline constexpr int kFirstPartitionFieldId = 1000;

// Whether the schema has every column that the spec reads.
bool has_sources(const Schema& schema, const PartitionSpec& spec);

// A contract's `partition` list (`day(hired_at)`, `bucket[8](id)`, `truncate[4](name)`, a bare column name) as a spec with
// fresh field ids. Columns are found without regard to case. A field is named after its column for identity, otherwise
// `<column>_<transform>`. Error{invalid_argument} naming the entry: bad spelling, an unknown column, a transform that does
// not fit the column's type, the same entry twice.
PartitionSpec parse_partition_spec(const std::vector<std::string>& entries, const Schema& schema);
// One field as a contract spells it. A field whose column is gone is spelled with its partition name.
std::string contract_spelling(const PartitionField& field, const Schema& schema);

// The type of a spec's tuple: one optional field for each partition field, with its id and name. A source column that the
// schema no longer has is looked for in `older` schemas; found nowhere, its type is string.
std::vector<Field> partition_fields(const PartitionSpec& spec, const Schema& schema,
                                    const std::vector<Schema>& older = {});

}  // namespace boathouse::iceberg
