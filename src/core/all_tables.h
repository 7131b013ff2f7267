// SPDX-License-Identifier: Apache-2.0
// All workspaces, and all tables of one, a page at a time. Blocking; any thread.
#pragma once

#include <functional>
#include <string>

#include "meta/meta_store.h"

namespace boathouse::core {

struct WhichTables {
  std::string prefix{};  // of their names
  bool quarantines = false;
};

// Both by name. What is made or removed meanwhile may be seen or not.
void for_each_workspace(meta::MetaStore& meta, const std::function<void(const meta::WorkspaceRow&)>& look);
void for_each_table(meta::MetaStore& meta, const base::WorkspaceId& workspace, WhichTables which,
                    const std::function<void(const meta::TableRow&)>& look);

}  // namespace boathouse::core
