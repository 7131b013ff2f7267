// SPDX-License-Identifier: Apache-2.0
// AWS Signature Version 4, the verifying side: what a request claims (in its Authorization header, or in its query where
// it was presigned), the canonical request that a signature covers, and whether the signature is right. Whose key it is,
// and what bodies hash to, is the caller's to know. Pure; any thread.
//
// Errors are unauthenticated with a code that doors translate: "signature-malformed" (claimed, but not understood, or
// not covering the host), "signature-undated", "headers-not-signed" (an x-amz- header that it does not cover),
// "signature-mismatch", "signature-expired" (a clock too far off, or a presigned URL past its time), "wrong-scope" (made
// for another service or day).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::auth::sigv4 {

// A request as it came: nothing decoded.
struct Request {
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::span<const std::pair<std::string, std::string>> headers;
};

// How a service canonicalizes paths: S3 takes them as they are, others encode them once more.
enum class PathStyle { s3, other };

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr base::Micros kMostSkew = 15 * base::kMinute;

// Read, not yet believed.
struct Claim {
  base::AccessKeyId key{};
  std::string date{};  // of the scope: YYYYMMDD
  std::string region{};
  std::string service{};
  std::vector<std::string> signed_headers{};  // lower case, sorted
  std::string signature{};                    // 64 hex digits
  std::string timestamp{};                    // YYYYMMDDTHHMMSSZ
  base::Micros at = 0;                        // the same
  std::optional<base::Micros> lifetime{};     // of a presigned URL

  std::string scope() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

// nullopt where the request claims no such signature. Refuses what does not cover `host` and every x-amz- header.
std::optional<Claim> read_claim(const Request& request);

// Throws unless `claim` was made with `secret`, for `service`, for a body of that hash (64 hex digits, or the word that
// stood in its place), and holds at `now`.
void check(const Request& request, const Claim& claim, std::string_view secret, std::string_view service,
           PathStyle style, std::string_view payload_hash, base::Micros now);

// Parts of it, for signatures that follow the request's own (of chunks): the key is raw bytes, the signature hex.
std::string signing_key(std::string_view secret, const Claim& claim);
std::string sign(std::string_view key, std::string_view text);
std::string canonical_request(const Request& request, const Claim& claim, PathStyle style,
                              std::string_view payload_hash);

}  // namespace boathouse::auth::sigv4
