// SPDX-License-Identifier: Apache-2.0
#include "iceberg/relocate.h"

#include <array>

#include "iceberg/avro_file.h"
#include "iceberg/bounds.h"
#include "iceberg/json_read.h"
#include "iceberg/manifest.h"
#include "iceberg/metadata_file.h"

namespace boathouse::iceberg {
namespace {

namespace json = boost::json;
using Kind = AvroSchema::Kind;

constexpr int kDeepest = 64;

// Field ids of manifests and manifest lists (Iceberg's specification).
constexpr int kContent = 134;
constexpr int kFilePath = 100;
constexpr int kFileSize = 104;
constexpr int kReferencedFile = 143;
constexpr int kLowerBoundKey = 126;
constexpr int kLowerBound = 127;
constexpr int kUpperBoundKey = 129;
constexpr int kUpperBound = 130;
constexpr int kManifestPath = 500;
constexpr int kManifestLength = 501;

// What is done to the values of a file's records while they are copied, in the order in which they stand there: a path
// comes before its size, a bound's key before the bound.
class Values {
 public:
  Values(const Relocation& relocation, const NewSizes& sizes) : relocation_(relocation), sizes_(sizes) {}

  std::string text(int field, std::string_view value) {
    switch (field) {
      case kFilePath:
      case kManifestPath: path_ = value; return relocation_.moved(value);
      case kReferencedFile: return relocation_.moved(value);
      case kLowerBound:
      case kUpperBound: return of_path_ ? relocation_.moved(value) : std::string(value);
      default: return std::string(value);
    }
  }

  std::int64_t number(int field, std::int64_t value) {
    if (field == kContent) position_deletes_ = value == static_cast<std::int64_t>(FileContent::position_deletes);
    if (field == kLowerBoundKey || field == kUpperBoundKey) of_path_ = value == kDeleteFilePathId;
    if (field != kFileSize && field != kManifestLength) return value;
    auto found = sizes_.find(path_);
    return found == sizes_.end() ? value : found->second;
  }

  // Of the record at hand.
  const std::string& path() const { return path_; }
  bool is_position_deletes() const { return position_deletes_; }

 private:
  const Relocation& relocation_;
  const NewSizes& sizes_;
  std::string path_;
  bool position_deletes_ = false;
  bool of_path_ = false;  // whether the bound that comes next is one of `file_path`
};

// Copies one value as its schema says.
class Copy {
 public:
  Copy(AvroDecoder& from, AvroEncoder& to, Values& values) : from_(from), to_(to), values_(values) {}

  void value(const AvroSchema& schema, int field, int depth = 0) {
    if (depth > kDeepest) damaged("an Avro value is nested too deeply");
    switch (schema.kind) {
      case Kind::null: return;
      case Kind::boolean: return to_.raw(from_.take(1));
      case Kind::int32:
      case Kind::int64: return to_.varint(values_.number(field, from_.read_varint()));
      case Kind::float32: return to_.raw(from_.take(sizeof(float)));
      case Kind::float64: return to_.raw(from_.take(sizeof(double)));
      case Kind::bytes:
      case Kind::string: return to_.bytes(values_.text(field, from_.read_bytes()));
      case Kind::fixed: return to_.raw(from_.take(schema.size));
      case Kind::enumeration: return to_.varint(from_.read_varint());
      case Kind::array:
      case Kind::map: return items(schema, field, depth);
      case Kind::record:
        for (const AvroField& each : schema.fields) value(*each.schema, each.field_id.value_or(0), depth + 1);
        return;
      case Kind::union_: return branch(schema, field, depth);
    }
  }

 private:
  void branch(const AvroSchema& schema, int field, int depth) {
    const std::int64_t index = from_.read_varint();
    if (index < 0 || static_cast<std::size_t>(index) >= schema.branches.size())
      damaged("an Avro union has no such branch");
    to_.varint(index);
    value(*schema.branches[static_cast<std::size_t>(index)], field, depth + 1);
  }

  void items(const AvroSchema& schema, int field, int depth) {
    for (;;) {
      std::int64_t count = from_.read_varint();
      if (count < 0) {
        from_.read_varint();  // the block's size, which only helps to skip it
        if (count == std::numeric_limits<std::int64_t>::min()) damaged("an Avro array has no usable length");
        count = -count;
      }
      if (static_cast<std::uint64_t>(count) > from_.left()) damaged("an Avro array is longer than its file");
      to_.varint(count);
      if (count == 0) return;
      for (; count > 0; --count) {
        if (schema.kind == Kind::map) to_.bytes(from_.read_bytes());
        value(*schema.branches[0], field, depth + 1);
      }
    }
  }

  AvroDecoder& from_;
  AvroEncoder& to_;
  Values& values_;
};

// Calls `record` after each record that was copied into `writer`.
template <class Record>
void copy_records(AvroFile& file, AvroFileWriter& writer, Values& values, Record record) {
  file.for_each([&](AvroDecoder& decoder) {
    Copy(decoder, writer.encoder(), values).value(file.schema(), 0);
    writer.end_record();
    record();
  });
}

std::map<std::string, std::string> own_header(const AvroFile& file) {
  std::map<std::string, std::string> header = file.header();
  header.erase("avro.schema");
  header.erase("avro.codec");
  return header;
}

// Keys of a metadata file whose values are locations.
bool is_location_key(std::string_view key) {
  static constexpr std::array<std::string_view, 6> kKeys{"location",        "manifest-list",   "metadata-file",
                                                         "statistics-path", "write.data.path", "write.metadata.path"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

void relocate_values(json::value& value, const Relocation& relocation) {
  if (json::array* array = value.if_array()) {
    for (json::value& item : *array) relocate_values(item, relocation);
  } else if (json::object* object = value.if_object()) {
    for (auto& [key, member] : *object) {
      if (member.is_string() && is_location_key(key)) {
        member = relocation.moved(std::string_view(member.get_string()));
      } else {
        relocate_values(member, relocation);
      }
    }
  }
}

}  // namespace

std::string Relocation::moved(std::string_view location) const {
  const bool inside = location.starts_with(from) && (location.size() == from.size() || location[from.size()] == '/');
  return inside ? to + std::string(location.substr(from.size())) : std::string(location);
}

AvroContent avro_content(std::string_view bytes) {
  const AvroFile file(bytes);
  auto content = file.header().find("content");
  if (content == file.header().end()) return AvroContent::manifest_list;
  return content->second == "deletes" ? AvroContent::delete_manifest : AvroContent::data_manifest;
}

std::string relocate_avro(std::string_view bytes, const Relocation& relocation, const NewSizes& sizes) {
  AvroFile file(bytes);
  AvroFileWriter writer(file.need_header("avro.schema"), own_header(file), AvroCodec::deflate);
  Values values(relocation, sizes);
  copy_records(file, writer, values, [] {});
  return writer.finish();
}

std::set<std::string> position_deletes_of(std::string_view bytes) {
  AvroFile file(bytes);
  AvroFileWriter nowhere(file.need_header("avro.schema"), {}, AvroCodec::null);
  const Relocation relocation{};
  const NewSizes sizes;
  Values values(relocation, sizes);
  std::set<std::string> files;
  copy_records(file, nowhere, values, [&] {
    if (values.is_position_deletes()) files.insert(values.path());
    nowhere.take();
  });
  return files;
}

std::string relocate_metadata(std::string_view bytes, const Relocation& relocation) {
  json::value metadata = parse_json(metadata_file_text(bytes));
  relocate_values(metadata, relocation);
  std::string text = json::serialize(metadata);
  return is_gzip(bytes) ? gzip_file(text) : text;
}

}  // namespace boathouse::iceberg
