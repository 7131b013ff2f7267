// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <array>
#include <mutex>

#include "base/numbers.h"
#include "base/random.h"
#include "base/time.h"

namespace boathouse::base {
namespace {

// Ids are asked for at a high rate, so their randomness comes in larger pieces. None of it is used twice.
void random_id_bytes(std::span<std::uint8_t> out) {
  struct Store {
    std::array<std::uint8_t, 512> bytes;
    std::size_t used = sizeof bytes;
  };
  thread_local Store store;
  if (store.bytes.size() - store.used < out.size()) {
    random_bytes(store.bytes);
    store.used = 0;
  }
  std::copy_n(store.bytes.begin() + static_cast<std::ptrdiff_t>(store.used), out.size(), out.begin());
  store.used += out.size();
}

std::string format_uuid(const std::array<std::uint8_t, 16>& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

void set_version(std::array<std::uint8_t, 16>& bytes, int version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
}

void put_v7_time(std::array<std::uint8_t, 16>& bytes, std::int64_t millis) {
  for (int i = 0; i < 6; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
}

// The next (millisecond, sequence) pair: the sequence fills the 12 bits after the time, so that ids of one
// millisecond still sort; when it overflows, the time runs ahead of the clock by a millisecond.
std::pair<std::int64_t, int> next_v7() {
  static std::mutex mutex;
  static std::int64_t last = 0;
  static int sequence = 0;
  std::lock_guard lock(mutex);
  std::int64_t now = now_micros() / 1000;
  if (now > last) {
    last = now;
    sequence = 0;
  } else if (++sequence > 0xfff) {
    ++last;
    sequence = 0;
  }
  return {last, sequence};
}

std::array<std::uint8_t, 16> v7_bytes() {
  std::array<std::uint8_t, 16> bytes;
  random_id_bytes(bytes);
  auto [millis, sequence] = next_v7();
  put_v7_time(bytes, millis);
  bytes[6] = static_cast<std::uint8_t>(sequence >> 8);
  bytes[7] = static_cast<std::uint8_t>(sequence);
  set_version(bytes, 7);
  return bytes;
}

}  // namespace

std::string uuid_v4() {
  std::array<std::uint8_t, 16> bytes;
  random_id_bytes(bytes);
  set_version(bytes, 4);
  return format_uuid(bytes);
}

std::string uuid_v7() { return format_uuid(v7_bytes()); }

std::string uuid_v7(std::uint16_t mark) {
  std::array<std::uint8_t, 16> bytes = v7_bytes();
  bytes[14] = static_cast<std::uint8_t>(mark >> 8);
  bytes[15] = static_cast<std::uint8_t>(mark);
  return format_uuid(bytes);
}

std::uint16_t uuid_mark(std::string_view id) { return parse_number<std::uint16_t>(id.substr(32), 16).value_or(0); }

std::string first_uuid_v7(std::int64_t micros) {
  std::array<std::uint8_t, 16> bytes{};
  put_v7_time(bytes, micros / 1000);
  set_version(bytes, 7);
  return format_uuid(bytes);
}

std::int64_t uuid_v7_time(std::string_view id) {
  std::int64_t millis = 0;
  for (char c : {id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[9], id[10], id[11], id[12]}) {
    millis = millis << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return millis * 1000;
}

SnapshotId new_snapshot_id() {
  std::array<std::uint8_t, 8> bytes;
  SnapshotId id = 0;
  while (id == 0) {
    random_id_bytes(bytes);
    std::uint64_t value = 0;
    for (std::uint8_t byte : bytes) value = value << 8 | byte;
    id = static_cast<SnapshotId>(value >> 1);
  }
  return id;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

}  // namespace boathouse::base
