// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace boathouse::base {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument: return "invalid-argument";
    case ErrorKind::unauthenticated: return "unauthenticated";
    case ErrorKind::permission_denied: return "permission-denied";
    case ErrorKind::not_found: return "not-found";
    case ErrorKind::already_exists: return "already-exists";
    case ErrorKind::conflict: return "conflict";
    case ErrorKind::too_large: return "too-large";
    case ErrorKind::unsupported_media: return "unsupported-media";
    case ErrorKind::unprocessable: return "unprocessable";
    case ErrorKind::too_many_requests: return "too-many-requests";
    case ErrorKind::timeout: return "timeout";
    case ErrorKind::cancelled: return "cancelled";
    case ErrorKind::storage_full: return "storage-full";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::unknown_outcome: return "unknown-outcome";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

Error system_error(int error_number, std::string what) {
  bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return Error(full ? ErrorKind::storage_full : ErrorKind::unavailable,
               what + ": " + std::generic_category().message(error_number));
}

}  // namespace boathouse::base
