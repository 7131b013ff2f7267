// SPDX-License-Identifier: Apache-2.0
// The kinds of errors as a list, for those who count by kind.
#pragma once

#include <array>

#include "base/error.h"

namespace boathouse::base {

// Every kind, each at the place of its number.
inline constexpr std::array kErrorKinds{
    ErrorKind::invalid_argument,  ErrorKind::unauthenticated,   ErrorKind::permission_denied,
    ErrorKind::not_found,         ErrorKind::already_exists,    ErrorKind::conflict,
    ErrorKind::too_large,         ErrorKind::unsupported_media, ErrorKind::unprocessable,
    ErrorKind::too_many_requests, ErrorKind::timeout,           ErrorKind::cancelled,
    ErrorKind::storage_full,      ErrorKind::unavailable,       ErrorKind::unknown_outcome,
    ErrorKind::internal};

}  // namespace boathouse::base
