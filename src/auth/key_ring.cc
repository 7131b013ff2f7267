// SPDX-License-Identifier: Apache-2.0
#include "auth/key_ring.h"

#include <algorithm>

#include "auth/key_files.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"

namespace boathouse::auth {
namespace fs = std::filesystem;
namespace {

using base::Error;
using base::ErrorKind;

// The signing secret of the first releases, in hex alone.
constexpr const char* kFirstTokenKey = "access-token.key";

bool is_newer(const Key& left, const Key& right) { return left.created_at > right.created_at; }

}  // namespace

std::string_view to_string(KeyKind kind) {
  switch (kind) {
    case KeyKind::token: return "token";
    case KeyKind::sealing: return "sealing";
    case KeyKind::rsa: return "rsa";
  }
  return "token";
}

std::optional<KeyKind> parse_key_kind(std::string_view text) {
  for (KeyKind kind : kKeyKinds) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

KeyRing::KeyRing(KeyRingOptions options) : options_(std::move(options)) {
  const std::string& fixed = options_.fixed_token_secret;
  if (!fixed.empty() && fixed.size() < kLeastSecretBytes) {
    throw Error(ErrorKind::invalid_argument,
                "The secret that signs access tokens (BOATHOUSE_JWT_SECRET) needs at least 32 bytes; it has " +
                    std::to_string(fixed.size()) + ".");
  }
  base::make_directories_durably(options_.folder);
  load();
  if (!fixed.empty()) of(KeyKind::token) = {{.id = key_id(KeyKind::token, fixed), .material = fixed}};
  require(KeyKind::token);
  require(KeyKind::sealing);
}

void KeyRing::load() {
  for (const fs::directory_entry& entry : fs::directory_iterator(options_.folder)) {
    auto kind = kind_of_key_file(entry.path().filename().string());
    if (kind) of(*kind).push_back(read_key_file(entry.path(), *kind));
  }
  for (KeyKind kind : kKeyKinds) {
    std::sort(of(kind).begin(), of(kind).end(), is_newer);
    forget_retired(kind, base::now_micros());
  }
  adopt_first_token_key();
}

// What it signed stays good, since its id is made from the secret as it was.
void KeyRing::adopt_first_token_key() {
  fs::path first = options_.folder / kFirstTokenKey;
  if (!fs::exists(first)) return;
  auto secret = base::from_hex(base::read_file(first));
  if (!secret || secret->size() < kLeastSecretBytes) {
    throw Error(ErrorKind::unavailable, std::string("The file ") + kFirstTokenKey + " in keys/ is damaged.");
  }
  if (of(KeyKind::token).empty()) add(KeyKind::token, *std::move(secret));
  base::remove_quietly(first);
}

std::vector<Key> KeyRing::keys(KeyKind kind, base::Micros now) {
  require(kind);
  std::lock_guard lock(mutex_);
  std::vector<Key> usable;
  for (std::size_t i = 0; i < of(kind).size(); ++i) {
    if (end_of(kind, i).value_or(now + 1) > now) usable.push_back(of(kind)[i]);
  }
  return usable;
}

Key KeyRing::newest(KeyKind kind) {
  require(kind);
  std::lock_guard lock(mutex_);
  return of(kind).front();
}

std::optional<Key> KeyRing::find(KeyKind kind, std::string_view id, base::Micros now) {
  for (Key& key : keys(kind, now)) {
    if (key.id == id) return std::move(key);
  }
  return std::nullopt;
}

KeyFacts KeyRing::rotate(KeyKind kind) {
  if (kind == KeyKind::token && !options_.fixed_token_secret.empty()) {
    throw Error(ErrorKind::conflict,
                "The secret that signs access tokens is set by BOATHOUSE_JWT_SECRET: change it there and restart.")
        .code("fixed-key");
  }
  std::string material = make_key_material(kind);
  std::lock_guard lock(mutex_);
  add(kind, std::move(material));
  forget_retired(kind, base::now_micros());
  return facts(kind, 0);
}

std::vector<KeyFacts> KeyRing::list(base::Micros now) {
  std::lock_guard lock(mutex_);
  std::vector<KeyFacts> all;
  for (KeyKind kind : kKeyKinds) {
    for (std::size_t i = 0; i < of(kind).size(); ++i) {
      KeyFacts told = facts(kind, i);
      if (told.ends.value_or(now + 1) > now) all.push_back(std::move(told));
    }
  }
  return all;
}

// A clock that was set back must not make the new key the older one.
void KeyRing::add(KeyKind kind, std::string material) {
  Keys& keys = of(kind);
  base::Micros after = keys.empty() ? 0 : keys.front().created_at + 1;
  Key key{.id = key_id(kind, material)};
  key.material = std::move(material);
  key.created_at = std::max(base::now_micros(), after);
  write_key_file(file_of(kind, key.id), kind, key);
  keys.insert(keys.begin(), std::move(key));
}

// Nobody waits at the lock while an RSA key is made.
void KeyRing::require(KeyKind kind) {
  {
    std::lock_guard lock(mutex_);
    if (!of(kind).empty()) return;
  }
  std::string material = make_key_material(kind);
  std::lock_guard lock(mutex_);
  if (of(kind).empty()) add(kind, std::move(material));
}

void KeyRing::forget_retired(KeyKind kind, base::Micros now) {
  Keys& keys = of(kind);
  while (!keys.empty() && end_of(kind, keys.size() - 1).value_or(now + 1) <= now) {
    base::remove_quietly(file_of(kind, keys.back().id));
    keys.pop_back();
  }
}

std::optional<base::Micros> KeyRing::end_of(KeyKind kind, std::size_t index) {
  if (index == 0 || kind == KeyKind::sealing) return std::nullopt;
  return of(kind)[index - 1].created_at + options_.overlap;
}

KeyFacts KeyRing::facts(KeyKind kind, std::size_t index) {
  const Key& key = of(kind)[index];
  return {.kind = kind,
          .id = key.id,
          .created_at = key.created_at,
          .is_active = index == 0,
          .is_fixed = kind == KeyKind::token && !options_.fixed_token_secret.empty(),
          .ends = end_of(kind, index)};
}

fs::path KeyRing::file_of(KeyKind kind, std::string_view id) const { return options_.folder / key_file_name(kind, id); }

}  // namespace boathouse::auth
