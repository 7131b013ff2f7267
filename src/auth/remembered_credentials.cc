// SPDX-License-Identifier: Apache-2.0
#include "auth/remembered_credentials.h"

#include "auth/hmac.h"
#include "base/encoding.h"
#include "base/random.h"

namespace boathouse::auth {

RememberedCredentials::RememberedCredentials(base::Micros lifetime, std::size_t most)
    : lifetime_(lifetime), most_(most), process_key_(32, '\0') {
  base::random_bytes({reinterpret_cast<std::uint8_t*>(process_key_.data()), process_key_.size()});
}

std::string RememberedCredentials::key_of(std::string_view username, std::string_view password) const {
  // The name's hash has a fixed length, so no two pairs run together.
  return hmac_sha256(process_key_, base::sha256(base::fold_case(username)) + std::string(password));
}

std::optional<RememberedCredentials::Remembered> RememberedCredentials::find(const std::string& key, base::Micros now) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end() || found->second.until <= now) return std::nullopt;
  return found->second.what;
}

void RememberedCredentials::remember(const std::string& key, Remembered what, base::Micros now) {
  std::lock_guard lock(mutex_);
  bool is_new = entries_.insert_or_assign(key, Entry{std::move(what), now + lifetime_}).second;
  if (is_new) order_.push_back(key);
  while (order_.size() > most_) {
    entries_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace boathouse::auth
