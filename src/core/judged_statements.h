// SPDX-License-Identifier: Apache-2.0
// What judge() said of statements that came before, by their text, so that one that comes again and again need not be
// parsed each time before it runs. The judgement depends on the text alone; refusals are not kept. Any thread.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/sql_guard.h"

namespace boathouse::core {

class JudgedStatements {
 public:
  // At most `max_statements` are kept, the least recently used make room; one longer than `max_bytes` is not kept.
  explicit JudgedStatements(std::size_t max_statements = 512, std::size_t max_bytes = 16 << 10)
      : max_statements_(max_statements), max_bytes_(max_bytes) {}

  std::optional<GuardResult> find(std::string_view statement);
  void keep(std::string_view statement, const GuardResult& judged);

 private:
  struct Item {
    std::string statement;
    GuardResult judged;
  };

  const std::size_t max_statements_;
  const std::size_t max_bytes_;

  std::mutex mutex_;
  // Guarded by mutex_:
  std::list<Item> items_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Item>::iterator> by_statement_;
};

}  // namespace boathouse::core
