// SPDX-License-Identifier: Apache-2.0
#include "core/table_refs.h"

#include "base/error.h"
#include "base/numbers.h"
#include "iceberg/history.h"

namespace boathouse::core {

using base::Error;
using base::ErrorKind;

iceberg::SnapshotPtr require_version(const iceberg::TableMetadata& metadata, std::string_view text,
                                     std::string_view field) {
  auto id = base::parse_number<base::SnapshotId>(text);
  if (!id) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("\"{}\" is the text of a number, as the list of versions gives it", field))
        .with("field", std::string(field));
  }
  iceberg::SnapshotPtr found = metadata.snapshot(*id);
  if (found == nullptr) {
    throw Error(ErrorKind::not_found, fmt::format("the table has no version {}: it never had, or it has expired", *id));
  }
  return found;
}

iceberg::SnapshotPtr require_version_or_ref(const iceberg::TableMetadata& metadata, std::string_view text,
                                            std::string_view field) {
  if (iceberg::SnapshotPtr found = metadata.ref_snapshot(text)) return found;
  if (base::parse_number<base::SnapshotId>(text)) return require_version(metadata, text);
  throw Error(ErrorKind::not_found, fmt::format("the table has no branch, tag or version \"{}\"", text))
      .with("field", std::string(field));
}

void check_own(const TableState& state) {
  if (!state.row.quarantine_of.empty()) throw_no_table(state.row.name);
}

void check_ref_free(const iceberg::TableMetadata& metadata, const std::string& name) {
  if (!metadata.refs.contains(name) && name != iceberg::kMainBranch) return;
  throw Error(ErrorKind::already_exists, fmt::format("the table has a branch or tag \"{}\" already", name));
}

boost::json::object ref_json(const std::string& name, const iceberg::Snapshot& version) {
  return {{"name", name}, {"version", std::to_string(version.id())}, {"rows", iceberg::totals(version).rows()}};
}

TableChange refs_change(const TableState& now, std::vector<iceberg::RefChange> refs) {
  TableChange change;
  change.base = now;
  change.row = now.row;
  change.change.at = base::now_micros();
  change.change.refs = std::move(refs);
  return change;
}

}  // namespace boathouse::core
