// SPDX-License-Identifier: Apache-2.0
#include "batch/document_body.h"

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::batch {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::int64_t line_of(std::string_view body, std::size_t at) {
  return 1 + std::count(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(std::min(at, body.size())), '\n');
}

[[noreturn]] void refuse(std::string_view body, std::size_t at, std::string_view what) {
  std::int64_t line = line_of(body, at);
  std::size_t begin = at == 0 ? std::string_view::npos : body.rfind('\n', at - 1);
  std::size_t column = at - (begin == std::string_view::npos ? 0 : begin + 1) + 1;
  throw Error(ErrorKind::invalid_argument, fmt::format("line {}, column {}: {}", line, column, what))
      .with("line", line)
      .with("column", static_cast<std::int64_t>(column))
      .with("byte", static_cast<std::int64_t>(at));
}

void check_utf8(std::string_view body) {
  if (base::is_utf8(body)) return;
  std::size_t good = 0;
  std::size_t bad = body.size();
  while (bad - good > 1) {
    std::size_t middle = good + (bad - good) / 2;
    // A character that is cut by the middle is not yet bad.
    std::size_t end = middle;
    while (end > good && (static_cast<unsigned char>(body[end]) & 0xC0) == 0x80) --end;
    if (end == good) break;
    (base::is_utf8(body.substr(good, end - good)) ? good : bad) = end;
  }
  refuse(body, good, "the bytes are no UTF-8");
}

void check(std::string_view body, std::string_view document, std::size_t max_bytes) {
  auto at = static_cast<std::size_t>(document.data() - body.data());
  if (document.size() > max_bytes) {
    std::int64_t line = line_of(body, at);
    throw Error(ErrorKind::too_large, fmt::format("the document in line {} has {} bytes, and {} are the most", line,
                                                  document.size(), max_bytes))
        .with("line", line);
  }
  JsonFault fault;
  if (!check_document(document, fault)) refuse(body, at + fault.at, fault.what);
}

std::vector<std::string_view> items_of(std::string_view body, std::size_t begin, std::size_t max_bytes) {
  std::vector<std::string_view> documents;
  std::size_t pos = begin + 1;
  skip_json_space(body, pos);
  bool more = pos >= body.size() || body[pos] != ']';
  if (!more) ++pos;
  while (more) {
    skip_json_space(body, pos);
    std::size_t start = pos;
    JsonFault fault;
    if (!skip_json_value(body, pos, fault)) refuse(body, fault.at, fault.what);
    std::string_view item = body.substr(start, pos - start);
    check(body, item, max_bytes);
    documents.push_back(item);
    skip_json_space(body, pos);
    if (pos >= body.size() || (body[pos] != ',' && body[pos] != ']'))
      refuse(body, pos, "a comma or the array's end is due");
    more = body[pos++] == ',';
  }
  skip_json_space(body, pos);
  if (pos != body.size()) refuse(body, pos, "something follows the array");
  return documents;
}

}  // namespace

void check_one_document(std::string_view body) {
  check_utf8(body);
  JsonFault fault;
  if (!check_document(body, fault)) refuse(body, fault.at, fault.what);
}

std::vector<std::string_view> split_documents(std::string_view body, std::size_t max_bytes) {
  check_utf8(body);
  std::size_t pos = body.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  skip_json_space(body, pos);
  if (pos < body.size() && body[pos] == '[') return items_of(body, pos, max_bytes);
  if (pos == body.size()) refuse(body, pos, "there is no document");
  std::vector<std::string_view> documents;
  while (pos < body.size()) {
    std::size_t end = std::min(body.find('\n', pos), body.size());
    std::string_view line = body.substr(pos, end - pos);
    pos = end + 1;
    std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    check(body, line, max_bytes);
    documents.push_back(line);
  }
  return documents;
}

}  // namespace boathouse::batch
