// SPDX-License-Identifier: Apache-2.0
// A table as it was at one moment, in a few words: which version, columns, partitioning and contract it had. A job carries
// one, so that what happens to the table until it runs is not the job's; a table's metadata keeps one for every change of
// its contract that a rollback takes back. Values; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "core/table_state.h"
#include "iceberg/change.h"

namespace boathouse::core {

struct TableMoment {
  base::TableId table;
  base::SnapshotId version = 0;  // of main; 0: none yet
  int schema = 0;
  int spec = 0;
  std::optional<std::string> contract{};  // its text, empty: none; nullopt where it is not carried
  std::string contract_hash;
};

TableMoment moment_of(const TableState& now);
// The same without a contract that is too large for a job's payload.
TableMoment carried(TableMoment moment);
inline constexpr std::size_t kMaxCarriedContract = 32 << 10;

boost::json::object to_json(const TableMoment& moment);
TableMoment parse_moment(const boost::json::object& json);

// The table as it was. Error{not_found} when it is another table of the same name by now; Error{unprocessable} when the
// version has expired, or when a contract too large to be carried has changed.
TableState at_moment(TableState now, const TableMoment& moment);

// Lets the commit that makes the table's next version remember what the table was like before: for one that changes the
// contract together with the rows.
void remember_before(iceberg::Change& change, const TableState& before);
// What the table was like when the first such commit after `version` changed it; nullopt: there was none.
std::optional<TableMoment> remembered_after(const iceberg::TableMetadata& metadata, const iceberg::Snapshot& version);
// The properties in which that is remembered for no version that stays when `expired` go.
std::vector<std::string> unused_moments(const iceberg::TableMetadata& metadata,
                                        const std::vector<iceberg::SnapshotId>& expired);

}  // namespace boathouse::core
