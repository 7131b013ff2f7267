// SPDX-License-Identifier: Apache-2.0
// The passwords that guessing begins with, and that the other rules would let pass. Any thread.
#pragma once

#include <string_view>

namespace boathouse::auth {

// Without regard to case.
bool is_common_password(std::string_view password);

}  // namespace boathouse::auth
