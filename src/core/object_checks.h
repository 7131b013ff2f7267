// SPDX-License-Identifier: Apache-2.0
// What an object's bytes are checked by: the MD5 that its ETag is made of, and the checksums that clients ask for. One
// thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/crc.h"
#include "base/digest.h"
#include "core/object_facts.h"

namespace boathouse::core {

// The check of a kind where it is a CRC.
std::optional<base::CrcKind> crc_kind_of(ChecksumKind kind);

class RunningChecksum {
 public:
  explicit RunningChecksum(ChecksumKind kind);
  ChecksumKind kind() const { return kind_; }
  void update(std::string_view bytes);
  // Raw bytes, the highest first; nothing may follow.
  std::string finish();

 private:
  ChecksumKind kind_;
  std::uint64_t crc_ = 0;
  std::optional<base::Digest> digest_;
};

// Of its base64: raw bytes; nullopt unless they are as many as such a checksum has.
std::optional<std::string> parse_checksum_bytes(ChecksumKind kind, std::string_view text);
// Of all of `bytes`.
std::string checksum_of(ChecksumKind kind, std::string_view bytes);

}  // namespace boathouse::core
