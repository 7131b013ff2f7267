// SPDX-License-Identifier: Apache-2.0
#include "iceberg/avro_codec.h"

#include <zstd.h>

#include "iceberg/json_read.h"
#include "iceberg/zlib_stream.h"

namespace boathouse::iceberg {
namespace {

constexpr std::size_t kChunk = 64 << 10;

}  // namespace

std::string inflate_block(std::string_view bytes, std::size_t limit) {
  if (bytes.size() > limit) damaged("an Avro block is too large");
  ZStream z{{}, inflateEnd};
  if (inflateInit2(&z.stream, kRawDeflate) != Z_OK) no_memory();
  set_input(z.stream, bytes);
  std::string out;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    std::size_t have = out.size();
    if (have >= limit) damaged("an Avro block unfolds to too much");
    out.resize(have + std::clamp(have, kChunk, std::max(kChunk, limit - have)));
    z.stream.next_out = reinterpret_cast<Bytef*>(out.data() + have);
    z.stream.avail_out = static_cast<uInt>(out.size() - have);
    state = inflate(&z.stream, Z_NO_FLUSH);
    std::size_t got = out.size() - have - z.stream.avail_out;
    out.resize(have + got);
    if (state != Z_STREAM_END && (state != Z_OK || got == 0)) damaged("an Avro block does not unfold");
  }
  return out;
}

std::string unzstd_block(std::string_view bytes, std::size_t limit) {
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream) no_memory();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::string out;
  std::size_t hint = 1;
  while (in.pos < in.size || hint != 0) {
    std::size_t have = out.size();
    if (have >= limit) damaged("an Avro block unfolds to too much");
    out.resize(have + std::clamp(have, kChunk, std::max(kChunk, limit - have)));
    ZSTD_outBuffer target{out.data(), out.size(), have};
    hint = ZSTD_decompressStream(stream.get(), &target, &in);
    out.resize(target.pos);
    if (ZSTD_isError(hint) != 0) damaged("an Avro block does not unfold");
    if (hint != 0 && in.pos == in.size && target.pos < target.size) damaged("an Avro block is cut short");
  }
  return out;
}

}  // namespace boathouse::iceberg
