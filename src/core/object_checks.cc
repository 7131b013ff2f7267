// SPDX-License-Identifier: Apache-2.0
#include "core/object_checks.h"

#include "base/encoding.h"

namespace boathouse::core {

std::optional<base::CrcKind> crc_kind_of(ChecksumKind kind) {
  switch (kind) {
    case ChecksumKind::crc32: return base::CrcKind::crc32;
    case ChecksumKind::crc32c: return base::CrcKind::crc32c;
    case ChecksumKind::crc64nvme: return base::CrcKind::crc64nvme;
    case ChecksumKind::sha1:
    case ChecksumKind::sha256: return std::nullopt;
  }
  return std::nullopt;
}

RunningChecksum::RunningChecksum(ChecksumKind kind) : kind_(kind) {
  if (kind == ChecksumKind::sha1) digest_.emplace(base::Digest::Kind::sha1);
  if (kind == ChecksumKind::sha256) digest_.emplace(base::Digest::Kind::sha256);
}

void RunningChecksum::update(std::string_view bytes) {
  if (digest_) {
    digest_->update(bytes);
  } else {
    crc_ = base::crc_of(*crc_kind_of(kind_), bytes, crc_);
  }
}

std::string RunningChecksum::finish() {
  return digest_ ? digest_->finish() : base::crc_bytes(*crc_kind_of(kind_), crc_);
}

std::optional<std::string> parse_checksum_bytes(ChecksumKind kind, std::string_view text) {
  auto raw = base::from_base64(text);
  if (raw && raw->size() != RunningChecksum(kind).finish().size()) raw.reset();
  return raw;
}

std::string checksum_of(ChecksumKind kind, std::string_view bytes) {
  RunningChecksum checksum(kind);
  checksum.update(bytes);
  return checksum.finish();
}

}  // namespace boathouse::core
