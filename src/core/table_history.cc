// SPDX-License-Identifier: Apache-2.0
#include "core/table_history.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/names.h"
#include "core/change_table.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using iceberg::SnapshotRef;

iceberg::SnapshotPtr require_version(const iceberg::TableMetadata& metadata, std::string_view text) {
  base::SnapshotId id = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc() || end != text.data() + text.size()) {
    throw Error(ErrorKind::invalid_argument, "\"version\" is the text of a number, as the list of versions gives it")
        .with("field", "version");
  }
  iceberg::SnapshotPtr found = metadata.snapshot(id);
  if (found == nullptr) {
    throw Error(ErrorKind::not_found, fmt::format("the table has no version {}: it never had, or it has expired", id));
  }
  return found;
}

// Rejected rows have no past of their own to go back to.
void check_own(const TableState& state) {
  if (!state.row.quarantine_of.empty()) throw_no_table(state.row.name);
}

// Of a table without a contract, which has just the columns that came with its rows.
void bring_back_columns(const iceberg::TableMetadata& metadata, const iceberg::Snapshot& version,
                        iceberg::Change& change) {
  if (!version.schema_id()) return;
  change.schema = metadata.schema_by_id(*version.schema_id());
  const std::vector<iceberg::PartitionField>& fields = metadata.spec().fields;
  bool partitioned = std::all_of(fields.begin(), fields.end(), [&](const iceberg::PartitionField& field) {
    return change.schema->find(field.source_id) != nullptr;
  });
  if (!partitioned) change.spec = iceberg::PartitionSpec();
}

bool is_kept_by_house(const std::string& name, const SnapshotRef& ref) {
  return ref.kind == SnapshotRef::Kind::tag && name.starts_with(kHouseTags);
}

json::object ref_json(const std::string& name, const iceberg::Snapshot& snapshot) {
  return {{"name", name}, {"version", std::to_string(snapshot.id())}, {"rows", iceberg::totals(snapshot).rows()}};
}

}  // namespace

void check_ref_name(std::string_view name, std::string_view what) {
  base::check_name(name, what);
  if (name.starts_with("key-")) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the name of a {} does not begin with \"key-\": those are the keys of DataFrames", what));
  }
  if (name.starts_with(kHouseTags)) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("the name of a {} does not begin with \"{}\": those are Boathouse's own", what, kHouseTags));
  }
}

base::SnapshotId TableHistory::rollback(const meta::WorkspaceRow& workspace, std::string_view table,
                                        std::string_view version, const Actor& actor) const {
  base::SnapshotId made = 0;
  auto make = [&](const TableState& now) -> std::optional<TableChange> {
    check_own(now);
    iceberg::SnapshotPtr restored = require_version(*now.metadata, version);
    iceberg::SnapshotChange snapshot;
    snapshot.id = made = base::new_snapshot_id();
    snapshot.restore = restored->id();
    snapshot.summary = {{std::string(kSummaryRequest), actor.request.value},
                        {std::string(kSummaryBy), actor.principal}};
    TableChange change;
    change.base = now;
    change.row = now.row;
    change.change.at = base::now_micros();
    change.change.snapshots.push_back(std::move(snapshot));
    if (now.row.contract.empty()) bring_back_columns(*now.metadata, *restored, change.change);
    return change;
  };
  auto batch = [&](const TableChange& change) {
    meta::BatchRow row;
    row.id = base::BatchId(base::uuid_v7());
    row.table = change.row.id;
    row.workspace = workspace.id;
    row.request = actor.request;
    row.principal = actor.principal;
    row.door = actor.door;
    row.mode = "rollback";
    row.version = made;
    row.at = change.change.at;
    return row;
  };
  change_table(parts_, workspace.id, table, make, batch);
  return made;
}

json::object TableHistory::refs(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page,
                                SnapshotRef::Kind kind, std::string_view list) const {
  TableState state = require_state(parts_, workspace.id, table);
  json::array named;
  std::size_t skip = rows_to_skip(page);
  bool more = false;
  for (const auto& [name, ref] : state.metadata->refs) {
    if (ref.kind != kind || is_kept_by_house(name, ref)) continue;
    if (skip > 0) {
      --skip;
    } else if (named.size() == page.limit) {
      more = true;
      break;
    } else {
      named.push_back(ref_json(name, *state.metadata->snapshot(ref.snapshot_id)));
    }
  }
  json::object answer;
  if (more) answer["next_page_token"] = std::to_string(rows_to_skip(page) + named.size());
  answer[list] = std::move(named);
  return answer;
}

json::object TableHistory::tags(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page) const {
  return refs(workspace, table, page, SnapshotRef::Kind::tag, "tags");
}

json::object TableHistory::branches(const meta::WorkspaceRow& workspace, std::string_view table,
                                    const Page& page) const {
  return refs(workspace, table, page, SnapshotRef::Kind::branch, "branches");
}

json::object TableHistory::create_tag(const meta::WorkspaceRow& workspace, std::string_view table,
                                      const std::string& name, const std::optional<std::string>& version) const {
  check_ref_name(name, "tag");
  json::object made;
  change_table(parts_, workspace.id, table, [&](const TableState& now) -> std::optional<TableChange> {
    check_own(now);
    if (now.metadata->ref_snapshot(name) != nullptr) {
      throw Error(ErrorKind::already_exists, fmt::format("the table has a branch or tag \"{}\" already", name));
    }
    auto target = version ? require_version(*now.metadata, *version) : now.metadata->current_snapshot();
    if (target == nullptr) throw Error(ErrorKind::conflict, "the table has no version yet that could be named");
    made = ref_json(name, *target);
    TableChange change;
    change.base = now;
    change.row = now.row;
    change.change.at = base::now_micros();
    SnapshotRef ref;
    ref.snapshot_id = target->id();
    ref.kind = SnapshotRef::Kind::tag;
    change.change.refs.push_back({name, ref});
    return change;
  });
  return made;
}

void TableHistory::remove_tag(const meta::WorkspaceRow& workspace, std::string_view table,
                              const std::string& name) const {
  change_table(parts_, workspace.id, table, [&](const TableState& now) -> std::optional<TableChange> {
    auto found = now.metadata->refs.find(name);
    if (found == now.metadata->refs.end() || found->second.kind != SnapshotRef::Kind::tag ||
        is_kept_by_house(name, found->second)) {
      throw Error(ErrorKind::not_found, fmt::format("the table has no tag \"{}\"", name));
    }
    TableChange change;
    change.base = now;
    change.row = now.row;
    change.change.at = base::now_micros();
    change.change.refs.push_back({name, std::nullopt});
    return change;
  });
}

}  // namespace boathouse::core
