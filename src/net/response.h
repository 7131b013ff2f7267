// SPDX-License-Identifier: Apache-2.0
// What a handler answers. Plain values, moved to the connection, which adds Date, Content-Length or chunked framing,
// Connection, X-Request-Id and the security headers. A header with control characters makes the answer a 500.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "base/file.h"
#include "net/headers.h"

namespace boathouse::net {

// Bytes of an open file, which stays open until the next ones are asked for.
struct FileStretch {
  int file = -1;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Pulled on the blocking pool, one call at a time, while the previous piece is written to the socket. An exception
// breaks the connection off, so that the client sees a truncated answer, and is logged.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Fills at most `into`; 0 is the end.
  virtual std::size_t read(std::span<char> into) = 0;
  // Of a source that has next_stretch(), which may then be called in the place of read(): its bytes need not come into
  // this process's memory.
  virtual bool is_of_files() const { return false; }
  // The bytes that come next; nothing at the end.
  virtual FileStretch next_stretch() { return {}; }
};

// Chunked without a length. A HEAD answer may have a length without a source.
struct SourceBody {
  std::unique_ptr<BodySource> source;
  std::optional<std::uint64_t> length;
};

// `length` bytes of an open file from `offset`; the file is read by position, so a descriptor may be a duplicate.
struct FileBody {
  base::UniqueFd file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::variant<std::string, FileBody, SourceBody> body;

  Response&& with(std::string name, std::string value) && {
    headers.set(name, std::move(value));
    return std::move(*this);
  }
};

// application/json.
Response json_response(int status, const boost::json::value& value);
Response text_response(int status, std::string text, std::string content_type = "text/plain; charset=utf-8");
// No body: 204, or any status that needs no words.
Response empty_response(int status = 204);
// A whole file. Throws as base::open_for_read does.
Response file_response(const std::filesystem::path& path, std::string content_type);
Response source_response(int status, std::unique_ptr<BodySource> source, std::string content_type,
                         std::optional<std::uint64_t> length = std::nullopt);

// "Not Found" for 404; "Unknown" for what nobody named.
std::string_view reason_phrase(int status);

}  // namespace boathouse::net
