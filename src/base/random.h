// SPDX-License-Identifier: Apache-2.0
// Randomness from the kernel, good for keys. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace boathouse::base {

void random_bytes(std::span<std::uint8_t> out);
// `count` random characters out of [A-Za-z0-9], each of log2(62) bits.
std::string random_text(std::size_t count);

}  // namespace boathouse::base
