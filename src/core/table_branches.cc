// SPDX-License-Identifier: Apache-2.0
// Branches: made, moved forward, removed.
#include "base/error.h"
#include "core/change_table.h"
#include "core/table_history.h"
#include "core/table_refs.h"
#include "core/versions.h"
#include "iceberg/history.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using iceberg::SnapshotRef;

iceberg::RefChange branch_at(const std::string& name, const iceberg::Snapshot& version) {
  SnapshotRef ref;
  ref.snapshot_id = version.id();
  ref.kind = SnapshotRef::Kind::branch;
  return {name, ref};
}

// Error{conflict} when the branch has a version that `target` does not descend from.
void check_descends(const TableState& branch, const iceberg::Snapshot& target) {
  iceberg::SnapshotPtr head = branch.head();
  if (head == nullptr || is_placeholder(head)) return;
  if (iceberg::is_ancestor(*branch.metadata, head->id(), target.id())) return;
  throw Error(
      ErrorKind::conflict,
      fmt::format("version {0} is no descendant of version {1}, where the branch \"{2}\" is: rows of \"{2}\" would "
                  "be lost. Make a branch of version {1}, write the rows there, and go forward to that",
                  target.id(), head->id(), branch.branch))
      .code("not-a-descendant")
      .with("version", std::to_string(head->id()))
      .with("to", std::to_string(target.id()));
}

}  // namespace

boost::json::object TableHistory::create_branch(const meta::WorkspaceRow& workspace, std::string_view table,
                                                const std::string& name, const std::optional<std::string>& from) const {
  check_ref_name(name, "branch");
  boost::json::object made;
  change_table(parts_, workspace.id, table, [&](const TableState& now) -> std::optional<TableChange> {
    check_own(now);
    check_ref_free(*now.metadata, name);
    auto begin = from ? require_version_or_ref(*now.metadata, *from, "from") : now.head();
    if (begin == nullptr) throw Error(ErrorKind::conflict, "the table has no version yet that a branch could begin at");
    made = ref_json(name, *begin);
    return refs_change(now, {branch_at(name, *begin)});
  });
  return made;
}

boost::json::object TableHistory::fast_forward(const meta::WorkspaceRow& workspace, std::string_view table,
                                               const std::string& name, std::string_view to) const {
  boost::json::object moved;
  change_table(parts_, workspace.id, table, [&](const TableState& now) -> std::optional<TableChange> {
    check_own(now);
    const TableState branch = on_branch(now, name);
    iceberg::SnapshotPtr target = require_version_or_ref(*now.metadata, to, "to");
    check_descends(branch, *target);
    moved = ref_json(name, *target);
    if (branch.version() == target->id()) return std::nullopt;
    return refs_change(now, {branch_at(name, *target)});
  });
  return moved;
}

void TableHistory::remove_branch(const meta::WorkspaceRow& workspace, std::string_view table,
                                 const std::string& name) const {
  if (name == iceberg::kMainBranch) {
    throw Error(ErrorKind::invalid_argument,
                "the branch \"main\" cannot be removed: delete its rows, or drop the table");
  }
  change_table(parts_, workspace.id, table, [&](const TableState& now) -> std::optional<TableChange> {
    check_own(now);
    const TableState branch = on_branch(now, name);
    return refs_change(now, {{name, std::nullopt}, {last_upload_tag(name), std::nullopt}});
  });
}

}  // namespace boathouse::core
