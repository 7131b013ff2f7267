// SPDX-License-Identifier: Apache-2.0
// The canonical forms of Signature Version 4: path, query, header values. Internal to sigv4.cc; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/sigv4.h"

namespace boathouse::auth::sigv4 {

// The first value of a header; `name` in lower case.
std::optional<std::string_view> header_value(const Request& request, std::string_view name);
// A query parameter, decoded.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
std::string_view trim(std::string_view text);

// As S3 has it: decoded and encoded in the one way. As others have it: dot segments and doubled slashes gone, encoded once
// more than it came.
std::string canonical_path(std::string_view path, bool as_s3);
// Decoded, encoded in the one way, sorted; without X-Amz-Signature.
std::string canonical_query(std::string_view query);
// All values of a header, in order, joined by commas, runs of blanks made one.
std::string canonical_value(const Request& request, std::string_view name);

}  // namespace boathouse::auth::sigv4
