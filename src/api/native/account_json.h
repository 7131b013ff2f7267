// SPDX-License-Identifier: Apache-2.0
// Accounts on the wire. Never a hash of a password or a token.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/common/services.h"

namespace boathouse::api::native {

boost::json::object to_json(const auth::AccessGrant& grant);
boost::json::object to_json(const meta::UserRow& user);
boost::json::object to_json(const meta::WorkspaceRow& workspace, meta::Role role);

boost::json::object to_json(const auth::WorkspaceState& state);

// Error{invalid_argument} that lists the roles.
meta::Role require_role(std::string_view text);

// JSON null for the empty text, by which rows say that there is none.
boost::json::value text_or_null(const std::string& text);

// Workspaces by name where rows have their ids. One request, one thread.
class WorkspaceNames {
 public:
  explicit WorkspaceNames(const Services& services) : services_(services) {}
  // The id itself where the workspace is gone.
  const std::string& of(const base::WorkspaceId& id);

 private:
  const Services& services_;
  std::unordered_map<base::WorkspaceId, std::string> known_;
};

boost::json::object to_json(const meta::ApiTokenRow& token, WorkspaceNames& names);

}  // namespace boathouse::api::native
