// SPDX-License-Identifier: Apache-2.0
// Times as HTTP headers have them, in whole seconds (RFC 9110 5.6.7). Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace boathouse::net {

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string to_http_date(base::Micros at);
// Also the two older forms, "Sunday, 06-Nov-94 08:49:37 GMT" and "Sun Nov  6 08:49:37 1994"; nullopt for anything else.
// The day of the week is not looked at.
std::optional<base::Micros> parse_http_date(std::string_view text);

}  // namespace boathouse::net
