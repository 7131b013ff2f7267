// SPDX-License-Identifier: Apache-2.0
// The one place where names are judged. A name that passed here is safe in SQL once quoted, in JSON and in a log; it is
// never used as a path. Every function throws Error{invalid_argument} that names `what` and says what is allowed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace boathouse::base {

// Tables, insights, triggers and sinks: 1 to 128 code points, non-empty segments joined by '/', none of them "." or "..",
// no control character, no backslash, '$' or '@', not ending in "__quarantine".
void check_name(std::string_view name, std::string_view what = "table");

// `[a-z0-9][a-z0-9_-]{0,62}`, not "main" or "system" unless `reserved_allowed`.
void check_workspace_name(std::string_view name, bool reserved_allowed = false);

// 1 to 254 characters, no white space, control, '/' or '\', and neither "." nor "..".
void check_user_name(std::string_view name);

// A user's name reduced to a workspace's: lower case, every other character '-', at most 63, never empty.
std::string reduce_to_workspace_name(std::string_view user_name);

// The readable part of a table's folder: the name's [A-Za-z0-9_-], at most 60 of them, never empty.
std::string slug(std::string_view name);

// `"` doubled and put around: an SQL identifier. `'` doubled and put around: an SQL string.
std::string quote_identifier(std::string_view name);
std::string quote_string(std::string_view text);

// Names that differ by more than case: the second `a` is `a_1`, or the next number that nobody has.
std::vector<std::string> unique_names(const std::vector<std::string>& names);

inline constexpr std::string_view kQuarantineSuffix = "__quarantine";

}  // namespace boathouse::base
