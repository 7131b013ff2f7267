// SPDX-License-Identifier: Apache-2.0
// Percent escapes, forms, URLs and the other encodings that stand in URLs and headers. The bytes are the text.
#include "net/url.h"

#include "base/encoding.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "net/headers.h"

namespace boathouse::fuzz {

void fuzz_one(std::string_view bytes) {
  require(base::percent_decode(base::percent_encode(bytes)) == bytes, "percent escapes keep every byte");
  require(base::from_hex(base::to_hex(bytes)) == bytes, "hex keeps every byte");
  require(base::from_base64(base::to_base64(bytes)) == bytes, "base64 keeps every byte");
  require(base::from_base64url(base::to_base64url(bytes)) == bytes, "base64url keeps every byte");
  if (auto decoded = base::from_base64(bytes)) require(base::to_base64(*decoded) == bytes, "base64 has one form");
  if (auto decoded = base::from_base64url(bytes))
    require(base::to_base64url(*decoded) == bytes, "base64url has one form");
  if (base::is_utf8(bytes)) {
    std::size_t points = base::code_points(bytes);
    require(base::prefix_code_points(bytes, points) == bytes, "all code points are the text");
    require(base::is_utf8(base::prefix_code_points(bytes, points / 2)), "a text is cut between characters");
  }
  net::parse_parameterized(bytes);
  try {
    for (const auto& [name, value] : net::parse_form(bytes).items) {
      require(base::is_utf8(name) && base::is_utf8(value), "a form's values are text");
    }
  } catch (const base::Error&) {
  }
  net::Url url = net::parse_url(bytes);
  require(!url.host.empty() && !url.port.empty() && url.target.starts_with('/'), "a URL has all its parts");
}

}  // namespace boathouse::fuzz
