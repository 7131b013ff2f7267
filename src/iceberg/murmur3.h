// SPDX-License-Identifier: Apache-2.0
// MurmurHash3, x86 variant of 32 bits, seed 0: the hash of Iceberg's bucket transform. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace boathouse::iceberg {

std::uint32_t murmur3_32(std::string_view bytes);

}  // namespace boathouse::iceberg
