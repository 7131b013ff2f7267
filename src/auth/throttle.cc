// SPDX-License-Identifier: Apache-2.0
#include "auth/throttle.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::auth {
namespace {

// Names are given by strangers and may be long: their hash stands for them.
std::string account_key(std::string_view account) { return base::sha256(base::fold_case(account)); }

base::Micros wait_after(int failures, const ThrottleLimits& limits) {
  int past = failures - limits.free_failures;
  if (past <= 0) return 0;
  base::Micros wait = limits.first_wait;
  for (int i = 1; i < past && wait < limits.longest_wait; ++i) wait *= 2;
  return std::min(wait, limits.longest_wait);
}

}  // namespace

base::Micros FailureCounter::wait(std::string_view what, base::Micros now) {
  std::lock_guard lock(mutex_);
  auto found = index_.find(what);
  return found == index_.end() ? 0 : std::max<base::Micros>(found->second->refused_until - now, 0);
}

void FailureCounter::failed(std::string_view what, base::Micros now) {
  std::lock_guard lock(mutex_);
  if (auto found = index_.find(what); found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    if (now - entries_.front().last > limits_.window) entries_.front().failures = 0;
  } else {
    entries_.push_front({.what = std::string(what)});
    index_.emplace(entries_.front().what, entries_.begin());
  }
  Entry& entry = entries_.front();
  entry.last = now;
  ++entry.failures;
  entry.refused_until = now + wait_after(entry.failures, limits_);
  while (entries_.size() > limits_.most_remembered) drop(std::prev(entries_.end()));
}

void FailureCounter::forget(std::string_view what) {
  std::lock_guard lock(mutex_);
  if (auto found = index_.find(what); found != index_.end()) drop(found->second);
}

std::size_t FailureCounter::remembered() {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

void FailureCounter::drop(Entries::iterator entry) {
  index_.erase(entry->what);
  entries_.erase(entry);
}

void Throttle::check(std::string_view account, std::string_view address) {
  base::Micros now = base::steady_micros();
  base::Micros wait =
      std::max(accounts_.wait(account_key(account), now), addresses_.wait(throttled_address(address), now));
  if (wait == 0) return;
  std::int64_t seconds = (wait + base::kSecond - 1) / base::kSecond;
  throw base::Error(base::ErrorKind::too_many_requests,
                    "Too many wrong passwords: try again in " + std::to_string(seconds) + " s.")
      .with("retry_after", seconds);
}

void Throttle::failed(std::string_view account, std::string_view address) {
  base::Micros now = base::steady_micros();
  accounts_.failed(account_key(account), now);
  addresses_.failed(throttled_address(address), now);
}

void Throttle::succeeded(std::string_view account) { accounts_.forget(account_key(account)); }

std::string throttled_address(std::string_view address) {
  const std::string text(address);
  in6_addr parsed{};
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return text;
  std::string_view bytes(reinterpret_cast<const char*>(&parsed), sizeof parsed);
  if (!IN6_IS_ADDR_V4MAPPED(&parsed)) return base::to_hex(bytes.substr(0, 8)) + "/64";
  char dotted[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, bytes.data() + 12, dotted, sizeof dotted);
}

}  // namespace boathouse::auth
