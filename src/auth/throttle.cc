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
std::string pair_key(std::string_view account, std::string_view address) {
  return account_key(account) + throttled_address(address);
}

ThrottleLimits shorter(ThrottleLimits limits, base::Micros longest) {
  limits.longest_wait = std::min(limits.longest_wait, longest);
  return limits;
}

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
  const Entry* entry = find(what);
  return entry == nullptr ? 0 : std::max<base::Micros>(entry->refused_until - now, 0);
}

void FailureCounter::failed(std::string_view what, base::Micros now) {
  std::lock_guard lock(mutex_);
  Entry& entry = touch(what);
  if (now - entry.last > limits_.window) entry.failures = 0;
  entry.last = now;
  ++entry.failures;
  entry.refused_until = now + wait_after(entry.failures, limits_);
}

void FailureCounter::succeeded(std::string_view what, base::Micros now) {
  std::lock_guard lock(mutex_);
  Entry& entry = touch(what);
  entry.failures = 0;
  entry.last = now;
  entry.refused_until = 0;
  entry.known = true;
}

bool FailureCounter::known(std::string_view what) {
  std::lock_guard lock(mutex_);
  const Entry* entry = find(what);
  return entry != nullptr && entry->known;
}

std::size_t FailureCounter::remembered() {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

// Puts the entry first, a new one where there is none.
FailureCounter::Entry& FailureCounter::touch(std::string_view what) {
  if (auto found = index_.find(what); found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  entries_.push_front({.what = std::string(what)});
  index_.emplace(entries_.front().what, entries_.begin());
  if (entries_.size() > limits_.most_remembered) {
    index_.erase(entries_.back().what);
    entries_.pop_back();
  }
  return entries_.front();
}

const FailureCounter::Entry* FailureCounter::find(std::string_view what) const {
  auto found = index_.find(what);
  return found == index_.end() ? nullptr : &*found->second;
}

Throttle::Throttle(const ThrottleLimits& per_account, const ThrottleLimits& per_address)
    : pairs_(per_account), accounts_(shorter(per_account, kLongestWaitForOthers)), addresses_(per_address) {}

void Throttle::check(std::string_view account, std::string_view address) {
  const base::Micros now = base::steady_micros();
  const std::string pair = pair_key(account, address);
  base::Micros wait = std::max(pairs_.wait(pair, now), addresses_.wait(throttled_address(address), now));
  if (!pairs_.known(pair)) wait = std::max(wait, accounts_.wait(account_key(account), now));
  if (wait == 0) return;
  std::int64_t seconds = (wait + base::kSecond - 1) / base::kSecond;
  throw base::Error(base::ErrorKind::too_many_requests,
                    "Too many wrong passwords: try again in " + std::to_string(seconds) + " s.")
      .with("retry_after", seconds);
}

void Throttle::failed(std::string_view account, std::string_view address) {
  const base::Micros now = base::steady_micros();
  pairs_.failed(pair_key(account, address), now);
  accounts_.failed(account_key(account), now);
  addresses_.failed(throttled_address(address), now);
}

void Throttle::succeeded(std::string_view account, std::string_view address) {
  pairs_.succeeded(pair_key(account, address), base::steady_micros());
}

std::string throttled_address(std::string_view address) {
  std::string text(address);
  in6_addr parsed{};
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return text;
  std::string_view bytes(reinterpret_cast<const char*>(&parsed), sizeof parsed);
  if (!IN6_IS_ADDR_V4MAPPED(&parsed)) return base::to_hex(bytes.substr(0, 8)) + "/64";
  char dotted[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, bytes.data() + 12, dotted, sizeof dotted);
}

}  // namespace boathouse::auth
