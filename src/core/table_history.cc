// SPDX-License-Identifier: Apache-2.0
#include "core/table_history.h"

#include <algorithm>

#include "base/error.h"
#include "base/names.h"
#include "core/change_table.h"
#include "core/frame_shape.h"
#include "core/table_moment.h"
#include "core/table_refs.h"
#include "core/versions.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;
using iceberg::SnapshotRef;

bool is_kept_by_house(const std::string& name, const SnapshotRef& ref) {
  return ref.kind == SnapshotRef::Kind::tag && name.starts_with(kHouseTags);
}

// Of a table without a contract, which has just the columns that came with its rows: the version's become the branch's.
void restore_columns(const iceberg::TableMetadata& metadata, const iceberg::Snapshot& version, iceberg::Change& change,
                     iceberg::SnapshotChange& snapshot) {
  if (!version.schema_id()) return;
  const iceberg::Schema& columns = metadata.schema_by_id(*version.schema_id());
  if (snapshot.branch != iceberg::kMainBranch) {
    snapshot.schema = columns;
    return;
  }
  change.schema = columns;
  if (!iceberg::has_sources(columns, metadata.spec())) change.spec = iceberg::PartitionSpec();
}

// A restore replaced the contract together with the rows, so going back behind it takes both back.
void restore_contract(const TableState& now, const iceberg::Snapshot& version, TableChange& change) {
  if (now.branch != iceberg::kMainBranch) return;
  const std::optional<TableMoment> before = remembered_after(*now.metadata, version);
  if (!before || before->contract == now.row.contract) return;
  change.contract = before->contract;
  change.change.schema = now.metadata->schema_by_id(before->schema);
  change.change.spec = now.metadata->spec_by_id(before->spec);
  remember_before(change.change, now);
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
                                        const Rollback& wanted, const Actor& actor) const {
  base::SnapshotId made = 0;
  auto make = [&](const TableState& table_now) -> std::optional<TableChange> {
    check_own(table_now);
    const TableState now = on_branch(table_now, wanted.branch);
    const iceberg::SnapshotPtr version = require_version(*now.metadata, wanted.version);
    iceberg::SnapshotChange snapshot = snapshot_by(actor);
    made = snapshot.id;
    snapshot.branch = now.branch;
    snapshot.restore = version->id();
    snapshot.summary.merge(same_frame(*now.metadata, version));
    TableChange change = refs_change(now, {});
    restore_contract(now, *version, change);
    const bool has_contract = change.contract ? !change.contract->empty() : now.contract.has_value();
    if (!has_contract) restore_columns(*now.metadata, *version, change.change, snapshot);
    change.change.snapshots.push_back(std::move(snapshot));
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
    row.branch = wanted.branch;
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
    check_ref_free(*now.metadata, name);
    auto target = version ? require_version(*now.metadata, *version) : now.metadata->current_snapshot();
    if (target == nullptr) throw Error(ErrorKind::conflict, "the table has no version yet that could be named");
    made = ref_json(name, *target);
    SnapshotRef ref;
    ref.snapshot_id = target->id();
    ref.kind = SnapshotRef::Kind::tag;
    return refs_change(now, {{name, ref}});
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
    return refs_change(now, {{name, std::nullopt}});
  });
}

}  // namespace boathouse::core
