// SPDX-License-Identifier: Apache-2.0
// Completion scripts, made from the command tree itself. Pure.
#pragma once

#include <string>

#include "app/commands/command.h"

namespace boathouse::app {

enum class Shell { bash, zsh, fish };

std::string completion_script(const CLI::App& root, Shell shell);

}  // namespace boathouse::app
