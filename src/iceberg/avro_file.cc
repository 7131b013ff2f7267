// SPDX-License-Identifier: Apache-2.0
#include "iceberg/avro_file.h"

#include <bit>
#include <cstring>

#include "iceberg/avro_codec.h"
#include "iceberg/json_read.h"

namespace boathouse::iceberg {
namespace {

using Kind = AvroSchema::Kind;

constexpr int kDeepest = 64;

// Calls `item` for each item of Avro's blocked form of arrays and maps.
template <class Item>
void each_item(AvroDecoder& decoder, Item item) {
  for (;;) {
    std::int64_t count = decoder.read_varint();
    if (count == 0) return;
    if (count < 0) {
      // A negative count is followed by the size of the block, which only helps to skip it.
      decoder.read_varint();
      if (count == std::numeric_limits<std::int64_t>::min()) damaged("an Avro array has no usable length");
      count = -count;
    }
    // No item that we know takes less than a byte, so a larger count is a lie.
    if (static_cast<std::uint64_t>(count) > decoder.left()) damaged("an Avro array is longer than its file");
    for (; count > 0; --count) item();
  }
}

template <class T>
T take_number(AvroDecoder& decoder) {
  T value;
  std::memcpy(&value, decoder.take(sizeof value).data(), sizeof value);
  return value;
}

std::string unfold(const std::string& codec, std::string_view bytes) {
  if (codec == "deflate") return inflate_block(bytes);
  if (codec == "zstandard") return unzstd_block(bytes);
  if (codec == "null") return std::string(bytes);
  damaged("the Avro codec '" + codec + "' is not known");
}

}  // namespace

std::string_view AvroDecoder::take(std::size_t count) {
  if (count > left_.size()) damaged("an Avro file is cut short");
  std::string_view bytes = left_.substr(0, count);
  left_.remove_prefix(count);
  return bytes;
}

std::int64_t AvroDecoder::read_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    auto byte = static_cast<std::uint8_t>(take(1)[0]);
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  damaged("an Avro number is too long");
}

std::string_view AvroDecoder::read_bytes() {
  std::int64_t size = read_varint();
  if (size < 0) damaged("an Avro length is negative");
  return take(static_cast<std::size_t>(size));
}

const AvroSchema& AvroDecoder::choose(const AvroSchema& schema) {
  if (schema.kind != Kind::union_) return schema;
  std::int64_t branch = read_varint();
  if (branch < 0 || static_cast<std::size_t>(branch) >= schema.branches.size())
    damaged("an Avro union has no such branch");
  const AvroSchema& chosen = *schema.branches[static_cast<std::size_t>(branch)];
  if (chosen.kind == Kind::union_) damaged("an Avro union holds a union");
  return chosen;
}

void AvroDecoder::skip(const AvroSchema& schema, int depth) {
  if (depth > kDeepest) damaged("Avro data is nested too deeply");
  const AvroSchema& chosen = choose(schema);
  switch (chosen.kind) {
    case Kind::null: return;
    case Kind::boolean: take(1); return;
    case Kind::int32:
    case Kind::int64:
    case Kind::enumeration: read_varint(); return;
    case Kind::float32: take(4); return;
    case Kind::float64: take(8); return;
    case Kind::bytes:
    case Kind::string: read_bytes(); return;
    case Kind::fixed: take(chosen.size); return;
    case Kind::array: each_item(*this, [&] { skip(*chosen.branches[0], depth + 1); }); return;
    case Kind::map:
      each_item(*this, [&] {
        read_bytes();
        skip(*chosen.branches[0], depth + 1);
      });
      return;
    case Kind::record:
      for (const AvroField& field : chosen.fields) skip(*field.schema, depth + 1);
      return;
    case Kind::union_: damaged("an Avro union holds a union");
  }
}

std::optional<std::int64_t> AvroDecoder::read_integer(const AvroSchema& schema) {
  const AvroSchema& chosen = choose(schema);
  if (chosen.kind == Kind::null) return std::nullopt;
  if (chosen.kind != Kind::int32 && chosen.kind != Kind::int64) damaged("an Avro field is no integer");
  return read_varint();
}

std::optional<bool> AvroDecoder::read_boolean(const AvroSchema& schema) {
  const AvroSchema& chosen = choose(schema);
  if (chosen.kind == Kind::null) return std::nullopt;
  if (chosen.kind != Kind::boolean) damaged("an Avro field is no boolean");
  return take(1)[0] != '\0';
}

std::optional<double> AvroDecoder::read_floating(const AvroSchema& schema) {
  const AvroSchema& chosen = choose(schema);
  if (chosen.kind == Kind::null) return std::nullopt;
  if (chosen.kind == Kind::float32) return take_number<float>(*this);
  if (chosen.kind == Kind::float64) return take_number<double>(*this);
  damaged("an Avro field is no number");
}

std::optional<std::string_view> AvroDecoder::read_binary(const AvroSchema& schema) {
  const AvroSchema& chosen = choose(schema);
  if (chosen.kind == Kind::null) return std::nullopt;
  if (chosen.kind == Kind::fixed) return take(chosen.size);
  if (chosen.kind != Kind::bytes && chosen.kind != Kind::string) damaged("an Avro field is no text");
  return read_bytes();
}

bool AvroDecoder::read_array(const AvroSchema& schema, const std::function<void(const AvroSchema&)>& item) {
  const AvroSchema& chosen = choose(schema);
  if (chosen.kind == Kind::null) return false;
  if (chosen.kind != Kind::array) damaged("an Avro field is no array");
  each_item(*this, [&] { item(*chosen.branches[0]); });
  return true;
}

bool AvroDecoder::read_record(const AvroSchema& schema, const std::function<void(const AvroField&)>& field) {
  const AvroSchema& chosen = choose(schema);
  if (chosen.kind == Kind::null) return false;
  if (chosen.kind != Kind::record) damaged("an Avro field is no record");
  for (const AvroField& each : chosen.fields) field(each);
  return true;
}

AvroFile::AvroFile(std::string_view bytes) {
  AvroDecoder decoder(bytes);
  if (decoder.take(base::kAvroMagic.size()) != base::kAvroMagic) damaged("not an Avro file");
  each_item(decoder, [&] {
    std::string key(decoder.read_bytes());
    header_[key] = decoder.read_bytes();
  });
  sync_ = decoder.take(base::kAvroSyncSize);
  schema_ = parse_avro_schema(need_header("avro.schema"));
  bytes_ = decoder.take(decoder.left());
}

const std::string& AvroFile::need_header(const std::string& key) const {
  auto found = header_.find(key);
  if (found == header_.end()) damaged("an Avro file has no '" + key + "' in its header");
  return found->second;
}

void AvroFile::for_each(const std::function<void(AvroDecoder&)>& record) {
  auto codec = header_.find("avro.codec");
  std::string name = codec == header_.end() ? "null" : codec->second;
  AvroDecoder file(bytes_);
  while (!file.at_end()) {
    std::int64_t count = file.read_varint();
    std::string block = unfold(name, file.read_bytes());
    if (file.take(base::kAvroSyncSize) != sync_) damaged("an Avro block does not end where it should");
    if (count < 0 || static_cast<std::uint64_t>(count) > block.size()) damaged("an Avro block has a wrong count");
    AvroDecoder decoder(block);
    for (; count > 0; --count) record(decoder);
    if (!decoder.at_end()) damaged("an Avro block holds more than its records");
  }
}

}  // namespace boathouse::iceberg
