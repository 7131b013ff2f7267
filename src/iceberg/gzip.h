// SPDX-License-Identifier: Apache-2.0
// A gzip file (RFC 1952) put together from pieces that were compressed on their own, so that text which returns in file
// after file is compressed once. The result is one member, since not every reader goes on after the first. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace boathouse::iceberg {

// A stretch of text as blocks of a raw deflate stream that refer to nothing outside it and end on a byte.
struct GzipPiece {
  std::string blocks;
  std::uint32_t crc = 0;
  std::uint64_t length = 0;   // of the text
  unsigned long combine = 0;  // zlib's operator that shifts a CRC by `length`
};
// `level` is zlib's, 1 (fast) to 9 (small).
GzipPiece gzip_piece(std::string_view text, int level);

class GzipWriter {
 public:
  GzipWriter();
  // Room for so many bytes, where they are known before: a large text is then not moved while it grows.
  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  void add(const GzipPiece& piece);
  std::string finish();

 private:
  std::string out_;
  std::uint32_t crc_ = 0;
  std::uint64_t length_ = 0;
};

// A whole text at once.
std::string gzip_file(std::string_view text);

// True for bytes that begin as gzip does, which JSON never does.
bool is_gzip(std::string_view bytes);
// The text of a gzip file. Error{internal}, code "damaged-metadata", when it is cut short, altered or unfolds to more than
// `limit` bytes.
std::string gunzip(std::string_view bytes, std::size_t limit);

}  // namespace boathouse::iceberg
