// SPDX-License-Identifier: Apache-2.0
// What an object is beside its bytes: headers that come back as they were given, metadata of its owner, a checksum, tags.
// Values, and their JSON in the metadata store. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boathouse::core {

using TextPairs = std::vector<std::pair<std::string, std::string>>;
using ObjectTags = TextPairs;

enum class ChecksumKind { crc32, crc32c, crc64nvme, sha1, sha256 };

// "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256".
std::string_view to_string(ChecksumKind kind);
// Without case; nullopt for any other text.
std::optional<ChecksumKind> parse_checksum_kind(std::string_view text);

// As clients name it: "COMPOSITE" of the checksums of parts, "FULL_OBJECT" of the bytes.
constexpr std::string_view checksum_type_name(bool composite) { return composite ? "COMPOSITE" : "FULL_OBJECT"; }

struct Checksum {
  ChecksumKind kind = ChecksumKind::crc32;
  std::string value{};     // base64; of a composite one with "-<count of parts>" after it
  bool composite = false;  // a checksum of the checksums of parts
};

struct ObjectFacts {
  TextPairs headers{};   // names in lower case
  TextPairs metadata{};  // names in lower case, without "x-amz-meta-"
  std::optional<Checksum> checksum{};
  // Of an upload, before it is an object: what its parts are to be checked by.
  std::optional<ChecksumKind> upload_checksum{};
  bool upload_composite = true;
};

std::string to_json(const ObjectFacts& facts);
ObjectFacts parse_object_facts(std::string_view json);
std::string to_json(const Checksum& checksum);
// nullopt for an empty text.
std::optional<Checksum> parse_checksum(std::string_view json);
std::string tags_to_json(const ObjectTags& tags);
ObjectTags parse_tags(std::string_view json);

}  // namespace boathouse::core
