// SPDX-License-Identifier: Apache-2.0
// Branches and tags of a table as its history works with them. Only table_*.cc of core include this. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/commit.h"

namespace boathouse::core {

// The version of that id. Error{not_found}, Error{invalid_argument} with `field` for what is no id.
iceberg::SnapshotPtr require_version(const iceberg::TableMetadata& metadata, std::string_view text,
                                     std::string_view field = "version");
// The head of a branch, what a tag names, or the version of that id, in this order. Error{not_found} with `field`.
iceberg::SnapshotPtr require_version_or_ref(const iceberg::TableMetadata& metadata, std::string_view text,
                                            std::string_view field);

// Error{not_found} for a quarantine: rejected rows have no past of their own.
void check_own(const TableState& state);
// Error{already_exists} when a tag or branch has the name.
void check_ref_free(const iceberg::TableMetadata& metadata, const std::string& name);

// {name,version,rows}
boost::json::object ref_json(const std::string& name, const iceberg::Snapshot& version);

// Nothing but these.
TableChange refs_change(const TableState& now, std::vector<iceberg::RefChange> refs);

}  // namespace boathouse::core
