// SPDX-License-Identifier: Apache-2.0
// The way of a text body, for the targets of its formats: scanned whole and in pieces with the same outcome, then read back
// block by block with the very rows that were counted.
#pragma once

#include <string_view>

#include "batch/scanner.h"

namespace boathouse::fuzz {

// Throws what the scanner throws. `piece`: the most bytes that are fed at once.
void scan_and_read(std::string_view body, const batch::ScanOptions& options, std::size_t piece);

}  // namespace boathouse::fuzz
