// SPDX-License-Identifier: Apache-2.0
// One request of the S3 door as its handler sees it: signed, and decided about. Handlers are plain functions that may block.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/common/services.h"
#include "core/buckets.h"
#include "core/objects.h"
#include "net/request.h"

namespace boathouse::api::s3 {

struct Call {
  const Services& services;
  net::Request& request;
  std::string bucket_name = {};  // empty: the service itself
  std::string key = {};          // empty: the bucket itself
  std::string body = {};         // of operations that take a document
  auth::Signer signer = {};
  meta::WorkspaceRow workspace = {};

  // Error "no-such-bucket".
  meta::BucketRow bucket() const { return services.buckets.find(workspace, bucket_name); }
  core::Actor actor() const {
    return {.principal = signer.principal.name, .request = base::RequestId(request.request_id), .door = "s3"};
  }
  // Of the query; nullopt where it is absent or empty.
  std::optional<std::string> parameter(std::string_view name) const;
  // Of the query; Error "InvalidArgument" for an empty one.
  std::optional<std::string> version() const;
  // As number_within(); nullopt where it is absent or empty.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t least, std::int64_t most) const;
};

// A whole number from `least` to `most`, of the parameter or header of that name; Error "InvalidArgument".
std::int64_t number_within(std::string_view name, std::string_view text, std::int64_t least, std::int64_t most);
// Error "InvalidArgument".
base::Error empty_version();

// Error "AccessDenied" for a request that carries no signature, so that it learns nothing else; for one of another kind
// "InvalidRequest", "InvalidArgument" or "AuthorizationQueryParametersError".
void require_signature(const net::Request& request);

// Judges the signature for a body of that hash, and whether its maker may do `action`. Fills signer and workspace.
void authorise(Call& call, auth::Action action, std::string_view payload_hash);

// What the request says its body hashes to: 64 hex digits, UNSIGNED-PAYLOAD or STREAMING-...
std::string payload_hash_of(const net::Request& request);
// Error "XAmzContentSHA256Mismatch" unless a whole body is what its hash says.
void check_payload_hash(std::string_view hash, std::string_view body);

}  // namespace boathouse::api::s3
