// SPDX-License-Identifier: Apache-2.0
// XML as S3 writes and reads it. Values; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "api/common/xml.h"
#include "base/error.h"
#include "base/time.h"
#include "core/object_facts.h"
#include "net/response.h"

namespace boathouse::api::s3 {

// A document whose elements are in S3's namespace.
class XmlAnswer {
 public:
  explicit XmlAnswer(const char* root);
  pugi::xml_node root() { return root_; }
  net::Response to_response(int status = 200) const;

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

void add_number(pugi::xml_node parent, const char* name, std::int64_t number);
void add_flag(pugi::xml_node parent, const char* name, bool flag);
void add_time(pugi::xml_node parent, const char* name, base::Micros at);
// In quotes.
void add_etag(pugi::xml_node parent, std::string_view etag);
// <ChecksumCRC32> or the like.
void add_checksum(pugi::xml_node parent, const core::Checksum& checksum);
void add_checksum_type(pugi::xml_node parent, bool composite);
// <Owner> or <Initiator>: names are not told to other users of a workspace, so it is always the same.
void add_owner(pugi::xml_node parent, const char* name);

// A body that is to be `root`. Error "MalformedXML".
struct XmlBody {
  XmlBody(const std::string& text, std::string_view root);
  pugi::xml_document document;
  pugi::xml_node root;
};
base::Error malformed_xml();

// "2024-06-01T12:30:00.000Z".
std::string xml_time(base::Micros at);

}  // namespace boathouse::api::s3
