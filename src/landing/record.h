// SPDX-License-Identifier: Apache-2.0
// Records of the landing log as bytes (format.md). Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boathouse::landing {

// A record's number in its node's log: 1 for the first, one more for each. 0 stands before the first.
using Position = std::uint64_t;

inline constexpr std::size_t kRecordHeader = 40;
inline constexpr std::size_t kAlignment = 8;
inline constexpr std::size_t kMaxPayload = std::size_t{1} << 30;

// The bytes that a record with such a payload takes.
constexpr std::size_t record_size(std::size_t payload) {
  return (kRecordHeader + payload + kAlignment - 1) / kAlignment * kAlignment;
}

struct RecordHeader {
  std::uint32_t length = 0;  // of the payload, bytes
  Position position = 0;
  Position durable = 0;  // the highest position known to be synced when this was written
  std::uint64_t payload_sum = 0;
};

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed = 0);

// Appends a whole record of a segment with this seed; `payload_sum` is checksum(payload).
void append_record(std::string& out, std::uint64_t seed, const RecordHeader& header, std::string_view payload);

// nullopt when the bytes do not begin with a header of this segment.
std::optional<RecordHeader> read_record_header(std::string_view bytes, std::uint64_t seed);

// The payload of the whole record that the bytes begin with; nullopt when it is cut short or damaged.
std::optional<std::string_view> payload_of(const RecordHeader& header, std::string_view bytes);

}  // namespace boathouse::landing
