// SPDX-License-Identifier: Apache-2.0
// The rows of a table's quarantine, found by their ids and taken out. Blocking; any thread.
#pragma once

#include <string>
#include <vector>

#include "core/ingest.h"
#include "core/row_deletes.h"

namespace boathouse::core {

// The quarantine of a table as it is now. Error{not_found} when it has none, since nothing was ever rejected.
TableState quarantine_state(const Parts& parts, const meta::TableRow& table);

// Of the ids that were tried again, in the order of their rows, those whose row is not among the rejected ones.
std::vector<std::string> accepted_again(const std::vector<std::string>& ids, const std::vector<RejectedRow>& rejected);

// What takes the rows of these ids out; ids that are not there count for nothing.
RowDeletes delete_quarantined(const Parts& parts, engine::Lease& lease, const TableState& quarantine,
                              const std::vector<std::string>& ids, const std::filesystem::path& folder);

// Of these ids those that no row in quarantine has. Errors as engine/pool.h says.
std::vector<std::string> missing_ids(const Parts& parts, const TableState& quarantine,
                                     const std::vector<std::string>& ids);

// `id IN ('..', ..)`
std::string id_is_one_of(const std::vector<std::string>& ids);

}  // namespace boathouse::core
