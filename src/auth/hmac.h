// SPDX-License-Identifier: Apache-2.0
// HMAC-SHA-256 (RFC 2104), and how secrets are compared. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace boathouse::auth {

// 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

// In a time that does not tell where they differ (it tells whether they are of one length).
bool is_same_secret(std::string_view left, std::string_view right);

}  // namespace boathouse::auth
