// SPDX-License-Identifier: Apache-2.0
// Sixty-four bytes at a time: which of them equal a byte, as the bits of one number (bit 0 is the first byte). Any
// thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace boathouse::batch {

class Bytes64 {
 public:
  // Reads 64 bytes at `p`.
  explicit Bytes64(const char* p) {
#if defined(__SSE2__)
    for (int i = 0; i < 4; ++i) parts_[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p) + i);
#else
    std::memcpy(bytes_, p, sizeof(bytes_));
#endif
  }

  std::uint64_t equal(char c) const {
    std::uint64_t bits = 0;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8(c);
    for (int i = 0; i < 4; ++i) {
      auto part = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(parts_[i], wanted)));
      bits |= static_cast<std::uint64_t>(part) << (16 * i);
    }
#else
    for (int i = 0; i < 64; ++i) bits |= static_cast<std::uint64_t>(bytes_[i] == c) << i;
#endif
    return bits;
  }

 private:
#if defined(__SSE2__)
  __m128i parts_[4];
#else
  char bytes_[64];
#endif
};

// The up to 64 bytes of `text` at `pos`, filled up with blanks.
inline Bytes64 bytes64_at(std::string_view text, std::size_t pos) {
  if (text.size() - pos >= 64) return Bytes64(text.data() + pos);
  char buffer[64];
  std::memset(buffer, ' ', sizeof(buffer));
  std::memcpy(buffer, text.data() + pos, text.size() - pos);
  return Bytes64(buffer);
}

inline int lowest_bit(std::uint64_t bits) { return __builtin_ctzll(bits); }
inline int highest_bit(std::uint64_t bits) { return 63 - __builtin_clzll(bits); }
// In place: without a processor's own instruction the compiler would call its library for it.
inline int count_bits(std::uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555U;
  bits = (bits & 0x3333333333333333U) + (bits >> 2 & 0x3333333333333333U);
  bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fU;
  return static_cast<int>(bits * 0x0101010101010101U >> 56);
}

}  // namespace boathouse::batch
