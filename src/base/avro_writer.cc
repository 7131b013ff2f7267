// SPDX-License-Identifier: Apache-2.0
#include "base/avro_writer.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace boathouse::base {
namespace {

constexpr int kRawDeflate = -15;
// A block is compressed and written once it holds this much.
constexpr std::size_t kBlockBytes = 1 << 20;

[[noreturn]] void no_memory() { throw Error(ErrorKind::unavailable, "not enough memory to compress an Avro block"); }

// Gives a stream back to zlib whatever happens.
struct Deflate {
  z_stream stream{};
  ~Deflate() { deflateEnd(&stream); }
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The code point that the valid UTF-8 `text` begins with; takes it off.
std::uint32_t take_code_point(std::string_view& text) {
  const std::string_view bytes = prefix_code_points(text, 1);
  text.remove_prefix(bytes.size());
  auto code = static_cast<unsigned char>(bytes[0]);
  std::uint32_t point = bytes.size() == 1 ? code : code & (0x7fU >> bytes.size());
  for (char c : bytes.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  return point;
}

std::string avro_name(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const char c = name[0];
    if (is_letter(c) || is_digit(c)) {
      if (out.empty() && is_digit(c)) out += '_';
      out += c;
      name.remove_prefix(1);
    } else {
      out += fmt::format("_x{:X}", take_code_point(name));
    }
  }
  return out.empty() ? "_" : out;
}

}  // namespace

void AvroEncoder::varint(std::int64_t value) {
  auto rest = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) out_.push_back(static_cast<char>(rest | 0x80));
  out_.push_back(static_cast<char>(rest));
}

void AvroEncoder::bytes(std::string_view bytes) {
  varint(static_cast<std::int64_t>(bytes.size()));
  out_ += bytes;
}

AvroFileWriter::AvroFileWriter(std::string_view schema_json, const std::map<std::string, std::string>& header,
                               AvroCodec codec)
    : codec_(codec), sync_(kAvroSyncSize, '\0') {
  random_bytes({reinterpret_cast<std::uint8_t*>(sync_.data()), sync_.size()});
  static constexpr std::string_view kNames[] = {"null", "deflate", "zstandard"};
  AvroEncoder encoder;
  encoder.raw(kAvroMagic);
  encoder.varint(static_cast<std::int64_t>(header.size()) + 2);
  auto entry = [&](std::string_view key, std::string_view value) {
    encoder.bytes(key);
    encoder.bytes(value);
  };
  entry("avro.schema", schema_json);
  entry("avro.codec", kNames[static_cast<int>(codec)]);
  for (const auto& [key, value] : header) entry(key, value);
  encoder.varint(0);
  encoder.raw(sync_);
  out_ = std::move(encoder.out());
}

void AvroFileWriter::end_record() {
  ++records_;
  if (block_.out().size() >= kBlockBytes) flush();
}

void AvroFileWriter::flush() {
  if (records_ == 0) return;
  std::string packed = codec_ == AvroCodec::deflate     ? deflate_block(block_.out())
                       : codec_ == AvroCodec::zstandard ? zstd_block(block_.out())
                                                        : std::move(block_.out());
  AvroEncoder head;
  head.varint(records_);
  head.bytes(packed);
  out_ += head.out() + sync_;
  block_.out().clear();
  records_ = 0;
}

std::string AvroFileWriter::take() { return std::exchange(out_, {}); }

std::string AvroFileWriter::finish() {
  flush();
  return take();
}

std::string deflate_block(std::string_view bytes) {
  Deflate z;
  // Level 1: Avro is written in the path of an answer, or by the gigabyte.
  if (deflateInit2(&z.stream, 1, Z_DEFLATED, kRawDeflate, 8, Z_DEFAULT_STRATEGY) != Z_OK) no_memory();
  std::string out(deflateBound(&z.stream, bytes.size()), '\0');
  z.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.stream.avail_in = static_cast<uInt>(bytes.size());
  z.stream.next_out = reinterpret_cast<Bytef*>(out.data());
  z.stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&z.stream, Z_FINISH) != Z_STREAM_END) no_memory();
  out.resize(z.stream.total_out);
  return out;
}

std::string zstd_block(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  std::size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1);
  if (ZSTD_isError(size) != 0) no_memory();
  out.resize(size);
  return out;
}

std::vector<std::string> avro_names(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  std::set<std::string> taken;
  // A name that may stay as it is keeps itself, wherever it stands.
  for (const std::string& name : names) {
    if (avro_name(name) == name) taken.insert(name);
  }
  for (const std::string& name : names) {
    const std::string plain = avro_name(name);
    std::string chosen = plain;
    for (int i = 2; plain != name && !taken.insert(chosen).second; ++i) chosen = fmt::format("{}_{}", plain, i);
    result.push_back(std::move(chosen));
  }
  return result;
}

}  // namespace boathouse::base
