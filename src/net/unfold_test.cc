// SPDX-License-Identifier: Apache-2.0
#include "net/unfold.h"

#include <zlib.h>
#include <zstd.h>

#include "net/test_support.h"

namespace boathouse::net {
namespace {

using testing::error_of;

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string noise(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t state = 1;
  for (char& c : out) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

std::string unfold(std::string_view coding, std::string_view bytes, std::size_t step, const BodyLimits& limits = {}) {
  std::string out;
  auto unfolder = make_unfolder(coding, limits);
  ChunkConsumer gather = [&](std::string_view piece) {
    EXPECT_LE(piece.size(), 1U << 20);
    out += piece;
  };
  for (std::size_t at = 0; at < bytes.size(); at += step) unfolder->feed(bytes.substr(at, step), gather);
  unfolder->finish();
  return out;
}

TEST(Unfold, GivesBackWhatWasFoldedInPiecesOfAnySize) {
  std::string text = noise(300'000) + std::string(3'000'000, 'a');
  for (std::size_t step : {std::size_t{997}, std::size_t{1} << 20}) {
    EXPECT_EQ(unfold("gzip", gzip(text), step), text);
    EXPECT_EQ(unfold("ZSTD", zstd(text), step), text);
    EXPECT_EQ(unfold("identity", text, step), text);
  }
  EXPECT_EQ(unfold("x-gzip", gzip("abc"), 1), "abc");
  EXPECT_EQ(unfold("gzip", gzip("abc") + gzip("def"), 1), "abcdef");
  EXPECT_EQ(unfold("zstd", zstd("abc") + zstd("def"), 1), "abcdef");
  EXPECT_EQ(unfold("gzip", gzip(""), 5), "");
}

TEST(Unfold, RefusesBrokenAndCutStreams) {
  std::string text = noise(10'000);
  for (auto [coding, folded] : {std::pair{"gzip", gzip(text)}, std::pair{"zstd", zstd(text)}}) {
    EXPECT_EQ(error_of([&] { unfold(coding, folded.substr(0, folded.size() - 1), 4096); }).kind(),
              base::ErrorKind::invalid_argument);
    EXPECT_EQ(error_of([&] { unfold(coding, "no " + folded, 4096); }).kind(), base::ErrorKind::invalid_argument);
    EXPECT_EQ(error_of([&] { unfold(coding, folded + "garbage", 4096); }).kind(), base::ErrorKind::invalid_argument);
    EXPECT_EQ(error_of([&] { unfold(coding, "", 4096); }).kind(), base::ErrorKind::invalid_argument);
  }
  EXPECT_EQ(error_of([&] { make_unfolder("br", {}); }).kind(), base::ErrorKind::unsupported_media);
  EXPECT_EQ(error_of([&] { make_unfolder("gzip, gzip", {}); }).kind(), base::ErrorKind::unsupported_media);
}

TEST(Unfold, StopsBombsByRatio) {
  std::string bomb(64 << 20, '\0');
  EXPECT_EQ(error_of([&] { unfold("gzip", gzip(bomb), 4096); }).kind(), base::ErrorKind::too_large);
  EXPECT_EQ(error_of([&] { unfold("zstd", zstd(bomb), 4096); }).kind(), base::ErrorKind::too_large);
  BodyLimits generous;
  generous.max_ratio = 100'000;
  EXPECT_EQ(unfold("gzip", gzip(bomb), 4096, generous).size(), bomb.size());
  // Below the floor any ratio is fine.
  EXPECT_EQ(unfold("gzip", gzip(std::string(1 << 20, 'a')), 4096).size(), 1U << 20);
}

TEST(Unfold, CountsUnfoldedBytes) {
  BodyLimits limits;
  limits.max_bytes = 1000;
  for (const char* coding : {"", "gzip", "zstd"}) {
    auto fold = [&](const std::string& text) { return *coding == 0 ? text : *coding == 'g' ? gzip(text) : zstd(text); };
    EXPECT_EQ(unfold(coding, fold(std::string(1000, 'a')), 100, limits).size(), 1000U);
    EXPECT_EQ(error_of([&] { unfold(coding, fold(std::string(1001, 'a')), 100, limits); }).kind(),
              base::ErrorKind::too_large);
  }
}

}  // namespace
}  // namespace boathouse::net
