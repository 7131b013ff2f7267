// SPDX-License-Identifier: Apache-2.0
// Text encodings: hex, base64 (RFC 4648), percent (RFC 3986), UTF-8, SHA-256. All pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace boathouse::base {

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);

// Standard alphabet, padded. Decoding is strict: no white space, padding required, no stray bits.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
// URL alphabet, unpadded, as JWTs have it.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

// Keeps [A-Za-z0-9-._~] and writes every other byte as %XX.
std::string percent_encode(std::string_view text);
// Decodes %XX; `plus_is_space` as in form-encoded queries. nullopt for a broken escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

bool is_utf8(std::string_view text);
// UTF-8 without ASCII's control characters.
bool is_plain_text(std::string_view text);
// The number of code points of valid UTF-8.
std::size_t code_points(std::string_view text);
// The first `count` code points of valid UTF-8.
std::string_view prefix_code_points(std::string_view text, std::size_t count);

// 32 raw bytes.
std::string sha256(std::string_view bytes);

// ASCII lower case: how names are compared, since SQL compares them so.
std::string fold_case(std::string_view text);

}  // namespace boathouse::base
