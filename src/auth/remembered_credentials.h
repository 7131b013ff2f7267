// SPDX-License-Identifier: Apache-2.0
// Passwords that were right a moment ago, so that clients who send one with every request do not pay Argon2id each
// time. Neither name nor password is kept, only an HMAC of both under a key of this process; beside it stands the hash
// that the password was right for, and the caller compares that with the user's row: a changed password is forgotten at
// once. Bounded. Any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::auth {

class RememberedCredentials {
 public:
  struct Remembered {
    base::UserId user;
    std::string password_hash;
  };

  explicit RememberedCredentials(base::Micros lifetime, std::size_t most = 10'000);

  // What find() and remember() know these credentials by.
  std::string key_of(std::string_view username, std::string_view password) const;
  // `now` is base::steady_micros().
  std::optional<Remembered> find(const std::string& key, base::Micros now);
  void remember(const std::string& key, Remembered what, base::Micros now);

 private:
  struct Entry {
    Remembered what;
    base::Micros until = 0;
  };

  const base::Micros lifetime_;
  const std::size_t most_;
  std::string process_key_;  // constant after construction

  // Guarded by mutex_:
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::deque<std::string> order_;  // keys, oldest first
};

}  // namespace boathouse::auth
