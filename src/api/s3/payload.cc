// SPDX-License-Identifier: Apache-2.0
#include "api/s3/payload.h"

#include "api/s3/errors.h"
#include "api/s3/object_headers.h"
#include "base/digest.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::string_view kSignedChunks = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
constexpr std::string_view kSignedChunksAndTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
constexpr std::string_view kChunksAndTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

std::uint64_t decoded_length(const net::Request& request) {
  const std::string* text = request.headers.find("x-amz-decoded-content-length");
  if (text == nullptr) throw refusal("MissingContentLength", "You must provide x-amz-decoded-content-length.");
  if (auto length = base::parse_number<std::uint64_t>(*text)) return *length;
  throw refusal("InvalidArgument", "x-amz-decoded-content-length must be a whole number.");
}

std::uint64_t plain_length(const net::Request& request) {
  auto length = request.body.content_length();
  const bool is_said = length && (*length > 0 || request.headers.has("Content-Length"));
  if (!is_said) throw refusal("MissingContentLength", "You must provide the Content-Length HTTP header.");
  return *length;
}

base::Error bad_digest(std::string_view what) {
  return refusal("BadDigest", fmt::format("The {} you specified did not match what we received.", what));
}

// What an SDK says beside a checksum is of the kind of that checksum.
void check_announced_kind(const net::Request& request, const std::optional<core::ChecksumKind>& kind) {
  const std::string_view said = request.headers.get("x-amz-sdk-checksum-algorithm");
  if (said.empty()) return;
  const auto announced = core::parse_checksum_kind(said);
  if (announced && (!kind || kind == announced)) return;
  throw refusal("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.");
}

std::optional<std::string> md5_of(const net::Request& request) {
  const std::string* given = request.headers.find("Content-MD5");
  if (given == nullptr) return std::nullopt;
  auto md5 = base::from_base64(*given);
  if (!md5 || md5->size() != 16) throw refusal("InvalidDigest", "The Content-MD5 you specified is not valid.");
  return md5;
}

}  // namespace

void check_document(const net::Request& request, std::string_view document, bool with_checksums) {
  if (const auto given = md5_of(request)) {
    base::Digest md5(base::Digest::Kind::md5);
    md5.update(document);
    if (*given != md5.finish()) throw bad_digest("Content-MD5");
  }
  if (!with_checksums) return;
  const auto given = given_checksum(request);
  if (!given) return;
  if (checksum_bytes(given->kind, given->value) != core::checksum_of(given->kind, document)) {
    throw bad_digest(to_string(given->kind));
  }
}

Payload::Payload(const net::Request& request, const auth::Signer& signer, std::string hash) : hash_(std::move(hash)) {
  const bool is_signed = hash_ == kSignedChunks || hash_ == kSignedChunksAndTrailer;
  const bool is_chunked = is_signed || hash_ == kChunksAndTrailer;
  length_ = is_chunked ? decoded_length(request) : plain_length(request);
  if (length_ > kMostBytes) {
    throw refusal("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size of 5 GiB.");
  }
  if (is_chunked) {
    std::optional<auth::sigv4::ChunkSignatures> signatures;
    if (is_signed) signatures.emplace(signer.claim, signer.signing_key);
    chunks_ = std::make_unique<ChunkReader>(std::move(signatures), hash_ != kSignedChunks);
  } else if (hash_.starts_with("STREAMING-")) {
    throw refusal("NotImplemented", hash_ + " is not understood.");
  } else if (hash_ != auth::sigv4::kUnsignedPayload) {
    running_.emplace();
  }
  if (auto given = given_checksum(request)) {
    checksum_kind_ = given->kind;
    checksum_ = checksum_bytes(given->kind, given->value);
  }
  if (chunks_) read_announcement(request.headers.get("x-amz-trailer"));
  check_announced_kind(request, checksum_kind_);
  md5_ = md5_of(request);
}

// A trailer that is announced holds the checksum.
void Payload::read_announcement(std::string_view trailer) {
  if (trailer.empty()) return;
  const auto kind = checksum_named(trailer);
  if (!kind) throw refusal("InvalidRequest", "The value specified in the x-amz-trailer header is not supported");
  if (checksum_kind_) throw more_than_one_checksum();
  checksum_kind_ = kind;
}

void Payload::feed(std::string_view bytes, const Sink& sink) {
  auto count = [&](std::string_view plain) {
    come_ += plain.size();
    if (come_ > length_) {
      throw refusal("IncompleteBody", "The body is longer than the length that was announced for it.");
    }
    sink(plain);
  };
  if (running_) running_->update(bytes);
  if (chunks_) {
    chunks_->feed(bytes, count);
  } else {
    count(bytes);
  }
}

void Payload::check_end() {
  if (chunks_) chunks_->finish();
  if (come_ != length_) {
    throw refusal("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length header.");
  }
  if (running_ && base::to_hex(running_->finish()) != base::fold_case(hash_)) {
    throw refusal("XAmzContentSHA256Mismatch",
                  "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
}

// It has the checksum that was announced, once, and no other.
void Payload::check_trailer(const net::Headers& trailer) const {
  const std::string announced = checksum_kind_ && !checksum_ ? checksum_header(*checksum_kind_) : "";
  for (const auto& [name, value] : trailer.items) {
    if (!is_checksum_header(name) || name == announced) continue;
    throw malformed_trailer("the trailer " + name + " came without announcement.");
  }
  if (!announced.empty() && trailer.count(announced) != 1) {
    throw malformed_trailer("the trailer " + announced + " that was announced did not come, or came more than once.");
  }
}

void Payload::check(const core::ObjectWriter& writer) {
  if (md5_ && *md5_ != writer.md5()) throw bad_digest("Content-MD5");
  if (chunks_) check_trailer(chunks_->trailer());
  if (!checksum_kind_) return;
  const core::ChecksumKind kind = *checksum_kind_;
  const std::string given =
      checksum_ ? *checksum_ : checksum_bytes(kind, chunks_->trailer().get(checksum_header(kind)));
  if (given != writer.checksum(kind)) throw bad_digest(to_string(kind));
}

}  // namespace boathouse::api::s3
