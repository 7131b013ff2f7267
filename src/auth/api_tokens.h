// SPDX-License-Identifier: Apache-2.0
// The shape of tokens that are random text and kept only as their SHA-256. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace boathouse::auth {

// `bh_` and 43 of 62 characters: more than 256 bits.
std::string new_api_token();
bool is_api_token(std::string_view text);
// What is stored for a token (also a refresh token) and looked up by.
std::string token_hash(std::string_view token);

}  // namespace boathouse::auth
