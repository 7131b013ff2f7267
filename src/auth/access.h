// SPDX-License-Identifier: Apache-2.0
// The one place that decides who may do what. Every route passes it before a use case runs; the default is no.
// Decisions read the metadata store each time, so a changed role holds at once. Any thread; calls block on a read.
#pragma once

#include <optional>
#include <string_view>

#include "auth/principal.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

// read: viewers and up; write: editors and up; administer: owners.
enum class Action { read, write, administer };

struct Access {
  meta::WorkspaceRow workspace;
  meta::Role role;  // what the principal may be here: the smaller of membership and token cap
};

// Which workspace a door means when the request names none.
enum class DefaultWorkspace {
  personal,         // DataFrames, flows: the caller's personal one
  main_or_personal  // every other door: the token's own; else `main` for its members; else the personal one
};

class AccessControl {
 public:
  explicit AccessControl(meta::MetaStore& store) : store_(store) {}

  // Error{not_found} when there is no such workspace or the principal is no member of it (a stranger cannot tell
  // which), Error{permission_denied} when the role is too low. A personal workspace goes by its own or by its user's
  // name.
  Access decide(const Principal& principal, Action action, std::string_view workspace) const;
  Access decide(const Principal& principal, Action action, const base::WorkspaceId& workspace) const;

  // `name`, or the default of the door; then decides as above. Error{permission_denied} for a token of another workspace
  // where the default is the personal one.
  Access resolve_workspace(const Principal& principal, Action action, const std::optional<std::string>& name,
                           DefaultWorkspace rule) const;

  // Error{permission_denied} unless the principal administers the installation (owner of `main`).
  void require_admin(const Principal& principal) const;

 private:
  void require_personal(const Principal& principal) const;
  std::optional<meta::Role> role_in(const Principal& principal, const base::WorkspaceId& workspace) const;
  std::optional<Access> visible(const Principal& principal, std::optional<meta::WorkspaceRow> workspace) const;
  std::optional<Access> find(const Principal& principal, std::string_view name) const;

  meta::MetaStore& store_;
};

}  // namespace boathouse::auth
