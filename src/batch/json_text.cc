// SPDX-License-Identifier: Apache-2.0
#include "batch/json_text.h"

#include <algorithm>
#include <bitset>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "batch/digits.h"

namespace boathouse::batch {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool fail(JsonFault& fault, std::size_t at, const char* what) {
  fault = {at, what};
  return false;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The four digits of a \u escape at `pos`, or -1.
int four_hex(std::string_view text, std::size_t pos) {
  if (pos + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    int digit = hex_digit(text[pos + i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

// Which of the up to 16 bytes at `p` are quotes, backslashes or control characters, as bits.
unsigned json_specials16(const char* p, std::size_t available) {
#if defined(__SSE2__)
  if (available >= 16) {
    const __m128i last_control = _mm_set1_epi8(0x1f);
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    __m128i hits = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    hits = _mm_or_si128(hits, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    hits = _mm_or_si128(hits, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return static_cast<unsigned>(_mm_movemask_epi8(hits));
  }
#endif
  unsigned hits = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(available, 16); ++i) {
    bool special = p[i] == '"' || p[i] == '\\' || static_cast<unsigned char>(p[i]) < 0x20;
    hits |= static_cast<unsigned>(special) << i;
  }
  return hits;
}

bool skip_digits(std::string_view text, std::size_t& pos) {
  std::size_t start = pos;
  while (pos < text.size() && is_digit(text[pos])) ++pos;
  return pos > start;
}

bool skip_number(std::string_view text, std::size_t& pos, JsonFault& fault) {
  std::size_t start = pos;
  if (text[pos] == '-') ++pos;
  std::size_t whole = pos;
  if (!skip_digits(text, pos)) return fail(fault, start, "a value is expected here");
  if (text[whole] == '0' && pos > whole + 1) return fail(fault, start, "a number begins with a superfluous zero");
  if (pos < text.size() && text[pos] == '.') {
    ++pos;
    if (!skip_digits(text, pos)) return fail(fault, start, "a number has no digit after its point");
  }
  if (pos < text.size() && (text[pos] | 0x20) == 'e') {
    ++pos;
    if (pos < text.size() && (text[pos] == '+' || text[pos] == '-')) ++pos;
    if (!skip_digits(text, pos)) return fail(fault, start, "a number has no digit in its exponent");
  }
  return true;
}

bool skip_word(std::string_view text, std::size_t& pos, std::string_view word, JsonFault& fault) {
  if (text.substr(pos, word.size()) != word) return fail(fault, pos, "a value is expected here");
  pos += word.size();
  return true;
}

// A value that is no object or array.
bool skip_scalar(std::string_view text, std::size_t& pos, JsonFault& fault) {
  if (pos >= text.size()) return fail(fault, pos, "the text ends where a value is expected");
  switch (text[pos]) {
    case '"': return skip_json_string(text, pos, fault);
    case 't': return skip_word(text, pos, "true", fault);
    case 'f': return skip_word(text, pos, "false", fault);
    case 'n': return skip_word(text, pos, "null", fault);
    default: return skip_number(text, pos, fault);
  }
}

// The colon after a member's name; `pos` is at the value afterwards.
bool skip_colon(std::string_view text, std::size_t& pos, JsonFault& fault) {
  skip_json_space(text, pos);
  if (pos >= text.size() || text[pos] != ':') return fail(fault, pos, "a colon is expected here");
  ++pos;
  skip_json_space(text, pos);
  return true;
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xc0 | code >> 6));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | code >> 12));
    out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | code >> 18));
    out.push_back(static_cast<char>(0x80 | (code >> 12 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3f)));
  }
}

bool is_high(int code) { return code >= 0xd800 && code < 0xdc00; }
bool is_low(int code) { return code >= 0xdc00 && code < 0xe000; }

// The escape whose backslash is at `pos`; false for half a surrogate pair.
bool take_escape(std::string_view body, std::size_t& pos, std::string& out) {
  char kind = body[pos + 1];
  if (kind != 'u') {
    static constexpr std::string_view kFrom = "bfnrt";
    static constexpr std::string_view kTo = "\b\f\n\r\t";
    std::size_t at = kFrom.find(kind);
    out.push_back(at == std::string_view::npos ? kind : kTo[at]);
    pos += 2;
    return true;
  }
  int code = four_hex(body, pos + 2);
  pos += 6;
  if (is_high(code)) {
    int low = body.substr(pos, 2) == "\\u" ? four_hex(body, pos + 2) : -1;
    if (!is_low(low)) return false;
    pos += 6;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  } else if (code < 0 || is_low(code)) {
    return false;
  }
  append_utf8(out, static_cast<unsigned>(code));
  return true;
}

// A number token as digits * 10^exponent, no zero at either end of the digits.
struct Significant {
  bool negative = false;
  std::string digits;  // empty for zero; at most 38, else `fits` is false
  std::int64_t exponent = 0;
  bool fits = true;
};

Significant significant(std::string_view token) {
  Significant out;
  if (token.starts_with('-')) {
    out.negative = true;
    token.remove_prefix(1);
  }
  std::size_t e = std::min(token.find_first_of("eE"), token.size());
  std::string_view mantissa = token.substr(0, e);
  std::string_view exponent = token.substr(std::min(e + 1, token.size()));
  std::int64_t pending_zeros = 0;
  bool after_point = false;
  for (char c : mantissa) {
    if (c == '.') {
      after_point = true;
      continue;
    }
    if (after_point) --out.exponent;
    if (c == '0') {
      pending_zeros += out.digits.empty() ? 0 : 1;
      continue;
    }
    if (pending_zeros + static_cast<std::int64_t>(out.digits.size()) >= kMaxDecimalPrecision) {
      out.fits = false;
      return out;
    }
    out.digits.append(static_cast<std::size_t>(pending_zeros), '0').push_back(c);
    pending_zeros = 0;
  }
  out.exponent += pending_zeros;
  bool minus = exponent.starts_with('-');
  std::int64_t value = 0;
  // Bounded far beyond what any mantissa within the record limit could make up for.
  for (char c : exponent) value = is_digit(c) ? std::min<std::int64_t>(value * 10 + (c - '0'), 1LL << 40) : value;
  out.exponent += minus ? -value : value;
  return out;
}

// The number times 10^scale, when that is an integer of at most `digits` digits.
bool scaled(std::string_view token, int digits, int scale, Int128& out) {
  Significant number = significant(token);
  if (!number.fits) return false;
  out = 0;
  if (number.digits.empty()) return true;
  std::int64_t shift = number.exponent + scale;
  if (shift < 0 || shift + static_cast<std::int64_t>(number.digits.size()) > digits) return false;
  for (char c : number.digits) out = out * 10 + (c - '0');
  out *= power_of_ten(static_cast<int>(shift));
  if (number.negative) out = -out;
  return true;
}

}  // namespace

void skip_json_space(std::string_view text, std::size_t& pos) {
  while (pos < text.size() && is_space(text[pos])) ++pos;
}

std::size_t find_json_special(std::string_view text, std::size_t pos) {
  for (; pos < text.size(); pos += 16) {
    unsigned hits = json_specials16(text.data() + pos, text.size() - pos);
    if (hits != 0) return pos + static_cast<std::size_t>(__builtin_ctz(hits));
  }
  return text.size();
}

bool skip_json_string(std::string_view text, std::size_t& pos, JsonFault& fault) {
  std::size_t start = pos;
  if (pos >= text.size() || text[pos] != '"') return fail(fault, pos, "a name or string in quotes is expected here");
  ++pos;
  while (true) {
    pos = find_json_special(text, pos);
    if (pos >= text.size()) return fail(fault, start, "a string is not closed");
    if (text[pos] == '"') {
      ++pos;
      return true;
    }
    if (text[pos] != '\\') return fail(fault, pos, "a control character in a string must be escaped");
    char kind = pos + 1 < text.size() ? text[pos + 1] : '\0';
    if (kind == 'u') {
      if (four_hex(text, pos + 2) < 0) return fail(fault, pos, "\\u needs four hexadecimal digits");
      pos += 6;
    } else {
      static constexpr std::string_view kEscapes = "\"\\/bfnrt";
      if (kind == '\0' || kEscapes.find(kind) == std::string_view::npos) return fail(fault, pos, "an unknown escape");
      pos += 2;
    }
  }
}

bool skip_json_value(std::string_view text, std::size_t& pos, JsonFault& fault) {
  std::bitset<kMaxJsonDepth + 1> in_object;
  int depth = 0;
  while (true) {
    // At the beginning of a value.
    bool opened = false;
    if (pos < text.size() && (text[pos] == '{' || text[pos] == '[')) {
      if (++depth > kMaxJsonDepth) return fail(fault, pos, "values are nested too deeply");
      in_object[static_cast<std::size_t>(depth)] = text[pos] == '{';
      ++pos;
      skip_json_space(text, pos);
      opened = true;
    } else if (!skip_scalar(text, pos, fault)) {
      return false;
    }
    // After a value, or inside a new object or array: close what ends here, until another value begins.
    while (depth > 0) {
      bool object = in_object[static_cast<std::size_t>(depth)];
      skip_json_space(text, pos);
      char c = pos < text.size() ? text[pos] : '\0';
      if (c == (object ? '}' : ']')) {
        ++pos;
        --depth;
        opened = false;
        continue;
      }
      if (!opened) {
        if (pos >= text.size()) return fail(fault, pos, "the text ends inside a value");
        if (c != ',')
          return fail(fault, pos, object ? "a comma or } is expected here" : "a comma or ] is expected here");
        ++pos;
        skip_json_space(text, pos);
      }
      if (object && !(skip_json_string(text, pos, fault) && skip_colon(text, pos, fault))) return false;
      break;
    }
    if (depth == 0) return true;
  }
}

bool skip_json_object(std::string_view text, std::size_t& pos, std::size_t& members, JsonFault& fault) {
  if (pos >= text.size() || text[pos] != '{')
    return fail(fault, pos, "an object is expected here, as in {\"name\": value}");
  JsonMembers walk(text, pos);
  std::string_view name;
  std::string_view value;
  for (members = 0; walk.next(name, value); ++members) {
  }
  fault = walk.fault();
  pos = walk.position();
  return fault.what == nullptr;
}

JsonMembers::JsonMembers(std::string_view text, std::size_t begin) : text_(text), pos_(begin + 1) {}

bool JsonMembers::next(std::string_view& name_token, std::string_view& value) {
  if (done_) return false;
  done_ = true;  // unless a whole member follows
  skip_json_space(text_, pos_);
  char c = pos_ < text_.size() ? text_[pos_] : '\0';
  if (c == '}') {
    ++pos_;
    return false;
  }
  if (!first_) {
    if (c != ',')
      return fail(fault_, pos_,
                  pos_ < text_.size() ? "a comma or } is expected here" : "the text ends inside an object");
    ++pos_;
    skip_json_space(text_, pos_);
  }
  first_ = false;
  std::size_t name_begin = pos_;
  if (!skip_json_string(text_, pos_, fault_)) return false;
  name_token = text_.substr(name_begin, pos_ - name_begin);
  if (!skip_colon(text_, pos_, fault_)) return false;
  std::size_t value_begin = pos_;
  if (!skip_json_value(text_, pos_, fault_)) return false;
  value = text_.substr(value_begin, pos_ - value_begin);
  done_ = false;
  return true;
}

bool is_json(std::string_view text) {
  std::size_t pos = 0;
  JsonFault fault;
  skip_json_space(text, pos);
  if (!skip_json_value(text, pos, fault)) return false;
  skip_json_space(text, pos);
  return pos == text.size();
}

bool json_string(std::string_view token, std::string& buffer, std::string_view& out) {
  std::string_view body = token.substr(1, token.size() - 2);
  std::size_t escape = body.find('\\');
  if (escape == std::string_view::npos) {
    out = body;
    return true;
  }
  buffer.clear();
  std::size_t pos = 0;
  while (escape != std::string_view::npos) {
    buffer.append(body.substr(pos, escape - pos));
    pos = escape;
    if (!take_escape(body, pos, buffer)) return false;
    escape = body.find('\\', pos);
  }
  buffer.append(body.substr(pos));
  out = buffer;
  return true;
}

std::optional<std::string> json_text(std::string_view token) {
  std::string buffer;
  std::string_view text;
  if (!token.starts_with('"') || !json_string(token, buffer, text)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> json_text_member(std::string_view object, std::string_view name) {
  JsonMembers members(object, 0);
  std::string_view token;
  std::string_view value;
  while (members.next(token, value)) {
    if (token.substr(1, token.size() - 2) == name) return json_text(value);
  }
  return std::nullopt;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

bool json_bigint(std::string_view token, std::int64_t& out) {
  if (parse_bigint(token, out)) return true;
  Int128 value = 0;
  if (!scaled(token, 19, 0, value) || value != static_cast<std::int64_t>(value)) return false;
  out = static_cast<std::int64_t>(value);
  return true;
}

bool json_integer(std::string_view token, std::int32_t& out) {
  std::int64_t value = 0;
  if (!json_bigint(token, value) || value != static_cast<std::int32_t>(value)) return false;
  out = static_cast<std::int32_t>(value);
  return true;
}

bool json_double(std::string_view token, double& out) { return parse_double(token, out); }

bool json_decimal(std::string_view token, int precision, int scale, Int128& out) {
  return scaled(token, precision, scale, out);
}

}  // namespace boathouse::batch
