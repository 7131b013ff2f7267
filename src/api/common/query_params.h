// SPDX-License-Identifier: Apache-2.0
// Query parameters as strict routes read them. Wrong ones are Error{invalid_argument} with `parameter` as detail. Pure.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tables.h"
#include "net/request.h"

namespace boathouse::api {

// Refuses parameters that are not named here, and any that comes twice.
void allow_params(const net::Request& request, std::initializer_list<std::string_view> names);

std::optional<std::string> text_param(const net::Request& request, std::string_view name);
// "true" or "false".
std::optional<bool> flag_param(const net::Request& request, std::string_view name);
// A whole number from `least` to `most`.
std::optional<std::int64_t> number_param(const net::Request& request, std::string_view name, std::int64_t least,
                                         std::int64_t most);
// "a,b": the names between commas; empty when the parameter is absent.
std::vector<std::string> list_param(const net::Request& request, std::string_view name);

inline constexpr std::int64_t kMaxPageLimit = 1000;
// `limit` (1 to 1000, `otherwise` unless said) and `page_token`.
core::Page page_params(const net::Request& request, std::size_t otherwise = 100);

// The page of a short list that is at hand as a whole: {<name>: [..], next_page_token?}.
boost::json::object page_of(std::string_view name, boost::json::array all, const core::Page& page);

}  // namespace boathouse::api
