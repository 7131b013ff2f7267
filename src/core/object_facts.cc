// SPDX-License-Identifier: Apache-2.0
#include "core/object_facts.h"

#include <array>
#include <boost/json.hpp>

#include "base/encoding.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;

constexpr std::array kKinds{ChecksumKind::crc32, ChecksumKind::crc32c, ChecksumKind::crc64nvme, ChecksumKind::sha1,
                            ChecksumKind::sha256};

json::array pairs_to_json(const TextPairs& pairs) {
  json::array out;
  for (const auto& [name, value] : pairs) out.push_back(json::array{name, value});
  return out;
}

TextPairs pairs_of(const json::value& value) {
  TextPairs pairs;
  for (const json::value& pair : value.as_array()) {
    pairs.emplace_back(pair.as_array().at(0).as_string(), pair.as_array().at(1).as_string());
  }
  return pairs;
}

json::object checksum_to_json(const Checksum& checksum) {
  return {{"kind", to_string(checksum.kind)}, {"value", checksum.value}, {"composite", checksum.composite}};
}

Checksum checksum_of(const json::value& value) {
  return {.kind = parse_checksum_kind(value.at("kind").as_string()).value(),
          .value = std::string(value.at("value").as_string()),
          .composite = value.at("composite").as_bool()};
}

}  // namespace

std::string_view to_string(ChecksumKind kind) {
  switch (kind) {
    case ChecksumKind::crc32: return "CRC32";
    case ChecksumKind::crc32c: return "CRC32C";
    case ChecksumKind::crc64nvme: return "CRC64NVME";
    case ChecksumKind::sha1: return "SHA1";
    case ChecksumKind::sha256: return "SHA256";
  }
  return "";
}

std::optional<ChecksumKind> parse_checksum_kind(std::string_view text) {
  const std::string folded = base::fold_case(text);
  for (ChecksumKind kind : kKinds) {
    if (base::fold_case(to_string(kind)) == folded) return kind;
  }
  return std::nullopt;
}

std::string to_json(const ObjectFacts& facts) {
  json::object out;
  if (!facts.headers.empty()) out["headers"] = pairs_to_json(facts.headers);
  if (!facts.metadata.empty()) out["metadata"] = pairs_to_json(facts.metadata);
  if (facts.checksum) out["checksum"] = checksum_to_json(*facts.checksum);
  if (facts.upload_checksum) {
    out["upload_checksum"] = to_string(*facts.upload_checksum);
    out["upload_composite"] = facts.upload_composite;
  }
  return json::serialize(out);
}

ObjectFacts parse_object_facts(std::string_view text) {
  const json::value parsed = json::parse(text);
  const json::object& object = parsed.as_object();
  ObjectFacts facts;
  if (const json::value* headers = object.if_contains("headers")) facts.headers = pairs_of(*headers);
  if (const json::value* metadata = object.if_contains("metadata")) facts.metadata = pairs_of(*metadata);
  if (const json::value* checksum = object.if_contains("checksum")) facts.checksum = checksum_of(*checksum);
  if (const json::value* kind = object.if_contains("upload_checksum")) {
    facts.upload_checksum = parse_checksum_kind(kind->as_string());
    facts.upload_composite = object.at("upload_composite").as_bool();
  }
  return facts;
}

std::string to_json(const Checksum& checksum) { return json::serialize(checksum_to_json(checksum)); }

std::optional<Checksum> parse_checksum(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return checksum_of(json::parse(text));
}

std::string tags_to_json(const ObjectTags& tags) { return json::serialize(pairs_to_json(tags)); }

ObjectTags parse_tags(std::string_view text) { return pairs_of(json::parse(text)); }

}  // namespace boathouse::core
