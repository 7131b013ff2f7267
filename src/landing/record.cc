// SPDX-License-Identifier: Apache-2.0
#include "landing/record.h"

#include <xxhash.h>

#include "landing/little_endian.h"

namespace boathouse::landing {
namespace {

constexpr std::size_t kPosition = 8;
constexpr std::size_t kDurable = 16;
constexpr std::size_t kPayloadSum = 24;
constexpr std::size_t kHeaderSum = 32;

}  // namespace

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

void append_record(std::string& out, std::uint64_t seed, const RecordHeader& header, std::string_view payload) {
  char bytes[kRecordHeader] = {};
  put_little_endian(bytes, header.length);
  put_little_endian(bytes + kPosition, header.position);
  put_little_endian(bytes + kDurable, header.durable);
  put_little_endian(bytes + kPayloadSum, header.payload_sum);
  put_little_endian(bytes + kHeaderSum, checksum({bytes, kHeaderSum}, seed));
  out.append(bytes, sizeof bytes);
  out.append(payload);
  out.append(record_size(payload.size()) - kRecordHeader - payload.size(), '\0');
}

std::optional<RecordHeader> read_record_header(std::string_view bytes, std::uint64_t seed) {
  if (bytes.size() < kRecordHeader) return std::nullopt;
  RecordHeader header{.length = get_little_endian<std::uint32_t>(bytes.data()),
                      .position = get_little_endian<std::uint64_t>(bytes.data() + kPosition),
                      .durable = get_little_endian<std::uint64_t>(bytes.data() + kDurable),
                      .payload_sum = get_little_endian<std::uint64_t>(bytes.data() + kPayloadSum)};
  if (header.length == 0 || header.length > kMaxPayload) return std::nullopt;
  auto sum = get_little_endian<std::uint64_t>(bytes.data() + kHeaderSum);
  if (sum != checksum(bytes.substr(0, kHeaderSum), seed)) return std::nullopt;
  return header;
}

std::optional<std::string_view> payload_of(const RecordHeader& header, std::string_view bytes) {
  if (bytes.size() < record_size(header.length)) return std::nullopt;
  std::string_view payload = bytes.substr(kRecordHeader, header.length);
  if (checksum(payload) != header.payload_sum) return std::nullopt;
  return payload;
}

}  // namespace boathouse::landing
