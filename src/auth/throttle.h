// SPDX-License-Identifier: Apache-2.0
// Slows guessing of passwords: per account from one address, per account from all, and per address. The first failures
// within a window cost nothing; each one past them doubles the time in which the next try is refused, right or wrong.
// Nobody can lock a user out by guessing from elsewhere: see docs/decisions/0006-throttling-of-passwords.md. Memory is
// bounded: of the many, those that were heard of longest ago are forgotten. Any thread.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace boathouse::auth {

struct ThrottleLimits {
  int free_failures = 10;
  base::Micros window = 15 * base::kMinute;  // a failure is forgotten when none followed for so long
  base::Micros first_wait = base::kSecond;   // doubles with every further failure
  base::Micros longest_wait = base::kMinute * 5;
  std::size_t most_remembered = 20'000;
};

// Counts failures of one kind of thing: accounts, addresses, or pairs of both. `now` is base::steady_micros().
class FailureCounter {
 public:
  explicit FailureCounter(const ThrottleLimits& limits) : limits_(limits) {}

  // How long from `now` tries are refused; 0 when they are not.
  base::Micros wait(std::string_view what, base::Micros now);
  void failed(std::string_view what, base::Micros now);
  // Its failures are forgotten; from now on it is known().
  void succeeded(std::string_view what, base::Micros now);
  // It succeeded once, and is still remembered.
  bool known(std::string_view what);
  std::size_t remembered();

 private:
  struct Entry {
    std::string what;
    int failures = 0;
    base::Micros last = 0;
    base::Micros refused_until = 0;
    bool known = false;
  };
  using Entries = std::list<Entry>;

  // These need mutex_.
  Entry& touch(std::string_view what);
  const Entry* find(std::string_view what) const;

  const ThrottleLimits limits_;

  // Guarded by mutex_; the entry that was heard of last comes first. The index's keys are views into the entries.
  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> index_;
};

class Throttle {
 public:
  // No failure of others makes an account wait longer than this at a time.
  static constexpr base::Micros kLongestWaitForOthers = 15 * base::kSecond;

  Throttle(const ThrottleLimits& per_account, const ThrottleLimits& per_address);

  // Error{too_many_requests} with detail `retry_after` (seconds, at least 1) when this account or address has to wait.
  void check(std::string_view account, std::string_view address);
  void failed(std::string_view account, std::string_view address);
  // The right password clears its account from this address, which waits for no failures elsewhere any more. The address
  // keeps its count: one's own account must not buy tries at others'.
  void succeeded(std::string_view account, std::string_view address);

 private:
  FailureCounter pairs_;     // of an account from an address
  FailureCounter accounts_;  // from any
  FailureCounter addresses_;
};

// What of an address is counted: an IPv4 address, or the /64 of an IPv6 one, since a host has a whole /64 to itself.
std::string throttled_address(std::string_view address);

}  // namespace boathouse::auth
