// SPDX-License-Identifier: Apache-2.0
#include "api/s3/errors.h"

#include <array>
#include <boost/json/object.hpp>

#include "api/s3/presigned.h"
#include "api/s3/xml.h"
#include "base/encoding.h"

namespace boathouse::api::s3 {
namespace {

using base::Error;
using base::ErrorKind;

struct Row {
  std::string_view code;  // of the house, or AWS's own
  std::string_view name;  // AWS's
  int status;
};

constexpr std::array kTable{
    Row{"no-such-bucket", "NoSuchBucket", 404},
    Row{"no-such-key", "NoSuchKey", 404},
    Row{"no-such-version", "NoSuchVersion", 404},
    Row{"no-such-upload", "NoSuchUpload", 404},
    Row{"is-delete-marker", "MethodNotAllowed", 405},
    Row{"bucket-exists", "BucketAlreadyOwnedByYou", 409},
    Row{"bucket-not-empty", "BucketNotEmpty", 409},
    Row{"bad-bucket-name", "InvalidBucketName", 400},
    Row{"condition-failed", "PreconditionFailed", 412},
    Row{"workspace-limit", "QuotaExceeded", 403},
    Row{"key-too-long", "KeyTooLongError", 400},
    Row{"bad-part", "InvalidPart", 400},
    Row{"bad-digest", "BadDigest", 400},
    Row{"bad-size", "InvalidRequest", 400},
    Row{"bad-checksum-type", "InvalidRequest", 400},
    Row{"no-parts", "MalformedXML", 400},
    Row{"bad-part-order", "InvalidPartOrder", 400},
    Row{"part-too-small", "EntityTooSmall", 400},
    Row{"signature-missing", "AccessDenied", 403},
    Row{"signature-malformed", "AuthorizationHeaderMalformed", 400},
    Row{"signature-undated", "AccessDenied", 403},
    Row{"headers-not-signed", "AccessDenied", 403},
    Row{"wrong-scope", "AuthorizationHeaderMalformed", 400},
    Row{"signature-mismatch", "SignatureDoesNotMatch", 403},
    Row{"signature-expired", "RequestTimeTooSkewed", 403},
    Row{"unknown-access-key", "InvalidAccessKeyId", 403},
    Row{"connection-closed", "IncompleteBody", 400},
    Row{"method-not-allowed", "MethodNotAllowed", 405},
    Row{"uri-too-long", "InvalidURI", 400},
    Row{"headers-too-large", "RequestHeaderSectionTooLarge", 400},
    Row{"AccessDenied", "AccessDenied", 403},
    Row{"AuthorizationQueryParametersError", "AuthorizationQueryParametersError", 400},
    Row{"BadDigest", "BadDigest", 400},
    Row{"EntityTooLarge", "EntityTooLarge", 400},
    Row{"IncompleteBody", "IncompleteBody", 400},
    Row{"InvalidArgument", "InvalidArgument", 400},
    Row{"InvalidDigest", "InvalidDigest", 400},
    Row{"InvalidPartNumber", "InvalidPartNumber", 416},
    Row{"InvalidRange", "InvalidRange", 416},
    Row{"InvalidRedirectLocation", "InvalidRedirectLocation", 400},
    Row{"InvalidRequest", "InvalidRequest", 400},
    Row{"InvalidStorageClass", "InvalidStorageClass", 400},
    Row{"InvalidTag", "InvalidTag", 400},
    Row{"MalformedTrailerError", "MalformedTrailerError", 400},
    Row{"MalformedXML", "MalformedXML", 400},
    Row{"MetadataTooLarge", "MetadataTooLarge", 400},
    Row{"MissingContentLength", "MissingContentLength", 411},
    Row{"NoSuchBucketPolicy", "NoSuchBucketPolicy", 404},
    Row{"NoSuchCORSConfiguration", "NoSuchCORSConfiguration", 404},
    Row{"NoSuchLifecycleConfiguration", "NoSuchLifecycleConfiguration", 404},
    Row{"NoSuchPublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration", 404},
    Row{"NoSuchTagSet", "NoSuchTagSet", 404},
    Row{"NoSuchWebsiteConfiguration", "NoSuchWebsiteConfiguration", 404},
    Row{"NotImplemented", "NotImplemented", 501},
    Row{"ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFoundError", 404},
    Row{"ReplicationConfigurationNotFoundError", "ReplicationConfigurationNotFoundError", 404},
    Row{"ServerSideEncryptionConfigurationNotFoundError", "ServerSideEncryptionConfigurationNotFoundError", 404},
    Row{"XAmzContentSHA256Mismatch", "XAmzContentSHA256Mismatch", 400},
};

Row by_kind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument:
    case ErrorKind::unprocessable:
    case ErrorKind::unsupported_media: return {"", "InvalidArgument", 400};
    case ErrorKind::unauthenticated:
    case ErrorKind::permission_denied: return {"", "AccessDenied", 403};
    case ErrorKind::not_found: return {"", "NoSuchKey", 404};
    case ErrorKind::already_exists:
    case ErrorKind::conflict: return {"", "OperationAborted", 409};
    case ErrorKind::too_large: return {"", "EntityTooLarge", 400};
    case ErrorKind::timeout: return {"", "RequestTimeout", 400};
    case ErrorKind::too_many_requests: return {"", "SlowDown", 503};
    case ErrorKind::storage_full: return {"", "InsufficientStorage", 507};
    case ErrorKind::cancelled:
    case ErrorKind::unavailable:
    case ErrorKind::unknown_outcome: return {"", "ServiceUnavailable", 503};
    case ErrorKind::internal: return {"", "InternalError", 500};
  }
  return {"", "InternalError", 500};
}

// A presigned URL is refused in other words than a header.
Row row_of(const net::Request& request, const Error& error) {
  const bool presigned = is_presigned(request);
  const bool is_unclear =
      error.code() == "signature-malformed" || error.code() == "signature-undated" || error.code() == "wrong-scope";
  if (presigned && is_unclear) return {"", "AuthorizationQueryParametersError", 400};
  if (presigned && error.code() == "signature-expired") return {"", "AccessDenied", 403};
  for (const Row& row : kTable) {
    if (row.code == error.code()) return row;
  }
  return by_kind(error.kind());
}

}  // namespace

Error refusal(std::string_view code, std::string message) {
  const bool ours = code == "NotImplemented";
  return Error(ours ? ErrorKind::unprocessable : ErrorKind::invalid_argument, std::move(message))
      .code(std::string(code));
}

NamedError named(const net::Request& request, const Error& error) {
  const Row row = row_of(request, error);
  std::string message =
      error.kind() == ErrorKind::internal ? "We encountered an internal error. Please try again." : error.message();
  return {.status = row.status, .code = std::string(row.name), .message = std::move(message)};
}

net::Response render_error(const net::Request& request, const Error& error) {
  const NamedError what = named(request, error);
  XmlAnswer answer("Error");
  pugi::xml_node root = answer.root();
  add_text(root, "Code", what.code);
  add_text(root, "Message", what.message);
  for (const auto& [fact, name] : {std::pair{"bucket", "BucketName"}, {"key", "Key"}, {"version", "VersionId"}}) {
    const boost::json::value* value = error.detail().if_contains(fact);
    if (value != nullptr && value->is_string()) add_text(root, name, std::string(value->as_string()));
  }
  add_text(root, "Resource", request.path);
  add_text(root, "RequestId", request.request_id);
  add_text(root, "HostId", "boathouse");
  net::Response response = answer.to_response(what.status);
  response.headers.set("x-amz-request-id", request.request_id);
  const boost::json::value* marker = error.detail().if_contains("marker");
  if (marker != nullptr && marker->is_string()) {
    response.headers.set("x-amz-delete-marker", "true");
    response.headers.set("x-amz-version-id", std::string(marker->as_string()));
  }
  if (what.status == 503) response.headers.set("Retry-After", "1");
  return response;
}

}  // namespace boathouse::api::s3
