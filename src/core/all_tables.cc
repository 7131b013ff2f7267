// SPDX-License-Identifier: Apache-2.0
#include "core/all_tables.h"

namespace boathouse::core {
namespace {

constexpr std::size_t kPage = 1000;

}  // namespace

void for_each_workspace(meta::MetaStore& meta, const std::function<void(const meta::WorkspaceRow&)>& look) {
  std::string after;
  while (true) {
    const std::vector<meta::WorkspaceRow> workspaces = meta.accounts().list_workspaces(after, kPage);
    for (const meta::WorkspaceRow& workspace : workspaces) look(workspace);
    if (workspaces.size() < kPage) return;
    after = workspaces.back().name;
  }
}

void for_each_table(meta::MetaStore& meta, const base::WorkspaceId& workspace, WhichTables which,
                    const std::function<void(const meta::TableRow&)>& look) {
  meta::TableListing listing{
      .prefix = std::move(which.prefix), .after = {}, .limit = kPage, .quarantines = which.quarantines};
  while (true) {
    const std::vector<meta::TableRow> tables = meta.catalog().list_tables(workspace, listing);
    for (const meta::TableRow& table : tables) look(table);
    if (tables.size() < kPage) return;
    listing.after = tables.back().name;
  }
}

}  // namespace boathouse::core
