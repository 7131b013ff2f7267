// SPDX-License-Identifier: Apache-2.0
#include "auth/limits.h"

#include <boost/json.hpp>

#include "base/error.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

struct Field {
  std::string_view name;
  std::optional<std::int64_t> WorkspaceLimits::*value;
};
constexpr Field kFields[] = {{"bytes", &WorkspaceLimits::bytes},
                             {"tables", &WorkspaceLimits::tables},
                             {"running_queries", &WorkspaceLimits::running_queries},
                             {"rows_per_minute", &WorkspaceLimits::rows_per_minute}};

const Field& field_named(std::string_view name) {
  for (const Field& field : kFields) {
    if (field.name == name) return field;
  }
  throw Error(ErrorKind::invalid_argument, "There is no limit '" + std::string(name) +
                                               "': bytes, tables, running_queries and rows_per_minute can be limited.");
}

std::int64_t whole_number(std::string_view name, const boost::json::value& value) {
  boost::system::error_code error;
  auto number = value.to_number<std::int64_t>(error);
  if (error || number < 0) {
    throw Error(ErrorKind::invalid_argument,
                "The limit '" + std::string(name) + "' must be a whole number of 0 or more.");
  }
  return number;
}

Error past(ErrorKind kind, std::string_view limit, std::int64_t value) {
  return Error(kind, "The workspace's limit " + std::string(limit) + " is reached: " + std::to_string(value) + ".")
      .code("workspace-limit")
      .with("limit", std::string(limit))
      .with("value", value);
}

void check_total(std::string_view name, const std::optional<std::int64_t>& limit, std::int64_t used,
                 std::int64_t adding) {
  if (limit && adding > 0 && (used > *limit || adding > *limit - used))
    throw past(ErrorKind::storage_full, name, *limit);
}

}  // namespace

WorkspaceLimits parse_limits(std::string_view json) { return change_limits({}, json); }

WorkspaceLimits change_limits(WorkspaceLimits limits, std::string_view json) {
  boost::system::error_code error;
  boost::json::value parsed = boost::json::parse(json, error);
  if (error || !parsed.is_object()) throw Error(ErrorKind::invalid_argument, "Limits are a JSON object.");
  for (const auto& [key, value] : parsed.get_object()) {
    auto& limit = limits.*field_named(key).value;
    if (value.is_null())
      limit = std::nullopt;
    else
      limit = whole_number(key, value);
  }
  return limits;
}

std::string to_json(const WorkspaceLimits& limits) {
  boost::json::object object;
  for (const Field& field : kFields) {
    if (const auto& value = limits.*field.value) object[field.name] = *value;
  }
  return boost::json::serialize(object);
}

void check_bytes(const WorkspaceLimits& limits, const meta::WorkspaceUsage& usage, std::int64_t adding) {
  check_total("bytes", limits.bytes, usage.bytes, adding);
}

void check_tables(const WorkspaceLimits& limits, const meta::WorkspaceUsage& usage, std::int64_t adding) {
  check_total("tables", limits.tables, usage.tables, adding);
}

void WorkspaceCounters::take_rows(const base::WorkspaceId& workspace, const WorkspaceLimits& limits, std::int64_t rows,
                                  base::Micros now) {
  if (!limits.rows_per_minute) return;
  std::lock_guard lock(mutex_);
  Window& window = rows_[workspace];
  while (!window.taken.empty() && window.taken.front().at <= now - base::kMinute) {
    window.rows -= window.taken.front().rows;
    window.taken.pop_front();
  }
  if (rows > *limits.rows_per_minute - window.rows) {
    base::Micros wait = window.taken.empty() ? base::kMinute : window.taken.front().at + base::kMinute - now;
    throw past(ErrorKind::too_many_requests, "rows_per_minute", *limits.rows_per_minute)
        .with("retry_after", (wait + base::kSecond - 1) / base::kSecond);
  }
  window.rows += rows;
  // What came within one second is counted as one, so that many small batches cost no memory.
  if (!window.taken.empty() && now - window.taken.back().at < base::kSecond)
    window.taken.back().rows += rows;
  else
    window.taken.push_back({now, rows});
}

WorkspaceCounters::QuerySlot WorkspaceCounters::begin_query(const base::WorkspaceId& workspace,
                                                            const WorkspaceLimits& limits) {
  std::lock_guard lock(mutex_);
  auto running = queries_.find(workspace);
  if (limits.running_queries && (running == queries_.end() ? 0 : running->second) >= *limits.running_queries) {
    throw past(ErrorKind::too_many_requests, "running_queries", *limits.running_queries).with("retry_after", 1);
  }
  ++queries_[workspace];
  return {this, workspace};
}

WorkspaceCounters::QuerySlot::~QuerySlot() {
  if (!counters_) return;
  std::lock_guard lock(counters_->mutex_);
  auto running = counters_->queries_.find(workspace_);
  if (--running->second == 0) counters_->queries_.erase(running);
}

}  // namespace boathouse::auth
