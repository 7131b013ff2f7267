// SPDX-License-Identifier: Apache-2.0
#include "api/s3/chunk_reader.h"

#include <algorithm>

#include "api/s3/errors.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::api::s3 {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostTrailer = 16 << 10;
constexpr std::string_view kSignature = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

base::Error broken(std::string_view what) {
  return refusal("IncompleteBody", "The chunked body is malformed: " + std::string(what));
}

base::Error wrong_signature(std::string_view what) {
  return base::Error(base::ErrorKind::unauthenticated,
                     "The signature of " + std::string(what) + " does not match what was computed.")
      .code("signature-mismatch");
}

}  // namespace

base::Error malformed_trailer(const std::string& why) {
  return refusal("MalformedTrailerError",
                 "The request contained trailing data that was not well-formed or did not conform to our published "
                 "schema: " +
                     why);
}

void ChunkReader::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (state_ == State::done) {
      // Some clients end a trailer with an empty line too many.
      if (bytes.find_first_not_of("\r\n") != std::string_view::npos) throw broken("bytes follow its end");
      return;
    }
    if (state_ == State::bytes) {
      std::string_view part = bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size()));
      if (hash_) hash_->update(part);
      sink(part);
      left_ -= part.size();
      bytes.remove_prefix(part.size());
      if (left_ == 0) state_ = State::after_bytes;
      continue;
    }
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > kLongestLine) throw broken("a line is too long");
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    read_line();
    line_.clear();
  }
}

void ChunkReader::read_line() {
  switch (state_) {
    case State::head: begin_chunk(line_); return;
    case State::after_bytes:
      if (!line_.empty()) throw broken("a chunk is longer than it says");
      end_chunk();
      return;
    case State::trailer:
      // In S3's own example an empty line stands before the signature; other clients leave it out.
      if (!line_.empty()) {
        read_trailer(line_);
      } else if (!signatures_ || is_trailer_signed_) {
        end_trailer();
      }
      return;
    case State::bytes:
    case State::done: return;
  }
}

void ChunkReader::begin_chunk(std::string_view line) {
  const std::size_t semicolon = line.find(';');
  auto size = base::parse_number<std::uint64_t>(line.substr(0, semicolon), 16);
  if (!size) throw broken("a chunk's size is no hex number");
  left_ = *size;
  signature_.clear();
  if (semicolon != std::string_view::npos) {
    std::string_view extension = line.substr(semicolon + 1);
    if (extension.starts_with(kSignature)) signature_ = extension.substr(kSignature.size());
  }
  if (signatures_) {
    if (signature_.empty()) throw broken("a chunk has no signature");
    hash_.emplace();
  }
  is_last_ = left_ == 0;
  if (!is_last_) {
    state_ = State::bytes;
  } else if (has_trailer_) {
    end_chunk();
  } else {
    state_ = State::after_bytes;
  }
}

void ChunkReader::end_chunk() {
  if (signatures_ && !signatures_->is_next_chunk(base::to_hex(hash_->finish()), signature_)) {
    throw wrong_signature("a chunk");
  }
  if (!is_last_) {
    state_ = State::head;
  } else {
    state_ = has_trailer_ ? State::trailer : State::done;
  }
}

void ChunkReader::read_trailer(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) throw malformed_trailer("a line of the trailer has no colon.");
  std::string name = base::fold_case(net::trim(line.substr(0, colon)));
  std::string value(net::trim(line.substr(colon + 1)));
  if (name == kTrailerSignature) {
    signature_ = value;
    is_trailer_signed_ = true;
    return;
  }
  signature_.clear();
  trailer_lines_ += name + ":" + value + "\n";
  if (trailer_lines_.size() > kMostTrailer) throw malformed_trailer("it is too long.");
  trailer_.add(std::move(name), std::move(value));
}

void ChunkReader::end_trailer() {
  state_ = State::done;
  if (signatures_ && !signatures_->is_trailer(trailer_lines_, signature_)) throw wrong_signature("the trailer");
}

// Some clients leave out the last line break.
void ChunkReader::finish() {
  const bool no_break = line_.empty() && is_last_;
  if (state_ == State::after_bytes && no_break) end_chunk();
  if (state_ == State::trailer && no_break) end_trailer();
  if (state_ != State::done) throw refusal("IncompleteBody", "The request body terminated unexpectedly");
}

}  // namespace boathouse::api::s3
