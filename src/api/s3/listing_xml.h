// SPDX-License-Identifier: Apache-2.0
// What all listings of a bucket have in common. Values; any thread.
#pragma once

#include <string>
#include <vector>

#include "api/s3/call.h"
#include "api/s3/xml.h"
#include "core/object_listing.h"

namespace boathouse::api::s3 {

// Prefix, delimiter and how many. Error "InvalidArgument".
core::ListingWanted listing_of(const Call& call, std::string_view limit_name);

class ListingXml {
 public:
  // Writes what was asked for. Error "InvalidArgument" for another encoding-type than url.
  ListingXml(const char* root, const Call& call, const core::ListingWanted& wanted);
  pugi::xml_node root() { return answer_.root(); }
  // As the client wants keys to be encoded.
  void add_key(pugi::xml_node parent, const char* name, const std::string& key);
  void add_end(const char* limit_name, bool is_truncated);
  void add_common_prefixes(const std::vector<std::string>& prefixes);
  net::Response to_response() const { return answer_.to_response(); }

 private:
  XmlAnswer answer_;
  const std::size_t limit_;
  bool as_url_ = false;
};

}  // namespace boathouse::api::s3
