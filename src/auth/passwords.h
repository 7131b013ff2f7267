// SPDX-License-Identifier: Apache-2.0
// What a password must be, and how it is kept: Argon2id by libsodium. Any thread; hashing blocks for tens of
// milliseconds, so it is called from a thread pool, never from a network thread.
#pragma once

#include <semaphore>
#include <string>
#include <string_view>

namespace boathouse::auth {

// full: 8 characters with lower, upper, digit and symbol, or 15 of anything; length_only: 8 characters of anything.
// Both refuse the commonest passwords.
enum class PasswordRules { full, length_only };

inline constexpr std::size_t kMaxPasswordBytes = 1024;

// Error{invalid_argument, code "weak-password"} that says what is missing. Characters are code points of valid UTF-8.
void check_password(std::string_view password, PasswordRules rules);

// A random password that keeps the rules.
std::string random_password();

// The cost of one hash. The defaults are OWASP's least for Argon2id (19 MiB, two passes, one lane): about 20 ms here,
// and two at once stay under 40 MiB.
struct PasswordCost {
  unsigned long long passes = 2;
  std::size_t memory_bytes = 19 * 1024 * 1024;
  std::ptrdiff_t at_once = 2;  // further callers wait
};

class PasswordHasher {
 public:
  explicit PasswordHasher(const PasswordCost& cost = {});

  // Self-describing text with its own salt. Error{unavailable} when memory is short.
  std::string hash(std::string_view password);

  // Holds one of the places for hashing while it lives.
  class Place {
   public:
    explicit Place(PasswordHasher& hasher) : hasher_(hasher) { hasher_.places_.acquire(); }
    ~Place() { hasher_.places_.release(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    // An empty `hash` (no such user) costs the same time and is false.
    bool verify(std::string_view hash, std::string_view password) const;

   private:
    PasswordHasher& hasher_;
  };

 private:
  const PasswordCost cost_;
  std::counting_semaphore<> places_;
  std::string nobodys_hash_;  // constant after construction
};

}  // namespace boathouse::auth
