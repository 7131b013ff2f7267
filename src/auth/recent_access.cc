// SPDX-License-Identifier: Apache-2.0
#include "auth/recent_access.h"

#include "base/encoding.h"

namespace boathouse::auth {
namespace {

constexpr std::size_t kMostOfShard = 1000;
constexpr std::string_view kBasic = "basic ";

}  // namespace

std::string RecentAccess::key_of(std::string_view authorization, std::string_view question) {
  return base::sha256(fmt::format("{}\n{}", question, authorization));
}

std::shared_ptr<const RecentAccess::Decision> RecentAccess::find(std::string_view authorization,
                                                                 std::string_view question, base::Micros now) {
  std::string key = key_of(authorization, question);
  Shard& shard = shard_of(key);
  std::shared_lock lock(shard.mutex);
  auto entry = shard.entries.find(key);
  if (entry == shard.entries.end() || entry->second.until < now || entry->second.changes != accounts_.changes()) {
    return nullptr;
  }
  return entry->second.decision;
}

std::shared_ptr<const RecentAccess::Decision> RecentAccess::decide(std::string_view authorization,
                                                                   std::string_view question, base::Micros now,
                                                                   const std::function<Decision()>& decide) {
  // Counted before anything is read: what changes meanwhile makes the decision old.
  Entry entry{.decision = nullptr, .changes = accounts_.changes(), .until = now + lifetime_};
  entry.decision = std::make_shared<const Decision>(decide());
  if (base::fold_case(authorization.substr(0, kBasic.size())) == kBasic) return entry.decision;
  std::string key = key_of(authorization, question);
  Shard& shard = shard_of(key);
  std::unique_lock lock(shard.mutex);
  if (shard.entries.size() >= kMostOfShard) shard.entries.clear();
  shard.entries[key] = entry;
  return entry.decision;
}

}  // namespace boathouse::auth
