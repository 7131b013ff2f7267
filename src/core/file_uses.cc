// SPDX-License-Identifier: Apache-2.0
#include "core/file_uses.h"

#include <algorithm>
#include <utility>

namespace boathouse::core {

FileUses::Use::Use(Use&& other) noexcept
    : uses_(std::exchange(other.uses_, nullptr)), workspace_(std::move(other.workspace_)), began_(other.began_) {}

FileUses::Use& FileUses::Use::operator=(Use&& other) noexcept {
  std::swap(uses_, other.uses_);
  std::swap(workspace_, other.workspace_);
  std::swap(began_, other.began_);
  return *this;
}

FileUses::Use::~Use() {
  if (uses_ != nullptr) uses_->end(workspace_, began_);
}

FileUses::Use FileUses::begin(const base::WorkspaceId& workspace) {
  std::lock_guard lock(mutex_);
  Use use;
  use.uses_ = this;
  use.workspace_ = workspace;
  use.began_ = next_stamp();
  alive_[workspace].insert(use.began_);
  return use;
}

void FileUses::end(const base::WorkspaceId& workspace, base::Micros began) {
  std::lock_guard lock(mutex_);
  auto found = alive_.find(workspace);
  found->second.erase(began);
  if (found->second.empty()) alive_.erase(found);
}

FileUses::Pause::Pause(FileUses& uses) : uses_(&uses) {
  std::lock_guard removal(uses.removing_);
  std::lock_guard lock(uses.mutex_);
  ++uses.pauses_;
}

FileUses::Pause::~Pause() {
  if (uses_ == nullptr) return;
  std::lock_guard lock(uses_->mutex_);
  --uses_->pauses_;
}

base::Micros FileUses::next_stamp() {
  last_stamp_ = std::max(last_stamp_ + 1, base::now_micros());
  return last_stamp_;
}

base::Micros FileUses::stamp() {
  std::lock_guard lock(mutex_);
  return next_stamp();
}

std::optional<base::Micros> FileUses::oldest(const base::WorkspaceId& workspace) const {
  std::lock_guard lock(mutex_);
  auto found = alive_.find(workspace);
  return found == alive_.end() ? std::nullopt : std::optional(*found->second.begin());
}

std::unique_lock<std::mutex> FileUses::removal() {
  std::unique_lock removing(removing_);
  std::lock_guard lock(mutex_);
  if (pauses_ > 0) removing.unlock();
  return removing;
}

}  // namespace boathouse::core
