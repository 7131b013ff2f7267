// SPDX-License-Identifier: Apache-2.0
// Undoes aws-chunked: `<hex size>[;chunk-signature=<hex>]\r\n<bytes>\r\n`, a last chunk of no bytes, then perhaps trailer
// lines. Signatures are checked chunk by chunk, after their bytes were given on. One thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/sigv4_chunks.h"
#include "base/error.h"
#include "base/sha256.h"
#include "net/headers.h"

namespace boathouse::api::s3 {

// Error "MalformedTrailerError".
base::Error malformed_trailer(const std::string& why);

class ChunkReader {
 public:
  // Without `signatures` chunks are not signed.
  ChunkReader(std::optional<auth::sigv4::ChunkSignatures> signatures, bool has_trailer)
      : signatures_(std::move(signatures)), has_trailer_(has_trailer) {}

  using Sink = std::function<void(std::string_view)>;
  // Errors "IncompleteBody" (broken framing), "MalformedTrailerError", "SignatureDoesNotMatch".
  void feed(std::string_view bytes, const Sink& sink);
  // Error "IncompleteBody" unless the end has come.
  void finish();

  // Names in lower case.
  const net::Headers& trailer() const { return trailer_; }

 private:
  enum class State { head, bytes, after_bytes, trailer, done };
  void read_line();
  void begin_chunk(std::string_view line);
  void end_chunk();
  void read_trailer(std::string_view line);
  void end_trailer();

  std::optional<auth::sigv4::ChunkSignatures> signatures_;
  const bool has_trailer_;
  State state_ = State::head;
  std::string line_;
  std::uint64_t left_ = 0;
  bool is_last_ = false;
  bool is_trailer_signed_ = false;
  std::string signature_;
  std::optional<base::Sha256> hash_;
  std::string trailer_lines_;  // as they are signed
  net::Headers trailer_;
};

}  // namespace boathouse::api::s3
