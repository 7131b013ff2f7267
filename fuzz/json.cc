// SPDX-License-Identifier: Apache-2.0
// JSON and NDJSON bodies, and the walk over JSON text, with Boost.JSON as the second opinion. Two bytes of settings, then
// the text.
#include <boost/json/parse.hpp>

#include "base/encoding.h"
#include "batch/json_text.h"
#include "fuzz/fuzz.h"
#include "fuzz/staged.h"

namespace boathouse::fuzz {
namespace {

void walk(std::string_view text) {
  std::size_t begin = 0;
  batch::skip_json_space(text, begin);
  if (begin >= text.size() || text[begin] != '{') return;
  batch::JsonMembers members(text, begin);
  std::string_view name;
  std::string_view value;
  std::string buffer;
  std::string_view decoded;
  while (members.next(name, value)) {
    require(batch::is_json(value), "a member's value is JSON");
    if (base::is_utf8(name) && batch::json_string(name, buffer, decoded)) {
      require(base::is_utf8(decoded), "a string of valid text is valid text");
      std::string again;
      batch::append_json_string(again, decoded);
      require(batch::is_json(again), "what is quoted is JSON");
    }
  }
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  std::uint8_t settings = take_byte(bytes);
  std::uint8_t sizes = take_byte(bytes);
  boost::system::error_code broken;
  boost::json::parse({bytes.data(), bytes.size()}, broken);
  require(broken || batch::is_json(bytes), "what Boost.JSON reads is JSON");
  walk(bytes);
  batch::ScanOptions options{.format = settings & 1U ? batch::Format::ndjson : batch::Format::json,
                             .max_record_bytes = settings & 2U ? 64U : 1U << 20,
                             .block_bytes = 1U + (sizes & 127U)};
  scan_and_read(bytes, options, 1U + sizes / 8U);
}

}  // namespace boathouse::fuzz
