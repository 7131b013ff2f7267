// SPDX-License-Identifier: Apache-2.0
// Writing the Avro object container, by whatever has rows to write: Iceberg's manifests and the worker's results. An object
// of these classes belongs to one thread at a time.
//
// Layout: "Obj" 0x01; a map of header entries (`avro.schema`, `avro.codec`, and the file's own); 16 bytes of sync marker;
// then blocks of: count of records, count of bytes (both zig-zag varints), the bytes by the codec, the sync marker.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace boathouse::base {

inline constexpr std::string_view kAvroMagic("Obj\x01", 4);
inline constexpr std::size_t kAvroSyncSize = 16;

// Appends Avro's binary form.
class AvroEncoder {
 public:
  void varint(std::int64_t value);
  void boolean(bool value) { out_.push_back(value ? '\1' : '\0'); }
  void raw(std::string_view bytes) { out_ += bytes; }
  void bytes(std::string_view bytes);
  // The branch of a union ["null", T].
  void present(bool is_there) { varint(is_there ? 1 : 0); }

  std::string& out() { return out_; }

 private:
  std::string out_;
};

enum class AvroCodec { null, deflate, zstandard };

// Builds a container, block by block; what is finished can be taken away, so that memory holds one block.
class AvroFileWriter {
 public:
  AvroFileWriter(std::string_view schema_json, const std::map<std::string, std::string>& header, AvroCodec codec);

  // One more record, already encoded into encoder().
  AvroEncoder& encoder() { return block_; }
  void end_record();
  // What is written since the last take(). The file is all that was taken, in order, and what finish() gives.
  std::string take();
  std::string finish();

 private:
  void flush();

  const AvroCodec codec_;
  std::string sync_;
  std::string out_;
  AvroEncoder block_;
  std::int64_t records_ = 0;
};

// Raw deflate (RFC 1951) and zstandard frames, fast rather than small. Error{unavailable} without memory. Pure, any thread.
std::string deflate_block(std::string_view bytes);
std::string zstd_block(std::string_view bytes);

// Names that Avro allows ([A-Za-z_][A-Za-z0-9_]*) for these columns, in order: other characters become _x and their code
// point in hex, a digit in front gets '_', as Iceberg writers do it; a name that is taken by then gets _2, _3.. Pure.
std::vector<std::string> avro_names(const std::vector<std::string>& names);

}  // namespace boathouse::base
