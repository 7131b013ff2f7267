// SPDX-License-Identifier: Apache-2.0
// Bodies in chunks, as S3's clients send them. The first bytes say how large the pieces are in which it comes and whether it
// has a trailer; pieces must make no difference. Where chunks are signed, nothing holds, since nobody signs.
#include "api/s3/chunk_reader.h"
#include "base/error.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {
namespace {

using api::s3::ChunkReader;

// All that came out, and its trailer; nullopt where it was refused.
std::optional<std::string> read(ChunkReader reader, std::string_view bytes, std::size_t piece) {
  std::string out;
  try {
    in_pieces(bytes, piece, [&](std::string_view part) {
      reader.feed(part, [&](std::string_view plain) {
        require(!plain.empty(), "no piece is empty");
        out += plain;
      });
    });
    reader.finish();
  } catch (const base::Error&) {
    return std::nullopt;
  }
  for (const auto& [name, value] : reader.trailer().items) out += "\n" + name + ":" + value;
  return out;
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  const std::size_t piece = std::size_t{take_byte(bytes)} + 1;
  const bool has_trailer = take_byte(bytes) % 2 == 1;
  const auto whole = read(ChunkReader(std::nullopt, has_trailer), bytes, bytes.size() + 1);
  require(read(ChunkReader(std::nullopt, has_trailer), bytes, piece) == whole, "pieces make no difference");
  require(!whole || whole->size() <= bytes.size(), "nothing comes out that was not sent");
  auth::sigv4::Claim claim{.date = "20240601", .region = "us-east-1", .service = "s3", .timestamp = "20240601T123000Z"};
  auth::sigv4::ChunkSignatures signatures(claim, std::string(32, 'k'));
  require(!read(ChunkReader(signatures, has_trailer), bytes, piece), "nobody signs but us");
}

}  // namespace boathouse::fuzz
