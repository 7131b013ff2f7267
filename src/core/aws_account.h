// SPDX-License-Identifier: Apache-2.0
// What this installation is to AWS's clients: one account and region, always the same.
#pragma once

#include <string_view>

namespace boathouse::core {

inline constexpr std::string_view kAccount = "123456789012";
inline constexpr std::string_view kRegion = "us-east-1";

}  // namespace boathouse::core
