// SPDX-License-Identifier: Apache-2.0
#include "api/s3/tag_xml.h"

#include "api/s3/object_headers.h"
#include "api/s3/xml.h"
#include "base/error.h"

namespace boathouse::api::s3 {

net::Response tags_answer(const core::ObjectTags& tags) {
  XmlAnswer answer("Tagging");
  pugi::xml_node set = answer.root().append_child("TagSet");
  for (const auto& [key, value] : tags) {
    pugi::xml_node tag = set.append_child("Tag");
    add_text(tag, "Key", key);
    add_text(tag, "Value", value);
  }
  return answer.to_response();
}

core::ObjectTags read_tags(const std::string& text, std::size_t most) {
  XmlBody body(text, "Tagging");
  pugi::xml_node set = body.root.child("TagSet");
  if (!set) throw malformed_xml();
  return read_tag_nodes(set, most);
}

core::ObjectTags read_tag_nodes(pugi::xml_node set, std::size_t most) {
  core::ObjectTags tags;
  for (pugi::xml_node tag : set.children("Tag")) {
    tags.emplace_back(tag.child("Key").text().get(), tag.child("Value").text().get());
  }
  check_tags(tags, most);
  return tags;
}

}  // namespace boathouse::api::s3
