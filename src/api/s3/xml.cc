// SPDX-License-Identifier: Apache-2.0
#include "api/s3/xml.h"

#include <fmt/format.h>

#include "base/error.h"

namespace boathouse::api::s3 {
namespace {

constexpr const char* kNamespace = "http://s3.amazonaws.com/doc/2006-03-01/";
constexpr std::string_view kOwner = "boathouse";

// Elements may carry a prefix; S3's clients leave it out.
std::string_view local_name(const char* name) {
  std::string_view text = name;
  const std::size_t colon = text.find(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

}  // namespace

XmlAnswer::XmlAnswer(const char* root) {
  pugi::xml_node declaration = document_.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  root_ = document_.append_child(root);
  if (std::string_view(root) != "Error") root_.append_attribute("xmlns") = kNamespace;
}

net::Response XmlAnswer::to_response(int status) const { return xml_response(status, document_, "application/xml"); }

void add_number(pugi::xml_node parent, const char* name, std::int64_t number) {
  add_text(parent, name, std::to_string(number));
}
void add_flag(pugi::xml_node parent, const char* name, bool flag) { add_text(parent, name, flag ? "true" : "false"); }
void add_time(pugi::xml_node parent, const char* name, base::Micros at) { add_text(parent, name, xml_time(at)); }
void add_etag(pugi::xml_node parent, std::string_view etag) {
  add_text(parent, "ETag", "\"" + std::string(etag) + "\"");
}

void add_checksum(pugi::xml_node parent, const core::Checksum& checksum) {
  add_text(parent, fmt::format("Checksum{}", to_string(checksum.kind)).c_str(), checksum.value);
}
void add_checksum_type(pugi::xml_node parent, bool composite) {
  add_text(parent, "ChecksumType", core::checksum_type_name(composite));
}

void add_owner(pugi::xml_node parent, const char* name) {
  pugi::xml_node owner = parent.append_child(name);
  add_text(owner, "ID", kOwner);
  add_text(owner, "DisplayName", kOwner);
}

base::Error malformed_xml() {
  return base::Error(base::ErrorKind::invalid_argument,
                     "The XML you provided was not well-formed or did not validate against our published schema")
      .code("MalformedXML");
}

XmlBody::XmlBody(const std::string& text, std::string_view name) {
  // No document types: pugixml expands none of their entities.
  const auto result =
      document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
  root = document.document_element();
  if (!result || local_name(root.name()) != name) throw malformed_xml();
}

std::string xml_time(base::Micros at) {
  const base::Micros millis = at / base::kMillisecond % 1000;
  std::string seconds = base::to_rfc3339(at - at % base::kSecond);
  seconds.pop_back();
  return fmt::format("{}.{:03}Z", seconds, millis);
}

}  // namespace boathouse::api::s3
