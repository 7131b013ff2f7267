// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/upload_body.h"

#include <boost/json/parse.hpp>

#include "base/error.h"

namespace boathouse::api::dataframes {
namespace {

constexpr std::size_t kMostOther = 1 << 20;
constexpr std::size_t kPiece = 64 << 10;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

void UploadBody::refuse(const std::string& message) const {
  throw base::Error(base::ErrorKind::invalid_argument,
                    fmt::format("the body is no valid JSON: {} (byte {})", message, byte_))
      .with("byte", byte_);
}

void UploadBody::feed(std::string_view bytes) {
  for (char c : bytes) {
    take(c);
    ++byte_;
  }
}

void UploadBody::finish() {
  if (state_ != State::end) refuse("it ends too early");
  flush();
  if (has_frame_ && knows_format_) return;
  throw base::Error(base::ErrorKind::invalid_argument,
                    has_frame_ ? "\"dataframe\" is empty: send records, or CSV with a header"
                               : "\"dataframe\" is missing: send records as a JSON array or its text, or CSV text")
      .with("field", "dataframe");
}

void UploadBody::take(char c) {
  switch (state_) {
    case State::text: take_text(c); return;
    case State::array:
    case State::other:
    case State::key: take_nested(c); return;
    default: break;
  }
  if (is_space(c)) return;
  switch (state_) {
    case State::begin:
      if (c != '{') refuse("an object is due");
      state_ = State::first_key;
      return;
    case State::first_key:
    case State::next_key:
      if (c == '}' && state_ == State::first_key) {
        state_ = State::end;
        return;
      }
      if (c != '"') refuse("a name is due");
      key_ = c;
      in_string_ = true;
      state_ = State::key;
      return;
    case State::colon:
      if (c != ':') refuse("a ':' is due");
      state_ = State::value;
      return;
    case State::value: begin_value(c); return;
    case State::after_value:
      if (c != ',' && c != '}') refuse("a ',' or '}' is due");
      state_ = c == ',' ? State::next_key : State::end;
      return;
    default: refuse("something follows the object");
  }
}

void UploadBody::begin_value(char c) {
  boost::system::error_code failed;
  boost::json::value name = boost::json::parse(key_, failed);
  if (failed) refuse("a name is broken");
  if (name != "dataframe") {
    other_.clear();
    depth_ = 0;
    in_string_ = false;
    state_ = State::other;
    take_nested(c);
    return;
  }
  if (has_frame_) refuse("\"dataframe\" is there twice");
  has_frame_ = true;
  if (c == '"') {
    state_ = State::text;
  } else if (c == '[') {
    knows_format_ = is_json_ = true;
    state_ = State::array;
    take_nested(c);
  } else {
    throw base::Error(base::ErrorKind::invalid_argument,
                      "\"dataframe\" is a JSON array of records, such an array as text, or CSV text")
        .with("field", "dataframe");
  }
}

// Bytes of a name, an array or another value as they are; where each ends is all that is looked for here.
void UploadBody::take_nested(char c) {
  bool bare = state_ == State::other && depth_ == 0 && !in_string_;
  if (bare && !other_.empty() && (is_space(c) || c == ',' || c == '}')) {
    end_other();
    if (!is_space(c)) take(c);
    return;
  }
  std::string& into = state_ == State::array ? out_ : state_ == State::key ? key_ : other_;
  into += c;
  if (state_ == State::array) {
    if (out_.size() >= kPiece) flush();
  } else if (into.size() > kMostOther) {
    throw base::Error(base::ErrorKind::too_large, "a field of the body beside \"dataframe\" is longer than 1 MiB");
  }
  if (in_string_) {
    in_string_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
  } else {
    in_string_ = c == '"';
    if (c == '[' || c == '{') ++depth_;
    if (c == ']' || c == '}') --depth_;
  }
  if (in_string_ || depth_ > 0) return;
  bool ends = c == '"' || c == ']' || c == '}';
  if (!ends) return;
  if (state_ == State::key) {
    state_ = State::colon;
  } else if (state_ == State::array) {
    state_ = State::after_value;
  } else {
    end_other();
  }
}

void UploadBody::end_other() {
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(other_, failed);
  if (failed) refuse(fmt::format("the value of {} is broken", key_));
  fields_[boost::json::parse(key_).as_string()] = std::move(value);
  state_ = State::after_value;
}

// Characters of the frame's text, unescaped.
void UploadBody::take_text(char c) {
  if (hex_left_ > 0) {
    int digit = hex_digit(c);
    if (digit < 0) refuse("\\u wants four hexadecimal digits");
    unit_ = unit_ * 16 + static_cast<unsigned>(digit);
    if (--hex_left_ == 0) take_unit(unit_);
    return;
  }
  if (escaped_) {
    escaped_ = false;
    if (high_surrogate_ != 0 && c != 'u') refuse("half of a surrogate pair");
    switch (c) {
      case 'b': put('\b'); return;
      case 'f': put('\f'); return;
      case 'n': put('\n'); return;
      case 'r': put('\r'); return;
      case 't': put('\t'); return;
      case '"':
      case '\\':
      case '/': put(c); return;
      case 'u':
        hex_left_ = 4;
        unit_ = 0;
        return;
      default: refuse("an unknown escape");
    }
  }
  if (c == '\\') {
    escaped_ = true;
    return;
  }
  if (high_surrogate_ != 0) refuse("half of a surrogate pair");
  if (c == '"') {
    state_ = State::after_value;
    return;
  }
  if (static_cast<unsigned char>(c) < 0x20) refuse("a control character inside a text");
  put(c);
}

void UploadBody::take_unit(unsigned unit) {
  if (high_surrogate_ != 0) {
    if (!is_low_surrogate(unit)) refuse("half of a surrogate pair");
    put_code_point(0x10000 + ((high_surrogate_ - 0xd800) << 10) + (unit - 0xdc00));
    high_surrogate_ = 0;
  } else if (is_high_surrogate(unit)) {
    high_surrogate_ = unit;
  } else if (is_low_surrogate(unit)) {
    refuse("half of a surrogate pair");
  } else {
    put_code_point(unit);
  }
}

void UploadBody::put_code_point(unsigned code) {
  auto tail = [&](unsigned shift) { put(static_cast<char>(0x80 | (code >> shift & 0x3f))); };
  if (code < 0x80) {
    put(static_cast<char>(code));
  } else if (code < 0x800) {
    put(static_cast<char>(0xc0 | code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    put(static_cast<char>(0xe0 | code >> 12));
    tail(6);
    tail(0);
  } else {
    put(static_cast<char>(0xf0 | code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

void UploadBody::put(char c) {
  if (!knows_format_ && !is_space(c)) {
    knows_format_ = true;
    is_json_ = c == '[';
    if (c == '{') {
      throw base::Error(
          base::ErrorKind::invalid_argument,
          "\"dataframe\" is a JSON object: send records, as DataFrame.to_json(orient=\"records\") writes them")
          .with("field", "dataframe");
    }
  }
  out_ += c;
  if (out_.size() >= kPiece) flush();
}

void UploadBody::flush() {
  frame_.append(out_);
  out_.clear();
}

}  // namespace boathouse::api::dataframes
