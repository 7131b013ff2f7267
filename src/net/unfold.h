// SPDX-License-Identifier: Apache-2.0
// Content-Encoding of requests (none, gzip, zstd), undone within BodyLimits. Internal to net; one thread at a time.
#pragma once

#include <memory>
#include <string_view>

#include "base/unfold.h"
#include "net/request.h"

namespace boathouse::net {

// True for "", "identity".
bool is_identity(std::string_view coding);

// Error{unsupported_media} for a coding that is none of these.
std::unique_ptr<base::Unfolder> make_unfolder(std::string_view coding, const BodyLimits& limits);

}  // namespace boathouse::net
