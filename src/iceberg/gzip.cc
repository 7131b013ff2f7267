// SPDX-License-Identifier: Apache-2.0
#include "iceberg/gzip.h"

#include <algorithm>

#include "iceberg/json_read.h"
#include "iceberg/zlib_stream.h"

namespace boathouse::iceberg {
namespace {

constexpr std::size_t kStep = 1 << 20;  // of output
// More than a flush adds to what deflateBound() tells.
constexpr std::size_t kFlushRoom = 64;

// Magic, deflate, no flags, no time, no hint, unknown system.
constexpr std::string_view kHeader("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
// A last block without text, by the fixed code.
constexpr std::string_view kEnd("\x03\x00", 2);

void append_little_endian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

}  // namespace

GzipPiece gzip_piece(std::string_view text, int level) {
  ZStream z{{}, deflateEnd};
  constexpr int kMemoryLevel = 8;
  if (deflateInit2(&z.stream, level, Z_DEFLATED, kRawDeflate, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) no_memory();
  GzipPiece piece;
  piece.blocks.resize(deflateBound(&z.stream, text.size()) + kFlushRoom);
  set_input(z.stream, text);
  z.stream.next_out = reinterpret_cast<Bytef*>(piece.blocks.data());
  z.stream.avail_out = static_cast<uInt>(piece.blocks.size());
  // A full flush ends on a byte, and what comes next refers to nothing before it.
  if (deflate(&z.stream, Z_FULL_FLUSH) != Z_OK || z.stream.avail_out == 0) no_memory();
  piece.blocks.resize(z.stream.total_out);
  piece.crc = static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
  piece.length = text.size();
  piece.combine = crc32_combine_gen(static_cast<z_off_t>(text.size()));
  return piece;
}

GzipWriter::GzipWriter() : out_(kHeader) {}

void GzipWriter::add(const GzipPiece& piece) {
  out_ += piece.blocks;
  crc_ = static_cast<std::uint32_t>(crc32_combine_op(crc_, piece.crc, piece.combine));
  length_ += piece.length;
}

std::string GzipWriter::finish() {
  out_ += kEnd;
  append_little_endian(out_, crc_);
  append_little_endian(out_, static_cast<std::uint32_t>(length_));
  return std::move(out_);
}

std::string gzip_file(std::string_view text) {
  constexpr int kUsualLevel = 6;
  GzipWriter writer;
  writer.add(gzip_piece(text, kUsualLevel));
  return writer.finish();
}

bool is_gzip(std::string_view bytes) { return bytes.starts_with(kHeader.substr(0, 2)); }

std::string gunzip(std::string_view bytes, std::size_t limit) {
  ZStream z{{}, inflateEnd};
  if (inflateInit2(&z.stream, kGzipFile) != Z_OK) no_memory();
  set_input(z.stream, bytes);
  std::string out;
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit) {
    std::size_t before = out.size();
    out.resize(before + kStep);
    z.stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.stream.avail_out = static_cast<uInt>(kStep);
    status = inflate(&z.stream, Z_NO_FLUSH);
    out.resize(out.size() - z.stream.avail_out);
  }
  if (status != Z_STREAM_END || out.size() > limit) damaged("a gzip file is cut short, altered or too large");
  return out;
}

}  // namespace boathouse::iceberg
