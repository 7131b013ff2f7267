// SPDX-License-Identifier: Apache-2.0
#include "batch/summary/text_counts.h"

#include <algorithm>
#include <array>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace boathouse::batch {
namespace {

// What white space is to Python's `re` in text: str.isspace().
bool is_python_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool is_capital(char32_t c) { return c >= 'A' && c <= 'Z'; }

bool is_ascii_alnum(char32_t c) { return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// The code point at word[at], which moves past it.
char32_t decode(std::string_view word, std::size_t& at) {
  auto byte = [&] { return static_cast<unsigned char>(word[at++]); };
  const char32_t first = byte();
  if (first < 0x80) return first;
  int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  char32_t point = first & (0x3fU >> more);
  for (; more > 0 && at < word.size(); --more) point = point << 6 | (byte() & 0x3fU);
  return point;
}

void count_points(std::string_view word, TextCounts& counts) {
  for (std::size_t at = 0; at < word.size();) {
    const char32_t c = decode(word, at);
    ++counts.code_points;
    counts.blanks += c == ' ' ? 1 : 0;
    counts.capitals += is_capital(c) ? 1 : 0;
    counts.symbols += is_ascii_alnum(c) || is_python_space(c) ? 0 : 1;
  }
}

#if defined(__SSE2__)

// 0xff in each of the 16 bytes that lies in [low, high], both ASCII.
__m128i within(__m128i bytes, char low, char high) {
  return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(low - 1))),
                       _mm_cmplt_epi8(bytes, _mm_set1_epi8(static_cast<char>(high + 1))));
}

// The number of bytes that are 0xff, all others being 0.
std::uint64_t count_set(__m128i mask) {
  const __m128i sums = _mm_sad_epu8(_mm_sub_epi8(_mm_setzero_si128(), mask), _mm_setzero_si128());
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(sums)) +
         static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_srli_si128(sums, 8)));
}

// 0xff in the first `size` bytes, at most 16.
__m128i first_bytes(std::size_t size) {
  alignas(16) static constexpr auto kMasks = [] {
    std::array<unsigned char, 32> masks{};
    std::fill(masks.begin(), masks.begin() + 16, static_cast<unsigned char>(0xff));
    return masks;
  }();
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(kMasks.data() + 16 - std::min<std::size_t>(size, 16)));
}

#endif

}  // namespace

void count_text(std::string_view word, TextCounts& counts) {
#if defined(__SSE2__)
  while (!word.empty()) {
    const __m128i bytes =
        _mm_and_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(word.data())), first_bytes(word.size()));
    if (_mm_movemask_epi8(bytes) != 0) break;
    // Zero bytes stand for what lies past the word; they are no symbols.
    const __m128i capitals = within(bytes, 'A', 'Z');
    const __m128i letters = within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i spaces = _mm_or_si128(within(bytes, 0x09, 0x0d), within(bytes, 0x1c, 0x20));
    const __m128i known = _mm_or_si128(_mm_or_si128(letters, within(bytes, '0', '9')), spaces);
    const __m128i none = _mm_cmpeq_epi8(bytes, _mm_setzero_si128());
    const __m128i symbols = _mm_xor_si128(_mm_or_si128(known, none), _mm_set1_epi8(-1));
    const std::size_t size = std::min<std::size_t>(word.size(), 16);
    counts.code_points += size;
    counts.blanks += count_set(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
    counts.capitals += count_set(capitals);
    counts.symbols += count_set(symbols);
    word.remove_prefix(size);
  }
#endif
  count_points(word, counts);
}

}  // namespace boathouse::batch
