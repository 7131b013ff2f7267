// SPDX-License-Identifier: Apache-2.0
#include "core/judged_statements.h"

namespace boathouse::core {

std::optional<GuardResult> JudgedStatements::find(std::string_view statement) {
  std::lock_guard lock(mutex_);
  auto found = by_statement_.find(statement);
  if (found == by_statement_.end()) return std::nullopt;
  items_.splice(items_.begin(), items_, found->second);
  return found->second->judged;
}

void JudgedStatements::keep(std::string_view statement, const GuardResult& judged) {
  if (statement.size() > max_bytes_) return;
  std::lock_guard lock(mutex_);
  if (by_statement_.contains(statement)) return;
  items_.push_front({std::string(statement), judged});
  by_statement_.emplace(items_.front().statement, items_.begin());
  if (items_.size() <= max_statements_) return;
  by_statement_.erase(items_.back().statement);
  items_.pop_back();
}

}  // namespace boathouse::core
