// SPDX-License-Identifier: Apache-2.0
// How a key is made and how its file reads: JSON of `created_at` (RFC 3339) and `material` (hex, or PEM for RSA keys),
// under the name `<kind>-<kid>.key`.
#pragma once

#include <filesystem>
#include <string>

#include "auth/key_ring.h"

namespace boathouse::auth {

inline constexpr std::size_t kLeastSecretBytes = 32;

// Random material. Error{internal} when OpenSSL cannot.
std::string make_key_material(KeyKind kind);
// Tells keys of one kind apart without telling anything of them.
std::string key_id(KeyKind kind, std::string_view material);

std::string key_file_name(KeyKind kind, std::string_view id);
// nullopt for the name of anything else.
std::optional<KeyKind> kind_of_key_file(const std::string& name);

// Durable when it returns.
void write_key_file(const std::filesystem::path& file, KeyKind kind, const Key& key);
// Error{unavailable} for a damaged file, and for one whose name belongs to another key.
Key read_key_file(const std::filesystem::path& file, KeyKind kind);

}  // namespace boathouse::auth
