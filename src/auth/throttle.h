// SPDX-License-Identifier: Apache-2.0
// Slows guessing of passwords, per account and per address. The first failures within a window cost nothing; each one
// past them doubles the time in which the next try is refused, right or wrong. Memory is bounded: of the many, those
// that failed longest ago are forgotten. Any thread.
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

// Counts failures of one kind of thing: accounts, or addresses. `now` is base::steady_micros().
class FailureCounter {
 public:
  explicit FailureCounter(const ThrottleLimits& limits) : limits_(limits) {}

  // How long from `now` tries are refused; 0 when they are not.
  base::Micros wait(std::string_view what, base::Micros now);
  void failed(std::string_view what, base::Micros now);
  void forget(std::string_view what);
  std::size_t remembered();

 private:
  struct Entry {
    std::string what;
    int failures = 0;
    base::Micros last = 0;
    base::Micros refused_until = 0;
  };
  using Entries = std::list<Entry>;

  void drop(Entries::iterator entry);

  const ThrottleLimits limits_;

  // Guarded by mutex_; the entry that failed last comes first. The index's keys are views into the entries.
  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> index_;
};

class Throttle {
 public:
  Throttle(const ThrottleLimits& per_account, const ThrottleLimits& per_address)
      : accounts_(per_account), addresses_(per_address) {}

  // Error{too_many_requests} with detail `retry_after` (seconds, at least 1) when this account or address has to wait.
  void check(std::string_view account, std::string_view address);
  void failed(std::string_view account, std::string_view address);
  // The right password clears its account. The address keeps its count: one's own account must not buy tries at
  // others'.
  void succeeded(std::string_view account);

 private:
  FailureCounter accounts_;
  FailureCounter addresses_;
};

// What of an address is counted: an IPv4 address, or the /64 of an IPv6 one, since a host has a whole /64 to itself.
std::string throttled_address(std::string_view address);

}  // namespace boathouse::auth
