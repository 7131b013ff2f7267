// SPDX-License-Identifier: Apache-2.0
// The installation's keys, as files of one folder (0700, each file 0600), by kind: `token` signs access tokens (HS256),
// `sealing` seals secrets that must be read again, `rsa` signs tokens for those who verify by JWKS (RS256).
//
// A rotation writes a new file and touches no other, so a crash leaves the keys of before or those and the new one. The
// newest key of a kind works; older ones only verify and open. Keys that sign retire once what they signed has expired
// (`overlap` after their successor was made); their files go with the next start or rotation. Sealing keys stay for as
// long as something may be sealed with them, which includes copies of the metadata: they never retire by themselves.
// Any thread.
#pragma once

#include <array>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace boathouse::auth {

enum class KeyKind { token, sealing, rsa };
inline constexpr std::array kKeyKinds = {KeyKind::token, KeyKind::sealing, KeyKind::rsa};
std::string_view to_string(KeyKind kind);
std::optional<KeyKind> parse_key_kind(std::string_view text);

struct Key {
  std::string id{};        // `kid`: 16 hex digits, told by the material but telling nothing of it
  std::string material{};  // token, sealing: raw bytes; rsa: PEM of the private key
  base::Micros created_at = 0;
};

// What may be told of a key.
struct KeyFacts {
  KeyKind kind = KeyKind::token;
  std::string id{};
  base::Micros created_at = 0;         // 0: a configured secret, of which nothing is known
  bool is_active = false;              // the newest of its kind; others only verify or open
  bool is_fixed = false;               // set by configuration, so it cannot be rotated
  std::optional<base::Micros> ends{};  // when an older one stops verifying; none: it stays
};

struct KeyRingOptions {
  std::filesystem::path folder{};
  std::string fixed_token_secret{};    // not empty: the only key of its kind (at least 32 bytes)
  base::Micros overlap = base::kHour;  // the longest life of a token
};

class KeyRing {
 public:
  // Reads the folder; makes it and the keys of `token` and `sealing` where they are missing. An RSA key takes a while to
  // make, so it comes with its first use. Error{invalid_argument} for a fixed secret that is too short,
  // Error{unavailable} for a damaged file.
  explicit KeyRing(KeyRingOptions options);

  // Newest first, without those that have retired; never empty.
  std::vector<Key> keys(KeyKind kind, base::Micros now = base::now_micros());
  Key newest(KeyKind kind);
  // nullopt when it is unknown or has retired.
  std::optional<Key> find(KeyKind kind, std::string_view id, base::Micros now = base::now_micros());

  // Makes a new key, durable before it works. Error{conflict} for a fixed secret.
  KeyFacts rotate(KeyKind kind);
  // Every key that still does something, by kind, newest first.
  std::vector<KeyFacts> list(base::Micros now = base::now_micros());

 private:
  using Keys = std::vector<Key>;  // of one kind, newest first

  Keys& of(KeyKind kind) { return keys_[static_cast<std::size_t>(kind)]; }
  void load();
  void adopt_first_token_key();
  void require(KeyKind kind);

  // With mutex_ held, or before anybody else knows the ring:
  void add(KeyKind kind, std::string material);
  void forget_retired(KeyKind kind, base::Micros now);
  std::optional<base::Micros> end_of(KeyKind kind, std::size_t index);
  KeyFacts facts(KeyKind kind, std::size_t index);
  std::filesystem::path file_of(KeyKind kind, std::string_view id) const;

  const KeyRingOptions options_;

  // Guarded by mutex_:
  std::mutex mutex_;
  std::array<Keys, kKeyKinds.size()> keys_;
};

}  // namespace boathouse::auth
