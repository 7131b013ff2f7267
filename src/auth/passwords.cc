// SPDX-License-Identifier: Apache-2.0
#include "auth/passwords.h"

#include <sodium.h>

#include <algorithm>

#include "auth/common_passwords.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace boathouse::auth {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kLeastCharacters = 8;
constexpr std::size_t kLongEnough = 15;

[[noreturn]] void refuse(std::string why) {
  throw Error(ErrorKind::invalid_argument, "The password " + std::move(why)).code("weak-password");
}

bool has(std::string_view text, bool (*test)(unsigned char)) { return std::any_of(text.begin(), text.end(), test); }
bool is_lower(unsigned char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_symbol(unsigned char c) { return !is_lower(c) && !is_upper(c) && !is_digit(c); }

bool is_one_character_repeated(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return c == text[0]; });
}

void check_classes(std::string_view password, std::size_t characters) {
  if (characters >= kLongEnough) return;
  std::string missing;
  auto need = [&](bool present, std::string_view what) {
    if (!present) missing += (missing.empty() ? "" : ", ") + std::string(what);
  };
  need(has(password, is_lower), "a lower-case letter");
  need(has(password, is_upper), "an upper-case letter");
  need(has(password, is_digit), "a digit");
  need(has(password, is_symbol), "a symbol");
  if (!missing.empty()) refuse("lacks " + missing + " (or take 15 characters of anything).");
}

// What Argon2 text looks like, with a random result that no password has: verifying against it costs what any other
// does.
std::string impossible_hash(const PasswordCost& cost) {
  auto random = [](std::size_t bytes) {
    std::string raw(bytes, '\0');
    base::random_bytes({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
    std::string text = base::to_base64(raw);
    text.resize(text.find_last_not_of('=') + 1);
    return text;
  };
  return "$argon2id$v=19$m=" + std::to_string(cost.memory_bytes / 1024) + ",t=" + std::to_string(cost.passes) +
         ",p=1$" + random(crypto_pwhash_SALTBYTES) + "$" + random(32);
}

}  // namespace

void check_password(std::string_view password, PasswordRules rules) {
  if (password.size() > kMaxPasswordBytes) refuse("is longer than " + std::to_string(kMaxPasswordBytes) + " bytes.");
  if (!base::is_utf8(password)) refuse("is not valid UTF-8.");
  std::size_t characters = base::code_points(password);
  if (characters < kLeastCharacters) refuse("has fewer than 8 characters.");
  if (rules == PasswordRules::full) check_classes(password, characters);
  if (is_common_password(password) || is_one_character_repeated(password))
    refuse("is one of the commonest: choose another.");
}

// 20 of 62 characters: about 119 bits.
std::string random_password() { return base::random_text(20); }

PasswordHasher::PasswordHasher(const PasswordCost& cost) : cost_(cost), places_(cost.at_once) {
  if (sodium_init() < 0) throw Error(ErrorKind::unavailable, "libsodium cannot start: there is no randomness.");
  nobodys_hash_ = impossible_hash(cost);
}

std::string PasswordHasher::hash(std::string_view password) {
  Place place(*this);
  char text[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str_alg(text, password.data(), password.size(), cost_.passes, cost_.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Error(ErrorKind::unavailable, "There is not enough memory to hash a password now.");
  }
  return text;
}

bool PasswordHasher::Place::verify(std::string_view hash, std::string_view password) const {
  const std::string text(hash.empty() ? hasher_.nobodys_hash_ : hash);
  return crypto_pwhash_str_verify(text.c_str(), password.data(), password.size()) == 0 && !hash.empty();
}

}  // namespace boathouse::auth
