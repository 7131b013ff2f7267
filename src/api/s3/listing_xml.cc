// SPDX-License-Identifier: Apache-2.0
#include "api/s3/listing_xml.h"

#include <limits>

#include "api/s3/errors.h"
#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::int64_t kMostRows = 1000;

// Slashes stay.
std::string url_encoded(std::string_view key) {
  std::string out;
  while (true) {
    const std::size_t slash = key.find('/');
    out += base::percent_encode(key.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    out += '/';
    key.remove_prefix(slash + 1);
  }
}

}  // namespace

core::ListingWanted listing_of(const Call& call, std::string_view limit_name) {
  const std::int64_t limit = call.number(limit_name, 0, std::numeric_limits<std::int32_t>::max()).value_or(kMostRows);
  return {.prefix = call.parameter("prefix").value_or(""),
          .delimiter = call.parameter("delimiter").value_or(""),
          .limit = static_cast<std::size_t>(std::min(limit, kMostRows))};
}

ListingXml::ListingXml(const char* root, const Call& call, const core::ListingWanted& wanted)
    : answer_(root), limit_(wanted.limit) {
  auto encoding = call.parameter("encoding-type");
  if (encoding && *encoding != "url") throw refusal("InvalidArgument", "Invalid Encoding Method specified in Request");
  as_url_ = encoding.has_value();
  add_text(answer_.root(), root == std::string_view("ListMultipartUploadsResult") ? "Bucket" : "Name",
           call.bucket_name);
  add_key(answer_.root(), "Prefix", wanted.prefix);
  if (!wanted.delimiter.empty()) add_key(answer_.root(), "Delimiter", wanted.delimiter);
  if (as_url_) add_text(answer_.root(), "EncodingType", "url");
}

void ListingXml::add_key(pugi::xml_node parent, const char* name, const std::string& key) {
  add_text(parent, name, as_url_ ? url_encoded(key) : key);
}

void ListingXml::add_end(const char* limit_name, bool is_truncated) {
  add_number(answer_.root(), limit_name, static_cast<std::int64_t>(limit_));
  add_flag(answer_.root(), "IsTruncated", is_truncated);
}

void ListingXml::add_common_prefixes(const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    add_key(answer_.root().append_child("CommonPrefixes"), "Prefix", prefix);
  }
}

}  // namespace boathouse::api::s3
