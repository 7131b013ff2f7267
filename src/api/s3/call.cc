// SPDX-License-Identifier: Apache-2.0
#include "api/s3/call.h"

#include "api/s3/errors.h"
#include "api/s3/presigned.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::api::s3 {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kService = "s3";
constexpr std::string_view kStreaming = "STREAMING-";

// A key of a workspace that its user has left opens nothing.
auth::Access decide(const Call& call, auth::Action action) {
  try {
    return call.services.auth.access.resolve_workspace(call.signer.principal, action, std::nullopt,
                                                       auth::DefaultWorkspace::main_or_personal);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw Error(ErrorKind::permission_denied, "Access Denied");
  }
}

}  // namespace

std::optional<std::string> Call::parameter(std::string_view name) const {
  const std::string* value = request.query.find(name);
  if (value == nullptr || value->empty()) return std::nullopt;
  return *value;
}

base::Error empty_version() { return refusal("InvalidArgument", "Version id cannot be the empty string"); }

std::optional<std::string> Call::version() const {
  auto id = parameter("versionId");
  if (!id && request.query.has("versionId")) throw empty_version();
  return id;
}

std::optional<std::int64_t> Call::number(std::string_view name, std::int64_t least, std::int64_t most) const {
  auto text = parameter(name);
  if (!text) return std::nullopt;
  return number_within(name, *text, least, most);
}

std::int64_t number_within(std::string_view name, std::string_view text, std::int64_t least, std::int64_t most) {
  const auto value = base::parse_number<std::int64_t>(text);
  if (value && *value >= least && *value <= most) return *value;
  throw refusal("InvalidArgument", fmt::format("{} must be a whole number from {} to {}", name, least, most));
}

void require_signature(const net::Request& request) {
  const std::string_view header = request.headers.get("Authorization");
  if (header.starts_with("AWS ") || request.query.has("AWSAccessKeyId")) {
    throw refusal("InvalidRequest",
                  "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  }
  if (!header.empty() && !header.starts_with(auth::sigv4::kAlgorithm)) {
    throw refusal("InvalidArgument", "Unsupported Authorization Type");
  }
  if (!header.empty()) return;
  if (!is_presigned(request)) throw Error(ErrorKind::permission_denied, "Access Denied");
  if (request.query.get("X-Amz-Algorithm") != auth::sigv4::kAlgorithm) {
    throw refusal("AuthorizationQueryParametersError", "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
  }
}

std::string payload_hash_of(const net::Request& request) {
  if (const std::string* header = request.headers.find("x-amz-content-sha256")) {
    const bool is_hash = header->size() == 64 && base::from_hex(*header);
    if (is_hash || *header == auth::sigv4::kUnsignedPayload || header->starts_with(kStreaming)) return *header;
    throw refusal("InvalidArgument",
                  "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 "
                  "value.");
  }
  if (is_presigned(request)) return std::string(auth::sigv4::kUnsignedPayload);
  throw refusal("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
}

void check_payload_hash(std::string_view hash, std::string_view body) {
  if (hash == auth::sigv4::kUnsignedPayload) return;
  if (hash.starts_with(kStreaming)) {
    throw refusal("InvalidRequest", "This operation's body cannot be sent in chunks.");
  }
  if (hash == base::to_hex(base::sha256(body))) return;
  throw refusal("XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
}

void authorise(Call& call, auth::Action action, std::string_view payload_hash) {
  const net::Request& request = call.request;
  auth::sigv4::Request claimed{request.method, request.path, request.raw_query, request.headers.items};
  call.signer = call.services.auth.authenticator.signer_of(claimed, kService, auth::sigv4::PathStyle::s3, payload_hash);
  call.workspace = decide(call, action).workspace;
}

}  // namespace boathouse::api::s3
