// SPDX-License-Identifier: Apache-2.0
// A table's past as people work with it: going back to a version, names for versions. Callers have decided the permission
// already and give the workspace that it was given for. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/parts.h"
#include "core/tables.h"

namespace boathouse::core {

class TableHistory {
 public:
  explicit TableHistory(const Parts& parts) : parts_(parts) {}

  // The rows of `version` become the table's rows again, as a new version whose id is returned. Columns stay as they are
  // now: what the old version has not is missing, what the table has no more stays hidden; so does the contract.
  // Error{not_found} when there is no such version.
  base::SnapshotId rollback(const meta::WorkspaceRow& workspace, std::string_view table, std::string_view version,
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

 private:
  boost::json::object refs(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page,
                           iceberg::SnapshotRef::Kind kind, std::string_view list) const;
  const Parts& parts_;
};

// Error{invalid_argument} for what no tag or branch may be called: what base::check_name() refuses, and `key-..`, which
// names the branches of DataFrames.
void check_ref_name(std::string_view name, std::string_view what);

}  // namespace boathouse::core
