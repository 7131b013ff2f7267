// SPDX-License-Identifier: Apache-2.0
// JSON as bytes (RFC 8259, strictly): finding where a value ends, and judging one value for a column by what it means,
// not by how it is written. Values stay text, so that a JSON column keeps them byte for byte and numbers keep all
// digits. Pure, any thread, any bytes (UTF-8 is the caller's to check).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "batch/strict_text.h"

namespace boathouse::batch {

inline constexpr int kMaxJsonDepth = 256;

// Where and why text stops being JSON.
struct JsonFault {
  std::size_t at = 0;          // byte offset into the text
  const char* what = nullptr;  // "a value is missing", ...
};

// Moves `pos` past the white space at it.
void skip_json_space(std::string_view text, std::size_t& pos);
// Moves `pos` past the value that begins at it. False with the fault when there is no whole valid value.
bool skip_json_value(std::string_view text, std::size_t& pos, JsonFault& fault);
// Moves `pos` past the string that begins at it ('"'). False with the fault when it is not a whole valid string.
bool skip_json_string(std::string_view text, std::size_t& pos, JsonFault& fault);
// Moves `pos` past the object that begins at it and counts its members; an array or scalar is a fault.
bool skip_json_object(std::string_view text, std::size_t& pos, std::size_t& members, JsonFault& fault);
// The text is one JSON value with nothing but white space around it.
bool is_json(std::string_view text);

// The first byte at or after `pos` that a string does not simply contain (a quote, a backslash, a control character),
// or the end of the text.
std::size_t find_json_special(std::string_view text, std::size_t pos);

// Walks over the members of an object, each checked as it comes.
class JsonMembers {
 public:
  // The object begins ('{') at text[begin].
  JsonMembers(std::string_view text, std::size_t begin);
  // False at the object's end, and where it is broken: then fault().what says how.
  bool next(std::string_view& name_token, std::string_view& value);
  const JsonFault& fault() const { return fault_; }
  // After the last member: just past the object.
  std::size_t position() const { return pos_; }

 private:
  std::string_view text_;
  std::size_t pos_;
  bool first_ = true;
  bool done_ = false;
  JsonFault fault_;
};

// The characters of a valid string token (with its quotes) as UTF-8. False where it holds half of a surrogate pair,
// which no UTF-8 text can. Without escapes `out` views the token itself, otherwise `buffer`.
bool json_string(std::string_view token, std::string& buffer, std::string_view& out);

// The same as a text of its own; nullopt for what is no such string.
std::optional<std::string> json_text(std::string_view token);

// What the object's first member of this name says, where that is a string of whole characters; else nullopt. The name has
// nothing to escape, and is written without escapes in the object.
std::optional<std::string> json_text_member(std::string_view object, std::string_view name);

// The JSON text of a string: quoted and escaped.
void append_json_string(std::string& out, std::string_view text);

// Numbers by value: 1.0 and 1e3 are integers, 12.340 is a DECIMAL(6,2), 1.5 and 3000000000 are no INTEGER. The token is
// a valid number token.
bool json_integer(std::string_view token, std::int32_t& out);
bool json_bigint(std::string_view token, std::int64_t& out);
bool json_double(std::string_view token, double& out);
bool json_decimal(std::string_view token, int precision, int scale, Int128& out);

}  // namespace boathouse::batch
