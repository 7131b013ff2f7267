// SPDX-License-Identifier: Apache-2.0
// The columns of each branch. Iceberg reads every branch with the table's one current schema; here each is read and
// written with columns of its own, those of its head. So the current schema, which other engines read `main` with, has
// main's columns as they are, then what only other branches have: optional, and under another name where main uses that
// name for another column. When no branch's head has such a column any more, it leaves. Pure, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "iceberg/metadata.h"

namespace boathouse::iceberg {

// The columns that a branch is read and written with. Of a branch that does not exist: main's.
const Schema& branch_schema(const TableMetadata& metadata, std::string_view branch);

// What the current schema has to be. A column's name is `<name>__<id>` where another has its name, which may differ in case.
// A column that one branch widened has the wider type. Its id means nothing.
Schema united_schema(const Schema& main, const std::vector<Schema>& others);

// True when a file of that version might hold values of this column, so that a branch which has the version must not
// take the column's id for a new one of its own: some version until then had it, or not all of those are known any more.
bool may_hold(const TableMetadata& metadata, const Snapshot& version, int field_id);

// Puts current_schema_id where the branches' heads and main's columns want it, as the last step of a change.
void settle_schemas(TableMetadata& metadata, int main_schema_id);

// The id of an equal schema, which is added where there is none yet.
int schema_known(TableMetadata& metadata, const Schema& schema);

// `schema`, or where it lacks a column that the spec reads, the newest that has it.
const Schema& schema_with_sources(const TableMetadata& metadata, const Schema& schema, const PartitionSpec& spec);

// The property "<main's schema id>@<current schema id>": set while the two differ. With another current schema than it
// names, another program has changed the columns, and main has the current ones.
inline constexpr std::string_view kMainSchema = "boathouse.main-schema";

}  // namespace boathouse::iceberg
