// SPDX-License-Identifier: Apache-2.0
// triggers.toml of an installation: `[[trigger]]` tables. Any thread.
#pragma once

#include <string_view>

#include "core/apply_files.h"

namespace boathouse::core {

inline constexpr const char* kTriggersFile = "triggers.toml";

// Appends the file's triggers to the installation, or its mistakes.
void read_triggers(std::string_view text, Installation& out);

}  // namespace boathouse::core
