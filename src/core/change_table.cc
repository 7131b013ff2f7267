// SPDX-License-Identifier: Apache-2.0
#include "core/change_table.h"

#include "base/error.h"

namespace boathouse::core {
namespace {

constexpr int kMaxAttempts = 20;

}  // namespace

bool change_table(const Parts& parts, const base::WorkspaceId& workspace, std::string_view table,
                  const MakeChange& make_change, const MakeBatch& make_batch) {
  FileUses::Use use = parts.uses.begin(workspace);
  TableLocks::Guard lock = parts.locks.lock(workspace, table);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    auto change = make_change(require_state(parts, workspace, table));
    if (!change) return false;
    CommitRequest request;
    if (make_batch) request.batches.push_back(make_batch(*change));
    request.tables.push_back(std::move(*change));
    if (commit_tables(parts, request) != CommitOutcome::conflict) return true;
  }
  throw base::Error(base::ErrorKind::conflict, "the table changes too fast for this change to get in: try again");
}

}  // namespace boathouse::core
