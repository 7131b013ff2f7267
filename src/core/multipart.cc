// SPDX-License-Identifier: Apache-2.0
#include "core/multipart.h"

#include "base/encoding.h"
#include "base/error.h"
#include "core/object_errors.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

Error bad_part(std::int64_t number) {
  return Error(ErrorKind::invalid_argument,
               fmt::format("One or more of the specified parts could not be found: part {} was not uploaded, or its "
                           "ETag or checksum is another.",
                           number))
      .code("bad-part");
}

bool is_the_named(const meta::PartRow& part, const NamedPart& named) {
  if (part.etag != named.etag) return false;
  if (!named.checksum) return true;
  auto kept = parse_checksum(part.checksum);
  return kept && kept->value == *named.checksum;
}

// Those of `named`, in its order; `there` is sorted by number.
std::vector<meta::PartRow> select_parts(const std::vector<meta::PartRow>& there, const std::vector<NamedPart>& named) {
  if (named.empty()) throw Error(ErrorKind::invalid_argument, "You must specify at least one part").code("no-parts");
  std::vector<meta::PartRow> chosen;
  auto next = there.begin();
  std::int64_t before = 0;
  for (const NamedPart& wanted : named) {
    if (wanted.number <= before) {
      throw Error(ErrorKind::invalid_argument,
                  "The list of parts was not in ascending order. The parts list must be specified in order by part "
                  "number.")
          .code("bad-part-order");
    }
    before = wanted.number;
    while (next != there.end() && next->number < wanted.number) ++next;
    if (next == there.end() || next->number != wanted.number || !is_the_named(*next, wanted)) {
      throw bad_part(wanted.number);
    }
    chosen.push_back(*next);
  }
  return chosen;
}

void check_sizes(const std::vector<meta::PartRow>& parts) {
  std::int64_t whole = 0;
  for (const meta::PartRow& part : parts) {
    whole += part.size;
    if (part.size >= kLeastPartBytes || &part == &parts.back()) continue;
    throw Error(ErrorKind::invalid_argument,
                fmt::format("Your proposed upload is smaller than the minimum allowed size: part {} has {} bytes, each "
                            "but the last needs {}.",
                            part.number, part.size, kLeastPartBytes))
        .code("part-too-small");
  }
  if (whole > kMostObjectBytes) throw Error(ErrorKind::too_large, "An object has at most 5 TiB.");
}

// "<MD5 of the parts' MD5s>-<count>".
std::string etag_of(const std::vector<meta::PartRow>& parts) {
  base::Digest md5(base::Digest::Kind::md5);
  for (const meta::PartRow& part : parts) md5.update(base::from_hex(part.etag).value());
  return fmt::format("{}-{}", base::to_hex(md5.finish()), parts.size());
}

// Of the whole, from those of the parts; nullopt where a part has none of that kind.
std::optional<Checksum> checksum_of_parts(const std::vector<meta::PartRow>& parts, const ObjectFacts& facts) {
  if (!facts.upload_checksum) return std::nullopt;
  const ChecksumKind kind = *facts.upload_checksum;
  const auto crc = crc_kind_of(kind);
  RunningChecksum of_checksums(kind);
  std::uint64_t joined = 0;
  for (const meta::PartRow& part : parts) {
    auto checksum = parse_checksum(part.checksum);
    if (!checksum || checksum->kind != kind) return std::nullopt;
    std::string raw = base::from_base64(checksum->value).value();
    of_checksums.update(raw);
    if (crc) joined = base::crc_joined(*crc, joined, base::crc_from_bytes(raw), static_cast<std::uint64_t>(part.size));
  }
  if (facts.upload_composite) {
    std::string value = fmt::format("{}-{}", base::to_base64(of_checksums.finish()), parts.size());
    return Checksum{.kind = kind, .value = std::move(value), .composite = true};
  }
  if (!crc) return std::nullopt;
  return Checksum{.kind = kind, .value = base::to_base64(base::crc_bytes(*crc, joined))};
}

// A composite one may be given without its count.
bool agree(const Checksum& ours, const Checksum& expected) {
  return ours.kind == expected.kind &&
         (ours.value == expected.value || (ours.composite && ours.value.starts_with(expected.value + "-")));
}

}  // namespace

meta::UploadRow Multipart::begin(const meta::BucketRow& bucket, const NewObject& object) const {
  meta::UploadRow upload{.id = meta::UploadId(new_version_id()),
                         .bucket = bucket.id,
                         .key = object.key,
                         .facts = to_json(object.facts),
                         .tags = tags_to_json(object.tags),
                         .who = object.by.principal,
                         .at = base::now_micros()};
  if (parts_.meta.buckets().insert_upload(upload)) return upload;
  throw no_such_bucket(bucket.name);
}

meta::UploadRow Multipart::find(const meta::BucketRow& bucket, const std::string& key, const std::string& id) const {
  auto upload = parts_.meta.buckets().find_upload(meta::UploadId(id));
  if (!upload || upload->bucket != bucket.id || upload->key != key) throw no_such_upload();
  return *std::move(upload);
}

meta::PartRow Multipart::put_part(const meta::UploadRow& upload, std::int64_t number, ObjectWriter& writer) const {
  meta::PartRow part{.upload = upload.id,
                     .number = number,
                     .file = writer.name(),
                     .size = writer.size(),
                     .etag = base::to_hex(writer.md5()),
                     .checksum = "",
                     .at = base::now_micros()};
  if (auto kind = writer.first_kind()) {
    part.checksum = to_json(Checksum{.kind = *kind, .value = base::to_base64(writer.checksum(*kind).value())});
  }
  try {
    meta::ObjectChange change = parts_.meta.buckets().put_part(part);
    if (change.outcome != meta::ObjectOutcome::done) throw no_such_upload();
    writer.keep();
    files_.remove(change.files);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unknown_outcome) writer.keep();
    throw;
  }
  return part;
}

std::vector<meta::PartRow> Multipart::list_parts(const meta::UploadId& upload, std::int64_t after,
                                                 std::size_t limit) const {
  return parts_.meta.buckets().list_parts(upload, after, limit);
}

meta::ObjectPut Multipart::to_object(const meta::UploadRow& upload, const Completion& completion) const {
  std::vector<meta::PartRow> parts = select_parts(list_parts(upload.id, 0, kMostParts), completion.parts);
  check_sizes(parts);
  const std::optional<Checksum>& expected = completion.checksum;
  ObjectFacts facts = parse_object_facts(upload.facts);
  if (completion.is_composite && facts.upload_checksum && *completion.is_composite != facts.upload_composite) {
    throw Error(ErrorKind::invalid_argument, "The upload was begun with another checksum type.")
        .code("bad-checksum-type");
  }
  // That of an upload that was begun without one is known where its parts have it.
  if (expected && !facts.upload_checksum) {
    facts.upload_checksum = expected->kind;
    const bool looks_composite = expected->value.find('-') != std::string::npos || !crc_kind_of(expected->kind);
    facts.upload_composite = completion.is_composite.value_or(looks_composite);
  }
  facts.checksum = checksum_of_parts(parts, facts);
  if (expected && !facts.checksum) {
    throw Error(ErrorKind::invalid_argument,
                "The checksum you specified cannot be held against the parts, which were sent without one of its kind: "
                "say x-amz-checksum-algorithm where the upload begins.")
        .code("bad-digest");
  }
  if (expected && !agree(*facts.checksum, *expected)) {
    throw Error(ErrorKind::invalid_argument, "The checksum you specified did not match that of the parts.")
        .code("bad-digest");
  }
  facts.upload_checksum.reset();
  meta::ObjectPut put;
  put.row.key = upload.key;
  put.row.upload = upload.id;
  put.row.etag = etag_of(parts);
  put.row.facts = to_json(facts);
  put.row.tags = upload.tags;
  put.condition = completion.condition;
  for (const meta::PartRow& part : parts) {
    put.row.size += part.size;
    put.parts.push_back(part.file);
  }
  if (completion.size && *completion.size != put.row.size) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("The object size you specified, {}, is not that of the parts, {}.", *completion.size, put.row.size))
        .code("bad-size");
  }
  return put;
}

std::optional<meta::ObjectRow> Multipart::find_completed(const meta::BucketRow& bucket, const std::string& key,
                                                         const meta::UploadId& id,
                                                         const std::vector<NamedPart>& named) const {
  auto row = parts_.meta.buckets().find_completed(bucket.id, key, id);
  if (!row) return std::nullopt;
  // Parts that it was not made of have gone with its completion; those that it was made of go with it.
  std::vector<meta::PartRow> parts = list_parts(id, 0, kMostParts);
  if (parts.empty() || select_parts(parts, named).size() != parts.size()) return std::nullopt;
  return row;
}

meta::ObjectRow Multipart::complete(const meta::BucketRow& bucket, const std::string& key, const std::string& id,
                                    const Completion& completion, const Actor& by) const {
  try {
    return objects_.publish(bucket, to_object(find(bucket, key, id), completion), by, kObjectCompleted);
  } catch (const Error&) {
    // What stands in the way may be what the same request made before, or at the same time.
    auto row = find_completed(bucket, key, meta::UploadId(id), completion.parts);
    if (!row) throw;
    return *std::move(row);
  }
}

void Multipart::abort(const meta::UploadRow& upload) const {
  meta::ObjectChange change = parts_.meta.buckets().delete_upload(upload.id);
  if (change.outcome != meta::ObjectOutcome::done) throw no_such_upload();
  files_.remove(change.files);
}

}  // namespace boathouse::core
