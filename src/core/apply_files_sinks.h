// SPDX-License-Identifier: Apache-2.0
// sinks.toml of an installation: `[[sink]]` tables. Any thread.
#pragma once

#include <string_view>

#include "core/apply_files.h"

namespace boathouse::core {

inline constexpr const char* kSinksFile = "sinks.toml";

// Appends the file's sinks to the installation, or its mistakes. `environment` gives the value of `url_env`.
void read_sinks(std::string_view text, const EnvironmentLookup& environment, Installation& out);

}  // namespace boathouse::core
