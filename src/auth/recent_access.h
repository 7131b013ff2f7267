// SPDX-License-Identifier: Apache-2.0
// Decisions of a moment ago, for doors that take very many small requests: who a header's credentials belong to and what they
// may do. A decision holds until anything about accounts changes in this process, and for a second at most. Headers are known by
// their hash. Bounded; any thread; does not block on the metadata store.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/access.h"

namespace boathouse::auth {

class RecentAccess {
 public:
  struct Decision {
    Principal principal;
    Access access;
  };

  // `now` are base::steady_micros().
  explicit RecentAccess(const meta::AccountStore& accounts, base::Micros lifetime = base::kSecond)
      : accounts_(accounts), lifetime_(lifetime) {}

  // What was kept for this header and question; nullptr where that has to be decided anew.
  std::shared_ptr<const Decision> find(std::string_view authorization, std::string_view question, base::Micros now);

  // Decides and keeps; throws what `decide` throws, and keeps nothing then, nor where the header is a password: those are
  // remembered by other means. `question` is the same only for the same decision: what for, and in which workspace.
  std::shared_ptr<const Decision> decide(std::string_view authorization, std::string_view question, base::Micros now,
                                         const std::function<Decision()>& decide);

 private:
  struct Entry {
    std::shared_ptr<const Decision> decision;
    std::uint64_t changes = 0;
    base::Micros until = 0;
  };
  struct Shard {
    std::shared_mutex mutex;
    std::unordered_map<std::string, Entry> entries;  // guarded by mutex
  };

  static std::string key_of(std::string_view authorization, std::string_view question);
  Shard& shard_of(const std::string& key) { return shards_[static_cast<unsigned char>(key[0]) % shards_.size()]; }

  const meta::AccountStore& accounts_;
  const base::Micros lifetime_;
  std::array<Shard, 16> shards_;
};

}  // namespace boathouse::auth
