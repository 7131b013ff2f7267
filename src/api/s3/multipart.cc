// SPDX-License-Identifier: Apache-2.0
#include "api/s3/copy_source.h"
#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/listing_xml.h"
#include "api/s3/object_headers.h"
#include "api/s3/parts_xml.h"
#include "api/s3/xml.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"
#include "net/conditional.h"

namespace boathouse::api::s3 {
namespace {

std::string upload_id(const Call& call) {
  auto id = call.parameter("uploadId");
  if (!id) throw refusal("InvalidArgument", "uploadId must not be empty");
  return *std::move(id);
}

meta::UploadRow upload_of(const Call& call, const meta::BucketRow& bucket) {
  return call.services.multipart.find(bucket, call.key, upload_id(call));
}

std::int64_t part_number(const Call& call) {
  auto number = call.number("partNumber", 1, core::kMostParts);
  if (!number) throw refusal("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
  return *number;
}

// CRCs may be of the whole object, the others only of the parts' checksums; so may CRC64NVME never be composite.
void read_checksum_wishes(const net::Request& request, core::ObjectFacts& facts) {
  const auto kind = wanted_checksum(request);
  std::string_view type = request.headers.get("x-amz-checksum-type");
  constexpr std::string_view kWhole = core::checksum_type_name(false), kOfParts = core::checksum_type_name(true);
  if (!kind) {
    if (type.empty()) return;
    throw refusal("InvalidRequest",
                  "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  const bool only_whole = *kind == core::ChecksumKind::crc64nvme;
  const bool wants_whole = type.empty() ? only_whole : type == kWhole;
  const bool fits = (type.empty() || type == kWhole || type == kOfParts) && (wants_whole || !only_whole) &&
                    (!wants_whole || core::crc_kind_of(*kind));
  if (!fits) throw refusal("InvalidRequest", "The checksum type does not fit to the checksum algorithm.");
  facts.upload_checksum = kind;
  facts.upload_composite = !wants_whole;
}

std::vector<core::NamedPart> read_parts(const std::string& text) {
  XmlBody body(text, "CompleteMultipartUpload");
  std::vector<core::NamedPart> parts;
  for (pugi::xml_node node : body.root.children("Part")) {
    core::NamedPart part;
    part.number = node.child("PartNumber").text().as_llong(0);
    std::string etag = node.child("ETag").text().get();
    std::erase(etag, '"');
    part.etag = std::move(etag);
    for (pugi::xml_node child : node.children()) {
      if (std::string_view(child.name()).starts_with("Checksum")) part.checksum = child.text().get();
    }
    if (!node.child("PartNumber") || part.etag.empty()) throw malformed_xml();
    if (part.number < 1 || part.number > core::kMostParts) {
      throw refusal("InvalidArgument", "PartNumber must be >= 1 and <= 10000");
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

// Of the whole object, as its uploader has it.
std::optional<core::Checksum> expected_checksum(const net::Request& request) {
  std::optional<core::Checksum> expected = given_checksum(request);
  if (expected) checksum_bytes(expected->kind, std::string_view(expected->value).substr(0, expected->value.find('-')));
  return expected;
}

// With the scheme by which this installation is reached.
std::string url_of(const Call& call) {
  const bool is_secure = call.services.public_url.get().starts_with("https://");
  return (is_secure ? "https://" : "http://") + std::string(call.request.headers.get("Host")) + call.request.path;
}

std::optional<std::int64_t> expected_size(const net::Request& request) {
  const std::string* header = request.headers.find("x-amz-mp-object-size");
  if (header == nullptr) return std::nullopt;
  const auto size = base::parse_number<std::uint64_t>(net::trim(*header));
  if (!size || *size > INT64_MAX) throw refusal("InvalidRequest", "x-amz-mp-object-size must be a number of bytes");
  return static_cast<std::int64_t>(*size);
}

std::optional<bool> expected_composite(const net::Request& request) {
  const std::string_view type = request.headers.get("x-amz-checksum-type");
  if (type.empty()) return std::nullopt;
  for (bool is_composite : {false, true}) {
    if (type == core::checksum_type_name(is_composite)) return is_composite;
  }
  throw refusal("InvalidRequest", "x-amz-checksum-type must be FULL_OBJECT or COMPOSITE");
}

// What the upload was begun with.
void add_upload_checksum(pugi::xml_node node, const meta::UploadRow& upload) {
  const core::ObjectFacts facts = core::parse_object_facts(upload.facts);
  if (!facts.upload_checksum) return;
  add_text(node, "ChecksumAlgorithm", to_string(*facts.upload_checksum));
  add_checksum_type(node, facts.upload_composite);
}

// "bytes=<first>-<last>", both there and within.
std::pair<std::uint64_t, std::uint64_t> copied_range(const Call& call, std::uint64_t whole) {
  constexpr std::string_view kUnit = "bytes=";
  const std::string* header = call.request.headers.find("x-amz-copy-source-range");
  if (header == nullptr) return {0, whole};
  const std::string_view text = net::trim(*header);
  const std::size_t dash = std::min(text.find('-'), text.size());
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
  if (text.starts_with(kUnit) && dash < text.size()) {
    first = base::parse_number<std::uint64_t>(text.substr(kUnit.size(), dash - kUnit.size()));
    last = base::parse_number<std::uint64_t>(text.substr(dash + 1));
  }
  if (!first || !last || *first > *last) {
    throw refusal("InvalidArgument",
                  "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
                  "and last are the zero-based offsets of the first and last bytes to copy");
  }
  if (*last >= whole) {
    throw refusal("InvalidArgument", fmt::format("Range specified is not valid for source object of size: {}", whole));
  }
  return {*first, *last - *first + 1};
}

}  // namespace

net::Response create_upload(Call& call) {
  refuse_unkept_promises(call.request);
  meta::BucketRow bucket = call.bucket();
  core::NewObject object{
      .key = call.key, .facts = facts_of(call.request), .tags = tags_of(call.request), .by = call.actor()};
  read_checksum_wishes(call.request, object.facts);
  meta::UploadRow upload = call.services.multipart.begin(bucket, object);
  XmlAnswer answer("InitiateMultipartUploadResult");
  add_text(answer.root(), "Bucket", call.bucket_name);
  add_text(answer.root(), "Key", call.key);
  add_text(answer.root(), "UploadId", upload.id.value);
  net::Response response = answer.to_response();
  if (object.facts.upload_checksum) {
    response.headers.set("x-amz-checksum-algorithm", std::string(to_string(*object.facts.upload_checksum)));
    response.headers.set("x-amz-checksum-type", std::string(core::checksum_type_name(object.facts.upload_composite)));
  }
  return response;
}

Finish put_part(Incoming& incoming) {
  refuse_unkept_promises(incoming.call.request);
  const std::int64_t number = part_number(incoming.call);
  meta::UploadRow upload = upload_of(incoming.call, incoming.bucket);
  if (auto kind = core::parse_object_facts(upload.facts).upload_checksum) incoming.checksum = kind;
  return [number, upload = std::move(upload)](Incoming& come) {
    meta::PartRow part = come.call.services.multipart.put_part(upload, number, *come.writer);
    net::Response response = net::empty_response(200).with("ETag", '"' + part.etag + '"');
    if (auto kept = core::parse_checksum(part.checksum)) response.headers.set(checksum_header(kept->kind), kept->value);
    auto given = come.payload->checksum();
    if (auto raw = given ? come.writer->checksum(*given) : std::nullopt) {
      response.headers.set(checksum_header(*given), base::to_base64(*raw));
    }
    return response;
  };
}

net::Response copy_part(Call& call) {
  refuse_unkept_promises(call.request);
  meta::BucketRow bucket = call.bucket();
  const std::int64_t number = part_number(call);
  meta::UploadRow upload = upload_of(call, bucket);
  CopySource source = copy_source_of(call);
  auto [offset, length] = copied_range(call, source.opened.bytes.size());
  if (length > kMostBytes) throw refusal("EntityTooLarge", "A part has at most 5 GiB.");
  std::vector<core::ChecksumKind> kinds;
  if (auto kind = core::parse_object_facts(upload.facts).upload_checksum) kinds.push_back(*kind);
  core::ObjectWriter writer = call.services.objects.begin(bucket, kinds);
  source.opened.bytes.select(offset, length);
  core::copy_bytes(source.opened.bytes, writer);
  writer.finish();
  meta::PartRow part = call.services.multipart.put_part(upload, number, writer);
  XmlAnswer answer("CopyPartResult");
  add_copied(answer.root(), part.etag, part.at);
  add_part_checksum(answer.root(), part);
  net::Response response = answer.to_response();
  tell_source(response, source);
  return response;
}

net::Response complete_upload(Call& call) {
  meta::BucketRow bucket = call.bucket();
  meta::ObjectRow row = call.services.multipart.complete(bucket, call.key, upload_id(call),
                                                         {.parts = read_parts(call.body),
                                                          .checksum = expected_checksum(call.request),
                                                          .is_composite = expected_composite(call.request),
                                                          .size = expected_size(call.request),
                                                          .condition = condition_of(call.request)},
                                                         call.actor());
  XmlAnswer answer("CompleteMultipartUploadResult");
  add_text(answer.root(), "Location", url_of(call));
  add_text(answer.root(), "Bucket", call.bucket_name);
  add_text(answer.root(), "Key", call.key);
  add_etag(answer.root(), row.etag);
  if (auto checksum = core::parse_object_facts(row.facts).checksum) {
    add_checksum(answer.root(), *checksum);
    add_checksum_type(answer.root(), checksum->composite);
  }
  net::Response response = answer.to_response();
  add_version(response, bucket, row.version);
  return response;
}

net::Response abort_upload(Call& call) {
  call.services.multipart.abort(upload_of(call, call.bucket()));
  return net::empty_response(204);
}

net::Response list_parts(Call& call) {
  meta::BucketRow bucket = call.bucket();
  meta::UploadRow upload = upload_of(call, bucket);
  const PartsPage page = parts_page(call, upload.id, call.number("max-parts", 0, INT32_MAX),
                                    call.number("part-number-marker", 0, core::kMostParts));
  XmlAnswer answer("ListPartsResult");
  pugi::xml_node root = answer.root();
  add_text(root, "Bucket", call.bucket_name);
  add_text(root, "Key", call.key);
  add_text(root, "UploadId", upload.id.value);
  add_owner(root, "Initiator");
  add_owner(root, "Owner");
  add_text(root, "StorageClass", "STANDARD");
  add_page(root, page);
  add_upload_checksum(root, upload);
  for (const meta::PartRow& part : page.rows) {
    pugi::xml_node node = root.append_child("Part");
    add_number(node, "PartNumber", part.number);
    add_time(node, "LastModified", part.at);
    add_etag(node, part.etag);
    add_number(node, "Size", part.size);
    add_part_checksum(node, part);
  }
  return answer.to_response();
}

net::Response list_uploads(Call& call) {
  meta::BucketRow bucket = call.bucket();
  core::ListingWanted wanted = listing_of(call, "max-uploads");
  wanted.after = call.parameter("key-marker").value_or("");
  if (!wanted.after.empty()) wanted.after_id = call.parameter("upload-id-marker").value_or("");
  auto page = core::list_uploads(call.services.parts, bucket, wanted);
  ListingXml xml("ListMultipartUploadsResult", call, wanted);
  xml.add_key(xml.root(), "KeyMarker", wanted.after);
  add_text(xml.root(), "UploadIdMarker", wanted.after_id);
  if (page.is_truncated) {
    xml.add_key(xml.root(), "NextKeyMarker", page.next);
    add_text(xml.root(), "NextUploadIdMarker", page.next_id);
  }
  xml.add_end("MaxUploads", page.is_truncated);
  for (const meta::UploadRow& upload : page.rows) {
    pugi::xml_node node = xml.root().append_child("Upload");
    xml.add_key(node, "Key", upload.key);
    add_text(node, "UploadId", upload.id.value);
    add_owner(node, "Initiator");
    add_owner(node, "Owner");
    add_text(node, "StorageClass", "STANDARD");
    add_time(node, "Initiated", upload.at);
    add_upload_checksum(node, upload);
  }
  xml.add_common_prefixes(page.common_prefixes);
  return xml.to_response();
}

}  // namespace boathouse::api::s3
