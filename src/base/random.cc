// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace boathouse::base {

void random_bytes(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw system_error(errno, "reading random bytes");
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::string random_text(std::size_t count) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  text.reserve(count);
  std::array<std::uint8_t, 64> bytes;
  while (text.size() < count) {
    random_bytes(bytes);
    for (std::uint8_t byte : bytes) {
      // 248 is the greatest multiple of 62 in a byte; the rest is thrown away so that every character is as likely.
      if (byte < 248 && text.size() < count) text.push_back(kAlphabet[byte % 62]);
    }
  }
  return text;
}

}  // namespace boathouse::base
