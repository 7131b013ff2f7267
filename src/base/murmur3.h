// SPDX-License-Identifier: Apache-2.0
// MurmurHash3 x86 32-bit with seed 0: the hash that Iceberg's bucket transform is defined by. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace boathouse::base {

std::int32_t murmur3(std::string_view bytes);
// Of the value as eight little-endian bytes: how Iceberg hashes INTEGER, BIGINT, dates and times.
std::int32_t murmur3(std::int64_t value);

}  // namespace boathouse::base
