// SPDX-License-Identifier: Apache-2.0
// Strong ids: a WorkspaceId is no TableId. An id is a short text without secrets, compared byte by byte.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace boathouse::base {

template <class Tag>
struct Id {
  std::string value;

  Id() = default;
  explicit Id(std::string text) : value(std::move(text)) {}
  bool empty() const { return value.empty(); }
  auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserTag>;
using WorkspaceId = Id<struct WorkspaceTag>;
using TableId = Id<struct TableTag>;  // also the Iceberg table-uuid
using BatchId = Id<struct BatchTag>;  // UUIDv7
using RequestId = Id<struct RequestTag>;
using TokenId = Id<struct TokenTag>;
using AccessKeyId = Id<struct AccessKeyTag>;  // as S3 clients send it
using JobId = Id<struct JobTag>;

// An Iceberg snapshot: what the API calls a version. Positive.
using SnapshotId = std::int64_t;

// Random version 4, in lower-case text of 36 characters. Any thread.
std::string uuid_v4();
// Version 7 (RFC 9562): sorts by creation time within this process, even within one millisecond. Any thread.
std::string uuid_v7();
// One whose last 16 bits, of those that are random otherwise, are `mark`.
std::string uuid_v7(std::uint16_t mark);
// Those bits; the text is_uuid().
std::uint16_t uuid_mark(std::string_view id);
// The least version 7 of that time's millisecond.
std::string first_uuid_v7(std::int64_t micros);
// When a version 7 was made, as it says itself, to the millisecond; microseconds since 1970. The text is_uuid().
std::int64_t uuid_v7_time(std::string_view id);
// A new snapshot id: random, positive, below 2^63. Any thread.
SnapshotId new_snapshot_id();
// True for the 36-character text form, in any case.
bool is_uuid(std::string_view text);

}  // namespace boathouse::base

template <class Tag>
struct std::hash<boathouse::base::Id<Tag>> {
  std::size_t operator()(const boathouse::base::Id<Tag>& id) const { return std::hash<std::string>{}(id.value); }
};
