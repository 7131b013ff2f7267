// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>

#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/parts_xml.h"
#include "api/s3/xml.h"
#include "base/error.h"
#include "net/http_date.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::array<std::string_view, 5> kAttributes = {"ETag", "Checksum", "ObjectParts", "StorageClass",
                                                         "ObjectSize"};

// Clients send one field for each, or one for all.
std::set<std::string> wanted_of(const net::Request& request) {
  const std::string list = request.headers.joined("x-amz-object-attributes");
  const std::vector<std::string_view> names = net::list_items(list);
  std::set<std::string> wanted(names.begin(), names.end());
  if (wanted.empty()) {
    throw refusal("InvalidRequest",
                  "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or "
                  "empty");
  }
  for (const std::string& name : wanted) {
    if (std::find(kAttributes.begin(), kAttributes.end(), name) == kAttributes.end()) {
      throw refusal("InvalidArgument", "Invalid attribute name specified: " + name);
    }
  }
  return wanted;
}

std::optional<std::int64_t> number_of(const net::Request& request, std::string_view name, std::int64_t most) {
  const std::string* text = request.headers.find(name);
  if (text == nullptr) return std::nullopt;
  return number_within(name, net::trim(*text), 0, most);
}

// They are told one by one where they have checksums.
void add_parts(pugi::xml_node root, const Call& call, const core::Objects::Opened& opened, bool has_checksum) {
  const auto limit = number_of(call.request, "x-amz-max-parts", INT32_MAX);
  const auto after = number_of(call.request, "x-amz-part-number-marker", core::kMostParts);
  pugi::xml_node node = root.append_child("ObjectParts");
  if (has_checksum) {
    const PartsPage page = parts_page(call, opened.row.upload, limit, after);
    add_page(node, page);
    for (const meta::PartRow& part : page.rows) {
      pugi::xml_node child = node.append_child("Part");
      add_number(child, "PartNumber", part.number);
      add_number(child, "Size", part.size);
      add_part_checksum(child, part);
    }
  }
  add_number(node, "PartsCount", static_cast<std::int64_t>(opened.bytes.pieces().size()));
}

}  // namespace

net::Response get_object_attributes(Call& call) {
  meta::BucketRow bucket = call.bucket();
  const std::set<std::string> wanted = wanted_of(call.request);
  core::Objects::Opened opened = call.services.objects.open(bucket, call.key, call.version());
  const core::ObjectFacts facts = core::parse_object_facts(opened.row.facts);
  XmlAnswer answer("GetObjectAttributesResponse");
  pugi::xml_node root = answer.root();
  if (wanted.contains("ETag")) add_text(root, "ETag", opened.row.etag);
  if (wanted.contains("Checksum") && facts.checksum) {
    core::Checksum checksum = *facts.checksum;
    checksum.value = checksum.value.substr(0, checksum.value.find('-'));  // here without the count of parts
    pugi::xml_node node = root.append_child("Checksum");
    add_checksum(node, checksum);
    add_checksum_type(node, checksum.composite);
  }
  if (wanted.contains("ObjectParts") && !opened.row.upload.empty()) {
    add_parts(root, call, opened, facts.checksum.has_value());
  }
  if (wanted.contains("StorageClass")) add_text(root, "StorageClass", "STANDARD");
  if (wanted.contains("ObjectSize")) add_number(root, "ObjectSize", opened.row.size);
  net::Response response = answer.to_response();
  // No entity tag: it would be one of this answer.
  response.headers.set("Last-Modified", net::to_http_date(opened.row.at));
  add_version(response, bucket, opened.row.version);
  return response;
}

}  // namespace boathouse::api::s3
