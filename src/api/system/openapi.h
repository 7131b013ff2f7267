// SPDX-License-Identifier: Apache-2.0
// docs/openapi.json, in the binary.
#pragma once

#include <string_view>

namespace boathouse::api::system {

std::string_view openapi_document();

}  // namespace boathouse::api::system
