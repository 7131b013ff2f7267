// SPDX-License-Identifier: Apache-2.0
// A table's past as people work with it: going back to a version, names for versions, branches. Callers have decided the
// permission already and give the workspace that it was given for. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/parts.h"
#include "core/tables.h"

namespace boathouse::core {

struct Rollback {
  std::string version;
  std::string branch{iceberg::kMainBranch};
};

class TableHistory {
 public:
  explicit TableHistory(const Parts& parts) : parts_(parts) {}

  // The rows of the version become the branch's rows again, as a new version whose id is returned. A contract stays as it is,
  // with its columns, but that going back behind a restore brings back the one that the restore replaced; without one the
  // columns are those that the version had.
  // Error{not_found} when there is no such version or branch.
  base::SnapshotId rollback(const meta::WorkspaceRow& workspace, std::string_view table, const Rollback& wanted,
                            const Actor& actor) const;

  // {tags:[{name,version,rows}], next_page_token?}, by name; {branches:[..]} alike.
  boost::json::object tags(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page) const;
  boost::json::object branches(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page) const;

  // Names a version, which then never expires; without one the table's current version. Returns {name,version,rows}.
  // Error{already_exists} when a tag or branch has the name, not_found when there is no such version, conflict when the
  // table has none yet.
  boost::json::object create_tag(const meta::WorkspaceRow& workspace, std::string_view table, const std::string& name,
                                 const std::optional<std::string>& version) const;
  // Error{not_found} when there is none.
  void remove_tag(const meta::WorkspaceRow& workspace, std::string_view table, const std::string& name) const;

  // A branch that begins at `from`: a branch, a tag or a version, tried in this order; main's newest version unless said.
  // Returns {name,version,rows}. Errors as create_tag().
  boost::json::object create_branch(const meta::WorkspaceRow& workspace, std::string_view table,
                                    const std::string& name, const std::optional<std::string>& from) const;
  // Moves the branch to `to`, found as above; nothing happens when it is there. Returns {name,version,rows}.
  // Error{not_found}; Error{conflict, "not-a-descendant"} when rows of the branch would be lost.
  boost::json::object fast_forward(const meta::WorkspaceRow& workspace, std::string_view table, const std::string& name,
                                   std::string_view to) const;
  // Error{invalid_argument} for main, not_found when there is none. Its versions stay until they expire.
  void remove_branch(const meta::WorkspaceRow& workspace, std::string_view table, const std::string& name) const;

 private:
  boost::json::object refs(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page,
                           iceberg::SnapshotRef::Kind kind, std::string_view list) const;
  const Parts& parts_;
};

// Error{invalid_argument} for what no tag or branch may be called: what base::check_name() refuses, `key-..`, which
// names the branches of DataFrames, nor `boathouse-..`, the tags of the house.
void check_ref_name(std::string_view name, std::string_view what);

}  // namespace boathouse::core
