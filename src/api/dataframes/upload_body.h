// SPDX-License-Identifier: Apache-2.0
// The JSON body of POST /dataframes/upload as it arrives: the frame itself goes to a spool, whatever its size; the other
// fields are small. Bytes may come in any pieces. One body, one thread at a time.
//
// Every wrong body is Error{invalid_argument} that says what is wrong; where the JSON is broken with the byte.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "api/common/spool.h"

namespace boathouse::api::dataframes {

class UploadBody {
 public:
  explicit UploadBody(std::filesystem::path spool_folder) : frame_(std::move(spool_folder)) {}

  void feed(std::string_view bytes);
  // Once, last: the body was one whole object with a frame in it.
  void finish();

  // The frame's text: a JSON array, or CSV.
  const Spool& frame() const { return frame_; }
  bool is_json() const { return is_json_; }
  // All other fields.
  const boost::json::object& fields() const { return fields_; }

 private:
  enum class State { begin, first_key, next_key, key, colon, value, text, array, other, after_value, end };

  void take(char c);
  void begin_value(char c);
  void take_text(char c);
  void take_unit(unsigned unit);
  void take_nested(char c);
  void end_other();
  void put(char c);
  void put_code_point(unsigned code_point);
  void flush();
  [[noreturn]] void refuse(const std::string& message) const;

  State state_ = State::begin;
  std::uint64_t byte_ = 0;
  bool has_frame_ = false;
  bool is_json_ = false;
  bool knows_format_ = false;
  std::string key_;    // JSON text
  std::string other_;  // JSON text of another field's value
  boost::json::object fields_;
  // Inside strings and nested values:
  bool in_string_ = false;
  bool escaped_ = false;
  int depth_ = 0;
  int hex_left_ = 0;  // digits of \uXXXX that are to come
  unsigned unit_ = 0;
  unsigned high_surrogate_ = 0;  // waits for its other half

  std::string out_;  // not yet spooled
  Spool frame_;
};

}  // namespace boathouse::api::dataframes
