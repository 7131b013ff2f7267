// SPDX-License-Identifier: Apache-2.0
#include "core/table_locks.h"

#include "base/encoding.h"

namespace boathouse::core {

TableLocks::Guard TableLocks::lock(const base::WorkspaceId& workspace, std::string_view table) {
  std::string key = workspace.value + '/' + base::fold_case(table);
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return !held_.contains(key); });
  held_.insert(key);
  return Guard(*this, std::move(key));
}

TableLocks::Guard::~Guard() {
  if (locks_ == nullptr) return;
  {
    std::lock_guard lock(locks_->mutex_);
    locks_->held_.erase(key_);
  }
  locks_->freed_.notify_all();
}

}  // namespace boathouse::core
