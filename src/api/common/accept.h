// SPDX-License-Identifier: Apache-2.0
// Content negotiation (RFC 9110, 12.5.1). Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace boathouse::api {

// Which of `offered` media types an Accept header wants most: by the q of the most specific range that fits, then by the
// order of `offered`. An empty header wants the first. nullopt when it accepts none of them.
std::optional<std::size_t> negotiate(std::string_view accept, std::span<const std::string_view> offered);

}  // namespace boathouse::api
