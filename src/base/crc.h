// SPDX-License-Identifier: Apache-2.0
// Cyclic redundancy checks as S3 clients send them: CRC-32 (ISO-HDLC), CRC-32C (Castagnoli), CRC-64/NVME. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace boathouse::base {

enum class CrcKind { crc32, crc32c, crc64nvme };

// Begun with 0 and carried from piece to piece; after each it is the check of all bytes so far.
std::uint64_t crc_of(CrcKind kind, std::string_view bytes, std::uint64_t before = 0);

// Of two stretches one after the other, from the check of each and the length of the second.
std::uint64_t crc_joined(CrcKind kind, std::uint64_t first, std::uint64_t second, std::uint64_t second_bytes);

// 4 or 8 bytes, the highest first, as they are written in base64; and back (exactly so many bytes).
std::string crc_bytes(CrcKind kind, std::uint64_t crc);
std::uint64_t crc_from_bytes(std::string_view bytes);

}  // namespace boathouse::base
