// SPDX-License-Identifier: Apache-2.0
#include "net/multipart.h"

#include "base/encoding.h"
#include "base/error.h"
#include "net/multipart_parser.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

Error malformed(std::string what) {
  return Error(ErrorKind::invalid_argument, "the multipart form is malformed: " + std::move(what));
}

Error too_large(std::string what, std::size_t limit) {
  return Error(ErrorKind::too_large, "the multipart form has " + std::move(what)).with("limit", limit);
}

// Browsers write a quote in a name as %22 and line ends as %0D%0A, and nothing else so (WHATWG HTML, multipart
// encoding).
std::string undo_browser_escapes(std::string text) {
  static constexpr std::pair<std::string_view, char> kEscapes[] = {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
  for (const auto& [escape, plain] : kEscapes) {
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at + 1)) {
      text.replace(at, escape.size(), 1, plain);
    }
  }
  return text;
}

// RFC 8187: UTF-8'language'percent-encoded.
std::string decode_extended(std::string_view value) {
  std::size_t first = value.find('\'');
  std::size_t second = first == std::string_view::npos ? first : value.find('\'', first + 1);
  if (second == std::string_view::npos || !equals_ignoring_case(value.substr(0, first), "UTF-8")) {
    throw malformed("filename* must be in UTF-8''...");
  }
  auto decoded = base::percent_decode(value.substr(second + 1));
  if (!decoded) throw malformed("filename* has a broken percent escape");
  return std::move(*decoded);
}

void check_text(std::string_view text, const char* what) {
  if (!base::is_utf8(text)) throw malformed(std::string(what) + " is not valid UTF-8");
  if (text.find('\0') != std::string_view::npos) throw malformed(std::string(what) + " holds a NUL byte");
}

void read_disposition(std::string_view value, PartHeader& part) {
  auto parsed = parse_parameterized(value);
  if (!parsed || parsed->value != "form-data") throw malformed("a part's Content-Disposition is not form-data");
  const std::string* name = parsed->parameters.find("name");
  if (!name) throw malformed("a part has no name");
  part.name = undo_browser_escapes(*name);
  check_text(part.name, "a part's name");
  if (const std::string* extended = parsed->parameters.find("filename*")) {
    part.filename = decode_extended(*extended);
  } else if (const std::string* plain = parsed->parameters.find("filename")) {
    part.filename = undo_browser_escapes(*plain);
  }
  if (part.filename) check_text(*part.filename, "a file name");
}

void read_header_line(std::string_view line, PartHeader& part, bool& has_disposition) {
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    throw malformed("a part's header has a bad line");
  std::string_view value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) throw malformed("a part's header holds a control character");
  if (equals_ignoring_case(line.substr(0, colon), "Content-Disposition")) {
    if (has_disposition) throw malformed("a part has two Content-Dispositions");
    has_disposition = true;
    read_disposition(value, part);
  } else if (equals_ignoring_case(line.substr(0, colon), "Content-Type")) {
    part.content_type = value;
  } else if (equals_ignoring_case(line.substr(0, colon), "Content-Transfer-Encoding")) {
    bool plain = equals_ignoring_case(value, "binary") || equals_ignoring_case(value, "8bit") ||
                 equals_ignoring_case(value, "7bit");
    if (!plain) throw malformed("a part's Content-Transfer-Encoding is not binary");
  }
}

}  // namespace

MultipartParser::MultipartParser(const std::string& boundary, const MultipartLimits& limits,
                                 MultipartConsumer& consumer)
    : delimiter_("\r\n--" + boundary), limits_(limits), consumer_(consumer) {
  held_ = "\r\n";  // as if a line came before it, so that a form may begin with its delimiter
}

void MultipartParser::feed(std::string_view bytes) {
  std::string joined;
  if (!held_.empty()) {
    joined = std::exchange(held_, {});
    joined += bytes;
    bytes = joined;
  }
  rest_ = bytes;
  while (step()) {
  }
  held_ = rest_;
}

void MultipartParser::finish() const {
  if (at_ == At::epilogue) return;
  throw malformed(at_ == At::preamble ? "the boundary that the Content-Type names does not occur"
                                      : "its final boundary is missing");
}

bool MultipartParser::step() {
  switch (at_) {
    case At::preamble: return skip_preamble();
    case At::after_boundary: return take_boundary_end();
    case At::header: return take_header();
    case At::content: return take_content();
    case At::epilogue: rest_ = {}; return false;
  }
  return false;
}

bool MultipartParser::skip_preamble() {
  std::size_t found = rest_.find(delimiter_);
  if (found == std::string_view::npos) {
    if (rest_.size() > limits_.max_part_header_bytes) throw malformed("it does not begin with its boundary");
    return false;
  }
  rest_.remove_prefix(found + delimiter_.size());
  at_ = At::after_boundary;
  return true;
}

// "--" ends the form; blanks and a line end begin a part.
bool MultipartParser::take_boundary_end() {
  if (rest_.size() < 2) return false;
  if (rest_.starts_with("--")) {
    at_ = At::epilogue;
    return true;
  }
  std::size_t end = rest_.find_first_not_of(" \t");
  if (end == std::string_view::npos || (rest_[end] == '\r' && end + 1 == rest_.size())) {
    if (rest_.size() > limits_.max_part_header_bytes) throw malformed("a boundary is followed by too many blanks");
    return false;
  }
  if (rest_.substr(end, 2) != "\r\n") {
    throw malformed(rest_[end] == '\n' ? "its lines must end in CR LF" : "a boundary is not followed by a line end");
  }
  rest_.remove_prefix(end);  // the line end stays: a part may have no header lines
  at_ = At::header;
  return true;
}

bool MultipartParser::take_header() {
  std::size_t end = rest_.find("\r\n\r\n");
  if (std::min(end, rest_.size()) > limits_.max_part_header_bytes) {
    throw too_large("a part with too large a header", limits_.max_part_header_bytes);
  }
  if (end == std::string_view::npos) {
    if (rest_.find("\n\n") != std::string_view::npos) throw malformed("its lines must end in CR LF");
    return false;
  }
  if (++parts_ > limits_.max_parts) throw too_large("too many parts", limits_.max_parts);
  begin_part(rest_.substr(0, end));
  rest_.remove_prefix(end + 2);  // one line end stays, so that empty content ends like any other
  at_ = At::content;
  content_begun_ = false;
  return true;
}

void MultipartParser::begin_part(std::string_view header) {
  PartHeader part;
  bool has_disposition = false;
  while (!header.empty()) {
    header.remove_prefix(2);
    std::size_t end = header.find("\r\n");
    read_header_line(header.substr(0, end), part, has_disposition);
    header.remove_prefix(std::min(end, header.size()));
  }
  if (!has_disposition) throw malformed("a part has no Content-Disposition");
  is_field_ = !part.filename;
  field_bytes_ = 0;
  consumer_.begin_part(part);
}

// Passes on everything that cannot be the beginning of the next delimiter. The line end before the content is still in
// `rest_` when it begins, and is not content.
bool MultipartParser::take_content() {
  std::size_t found = rest_.find(delimiter_);
  bool ends = found != std::string_view::npos;
  if (!ends && rest_.size() < delimiter_.size()) return false;
  std::size_t size = found;
  if (!ends) {
    // A delimiter may begin at any CR of the tail.
    std::size_t tail = rest_.size() - delimiter_.size() + 1;
    size = std::min(rest_.find('\r', tail), rest_.size());
  }
  pass_on(rest_.substr(0, size));
  rest_.remove_prefix(size);
  if (!ends) return false;
  rest_.remove_prefix(delimiter_.size());
  consumer_.end_part();
  at_ = At::after_boundary;
  return true;
}

void MultipartParser::pass_on(std::string_view content) {
  if (!content_begun_ && content.size() >= 2) {
    content.remove_prefix(2);
    content_begun_ = true;
  }
  if (content.empty()) return;
  field_bytes_ += content.size();
  if (is_field_ && field_bytes_ > limits_.max_field_bytes)
    throw too_large("too large a field", limits_.max_field_bytes);
  consumer_.data(content);
}

std::string boundary_of(const Headers& headers) {
  auto type = parse_parameterized(headers.get("Content-Type"));
  if (!type || type->value != "multipart/form-data") {
    throw Error(ErrorKind::unsupported_media, "the Content-Type must be multipart/form-data");
  }
  const std::string* boundary = type->parameters.find("boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70 || !is_field_value(*boundary)) {
    throw malformed("its Content-Type names no boundary of 1 to 70 characters");
  }
  return *boundary;
}

boost::asio::awaitable<void> receive_multipart(Request& request, const MultipartLimits& limits,
                                               MultipartConsumer& consumer) {
  std::string boundary = boundary_of(request.headers);
  MultipartParser parser(boundary, limits, consumer);
  ChunkConsumer feed = [&parser](std::string_view bytes) { parser.feed(bytes); };
  co_await request.body.receive(feed, limits.body);
  parser.finish();
}

}  // namespace boathouse::net
