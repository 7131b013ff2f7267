// SPDX-License-Identifier: Apache-2.0
#include "api/s3/object_headers.h"

#include <algorithm>
#include <array>
#include <set>

#include "api/s3/errors.h"
#include "base/encoding.h"
#include "base/error.h"
#include "core/object_checks.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::string_view kMetadata = "x-amz-meta-";
constexpr std::string_view kChecksum = "x-amz-checksum-";
constexpr std::size_t kMostMetadata = 2048;
constexpr std::string_view kRedirect = "x-amz-website-redirect-location";
// Given back as they came.
constexpr std::array<std::string_view, 7> kKept = {"content-type",     "content-encoding", "content-disposition",
                                                   "content-language", "cache-control",    "expires",
                                                   kRedirect};
// Not checksums, but about them.
constexpr std::array<std::string_view, 3> kOfChecksums = {"x-amz-checksum-algorithm", "x-amz-checksum-type",
                                                          "x-amz-checksum-mode"};
constexpr std::string_view kDefaultType = "binary/octet-stream";
constexpr std::array<std::string_view, 4> kPrivate = {"private", "bucket-owner-full-control", "bucket-owner-read",
                                                      "aws-exec-read"};
constexpr std::array<std::string_view, 4> kPublic = {"public-read", "public-read-write", "authenticated-read",
                                                     "log-delivery-write"};

// All are kept alike.
constexpr std::array<std::string_view, 11> kStorageClasses = {
    "STANDARD",   "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
    "GLACIER_IR", "DEEP_ARCHIVE",       "OUTPOSTS",    "SNOW",       "EXPRESS_ONEZONE"};

bool is_one_of(std::string_view text, const auto& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// "aws-chunked" is of the way here, not of the object.
std::string without_chunking(std::string_view codings) {
  std::string kept;
  for (std::string_view coding : net::list_items(codings)) {
    if (coding.empty() || base::fold_case(coding) == "aws-chunked") continue;
    kept += (kept.empty() ? "" : ",") + std::string(coding);
  }
  return kept;
}

void check_text(const std::string& name, const std::string& value) {
  if (!base::is_utf8(value)) throw refusal("InvalidArgument", "The header " + name + " must be UTF-8.");
}

std::string unquoted(std::string_view etag) {
  etag = net::trim(etag);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

base::Error unknown_checksum() {
  return refusal("InvalidRequest",
                 "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, "
                 "CRC32C, CRC64NVME, SHA1, SHA256]");
}

void check_redirect(std::string_view location) {
  if (location.starts_with('/') || location.starts_with("http://") || location.starts_with("https://")) return;
  throw refusal("InvalidRedirectLocation",
                "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
}

// A name that comes again has one value, a list.
void add_value(core::TextPairs& values, std::string name, const std::string& value) {
  auto there = std::find_if(values.begin(), values.end(), [&](const auto& item) { return item.first == name; });
  if (there == values.end()) {
    values.emplace_back(std::move(name), value);
  } else {
    there->second += "," + value;
  }
}

}  // namespace

core::ObjectFacts facts_of(const net::Request& request) {
  core::ObjectFacts facts;
  std::size_t metadata = 0;
  for (const auto& [sent, value] : request.headers.items) {
    const std::string name = base::fold_case(sent);
    if (name.starts_with(kMetadata)) {
      check_text(name, value);
      add_value(facts.metadata, name.substr(kMetadata.size()), value);
      metadata += name.size() - kMetadata.size() + value.size();
    } else if (is_one_of(name, kKept)) {
      check_text(name, value);
      if (name == kRedirect) check_redirect(value);
      std::string kept = name == "content-encoding" ? without_chunking(value) : value;
      if (!kept.empty()) add_value(facts.headers, name, kept);
    }
  }
  if (metadata > kMostMetadata) {
    throw refusal("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size of 2 KB.");
  }
  if (request.headers.get("Content-Type").empty()) facts.headers.emplace_back("content-type", kDefaultType);
  return facts;
}

void take_redirect(core::ObjectFacts& facts, const net::Request& request) {
  std::erase_if(facts.headers, [](const auto& header) { return header.first == kRedirect; });
  const std::string* location = request.headers.find(kRedirect);
  if (location == nullptr) return;
  check_text(std::string(kRedirect), *location);
  check_redirect(*location);
  facts.headers.emplace_back(kRedirect, *location);
}

void check_tags(const core::ObjectTags& tags, std::size_t most) {
  std::set<std::string_view> keys;
  for (const auto& [key, value] : tags) {
    const bool fits = !key.empty() && base::code_points(key) <= 128 && base::code_points(value) <= 256;
    if (!fits) throw refusal("InvalidTag", "A tag's key has 1 to 128 characters, its value at most 256.");
    if (!base::is_plain_text(key) || !base::is_plain_text(value)) {
      throw refusal("InvalidTag", "Tags are UTF-8 without control characters.");
    }
    if (key.starts_with("aws:")) throw refusal("InvalidTag", "System tags cannot be added/updated by requester");
    if (!keys.insert(key).second) throw refusal("InvalidTag", "Cannot provide multiple Tags with the same key");
  }
  if (tags.size() > most) {
    throw refusal("InvalidTag", fmt::format("There can be at most {} tags.", most));
  }
}

core::ObjectTags tags_of(const net::Request& request) {
  const std::string* text = request.headers.find("x-amz-tagging");
  if (text == nullptr) return {};
  core::ObjectTags tags = net::parse_form(*text).items;
  check_tags(tags);
  return tags;
}

void refuse_unkept_promises(const net::Request& request) {
  for (const auto& [sent, value] : request.headers.items) {
    const std::string name = base::fold_case(sent);
    if (name.starts_with("x-amz-server-side-encryption") ||
        name.starts_with("x-amz-copy-source-server-side-encryption")) {
      throw refusal("NotImplemented", "Server-side encryption is not implemented: leave out the header " + name + ".");
    }
    const bool is_lock = name.starts_with("x-amz-object-lock-") || name == "x-amz-bucket-object-lock-enabled";
    if (is_lock && base::fold_case(value) != "false") {
      throw refusal("NotImplemented", "Object lock is not implemented: leave out the header " + name + ".");
    }
    if (name.starts_with("x-amz-grant-") || (name == "x-amz-acl" && is_one_of(value, kPublic))) {
      throw refusal("NotImplemented", "Buckets and objects are private to their workspace: leave out the header " +
                                          name + ", or say private.");
    }
    if (name == "x-amz-storage-class" && !is_one_of(value, kStorageClasses)) {
      throw refusal("InvalidStorageClass", "The storage class you specified is not valid");
    }
    if (name == "x-amz-acl" && !is_one_of(value, kPrivate)) throw refusal("InvalidArgument", "Unknown ACL: " + value);
  }
}

net::Validators validators_of(const meta::ObjectRow& object) {
  return {.etag = '"' + object.etag + '"', .modified = object.at};
}

meta::ObjectCondition condition_of(const net::Request& request) {
  meta::ObjectCondition condition;
  if (const std::string* none = request.headers.find("If-None-Match")) {
    if (net::trim(*none) != "*")
      throw refusal("NotImplemented", "If-None-Match takes only * where an object is written.");
    condition.absent = true;
  }
  if (const std::string* match = request.headers.find("If-Match")) {
    const meta::ObjectCondition matches = etag_condition(*match);
    condition.present = matches.present;
    condition.etag = matches.etag;
  }
  return condition;
}

meta::ObjectCondition etag_condition(std::string_view tag) {
  meta::ObjectCondition condition;
  if (net::trim(tag) == "*") {
    condition.present = true;
  } else {
    condition.etag = unquoted(tag);
  }
  return condition;
}

void add_facts(net::Response& response, const core::ObjectFacts& facts) {
  for (const auto& [name, value] : facts.headers) response.headers.set(name, value);
  for (const auto& [name, value] : facts.metadata) response.headers.add(std::string(kMetadata) + name, value);
}

std::string checksum_header(core::ChecksumKind kind) {
  return std::string(kChecksum) + base::fold_case(to_string(kind));
}

std::optional<core::ChecksumKind> checksum_named(std::string_view header) {
  const std::string name = base::fold_case(header);
  if (!name.starts_with(kChecksum)) return std::nullopt;
  return core::parse_checksum_kind(std::string_view(name).substr(kChecksum.size()));
}

bool is_checksum_header(std::string_view name) {
  const std::string folded = base::fold_case(name);
  return folded.starts_with(kChecksum) && !is_one_of(folded, kOfChecksums);
}

std::optional<core::ChecksumKind> wanted_checksum(const net::Request& request) {
  const std::string_view algorithm = request.headers.get("x-amz-checksum-algorithm");
  if (algorithm.empty()) return std::nullopt;
  if (auto kind = core::parse_checksum_kind(algorithm)) return kind;
  throw unknown_checksum();
}

std::optional<core::Checksum> given_checksum(const net::Request& request) {
  std::optional<core::Checksum> given;
  for (const auto& [sent, value] : request.headers.items) {
    if (!is_checksum_header(sent)) continue;
    const auto kind = checksum_named(sent);
    if (!kind) throw unknown_checksum();
    if (given) throw more_than_one_checksum();
    given = core::Checksum{.kind = *kind, .value = value};
  }
  return given;
}

base::Error more_than_one_checksum() {
  return refusal("InvalidRequest",
                 "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
}

std::string checksum_bytes(core::ChecksumKind kind, std::string_view value) {
  if (auto raw = core::parse_checksum_bytes(kind, value)) return *std::move(raw);
  throw refusal("InvalidRequest", "Value for " + checksum_header(kind) + " header is invalid.");
}

void add_checksum(net::Response& response, const core::Checksum& checksum) {
  response.headers.set(checksum_header(checksum.kind), checksum.value);
  response.headers.set("x-amz-checksum-type", std::string(core::checksum_type_name(checksum.composite)));
}

void add_version(net::Response& response, const meta::BucketRow& bucket, const std::string& version) {
  if (bucket.versioning == meta::Versioning::never || version.empty()) return;
  response.headers.set("x-amz-version-id", version);
}

}  // namespace boathouse::api::s3
