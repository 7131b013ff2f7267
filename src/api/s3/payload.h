// SPDX-License-Identifier: Apache-2.0
// How the bytes of a body are wrapped and what they must add up to: UNSIGNED-PAYLOAD, a hash over all of them, or chunks
// (aws-chunked) that may be signed and may have a trailer. One thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/s3/chunk_reader.h"
#include "auth/authenticator.h"
#include "base/sha256.h"
#include "core/object_writer.h"
#include "net/request.h"

namespace boathouse::api::s3 {

inline constexpr std::uint64_t kMostBytes = std::uint64_t{5} << 30;  // of one put or part

// What the headers say a document adds up to: Content-MD5 and, unless they are an object's, x-amz-checksum-.. Errors
// "BadDigest", "InvalidDigest".
void check_document(const net::Request& request, std::string_view document, bool with_checksums);

class Payload {
 public:
  // Errors "MissingContentLength", "EntityTooLarge", "InvalidDigest", "InvalidRequest".
  Payload(const net::Request& request, const auth::Signer& signer, std::string hash);

  // The checksum that its sender gives, in a header or a trailer.
  const std::optional<core::ChecksumKind>& checksum() const { return checksum_kind_; }

  using Sink = std::function<void(std::string_view)>;
  void feed(std::string_view bytes, const Sink& sink);
  // All has come. Errors "IncompleteBody", "MalformedTrailerError", "InvalidRequest", "XAmzContentSHA256Mismatch",
  // "SignatureDoesNotMatch", "BadDigest".
  // `writer` is finished and has the checksum.
  void check_end();
  void check(const core::ObjectWriter& writer);

 private:
  void read_announcement(std::string_view trailer);
  void check_trailer(const net::Headers& trailer) const;

  std::string hash_;
  std::uint64_t length_ = 0;  // of the plain bytes, as announced
  std::uint64_t come_ = 0;
  std::optional<base::Sha256> running_;
  std::unique_ptr<ChunkReader> chunks_;
  std::optional<core::ChecksumKind> checksum_kind_;
  std::optional<std::string> checksum_;  // raw; none: the trailer has it
  std::optional<std::string> md5_;       // raw
};

}  // namespace boathouse::api::s3
