// SPDX-License-Identifier: Apache-2.0
// A double as Python's json writes it. Pure; any thread.
#pragma once

#include <string>

namespace boathouse::batch {

// The shortest text that gives it back, with a point or an exponent: 3.0, 1e-05, NaN, -Infinity.
void append_python_number(std::string& out, double number);

}  // namespace boathouse::batch
