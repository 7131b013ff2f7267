// SPDX-License-Identifier: Apache-2.0
// Bodies of documents and the flat rows that are made of them. Two bytes of settings, then the body.
#include <boost/json/parse.hpp>
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "batch/document_body.h"
#include "batch/flatten.h"
#include "fuzz/fuzz.h"

namespace boathouse::fuzz {
namespace {

const batch::DocumentOrigin kOrigin{.id = "i", .received_at = "2024-01-01T00:00:00Z", .request = "r"};

bool is_text_or_flag(std::string_view token) { return token[0] == '"' || token[0] == 't' || token[0] == 'f'; }

// Texts and booleans below a value, however deep.
std::size_t leaves(std::string_view value) {
  std::size_t count = 0;
  if (value[0] == '{') {
    batch::JsonMembers members(value, 0);
    std::string_view name;
    std::string_view member;
    while (members.next(name, member)) count += leaves(member);
    return count;
  }
  if (value[0] != '[') return is_text_or_flag(value) ? 1 : 0;
  std::size_t pos = 1;
  batch::JsonFault fault;
  for (batch::skip_json_space(value, pos); value[pos] != ']'; batch::skip_json_space(value, pos)) {
    if (value[pos] == ',') batch::skip_json_space(value, ++pos);
    std::size_t begin = pos;
    require(batch::skip_json_value(value, pos, fault), "an item of a document's array is JSON");
    count += leaves(value.substr(begin, pos - begin));
  }
  return count;
}

// The row of a document: JSON with each column once, the document byte for byte, and no text lost.
void judge_row(std::string_view row, std::string_view document, const batch::Flattener& flattener) {
  std::set<std::string, std::less<>> known;
  for (const batch::FlatColumn& column : flattener.columns()) known.insert(column.name);
  std::set<std::string> seen;
  std::size_t kept = 0;
  batch::JsonMembers members(row, 0);
  std::string_view name;
  std::string_view value;
  while (members.next(name, value)) {
    std::string key = batch::json_text(name).value_or("");
    require(seen.insert(key).second, "a row has each column once");
    if (key == batch::kWholeDocument) {
      require(batch::whole_document(row) == document, "the document is kept byte for byte");
    } else if (key == batch::kRestOfDocument) {
      require(value[0] == '{', "the rest is an object");
      kept += leaves(value);
    } else if (key == batch::kDocumentId || key == batch::kReceivedAt || key == batch::kRequestOfDocument) {
      require(value[0] == '"', "our own columns are text");
    } else {
      require(known.contains(key), "a row's column is known");
      kept += leaves(value);
    }
  }
  require(members.fault().what == nullptr && members.position() == row.size(), "a row is one JSON object");
  std::size_t begin = document.find('{');
  require(kept >= leaves(document.substr(begin)), "no text is lost");
}

void flatten(const std::vector<std::string_view>& documents, std::uint8_t settings) {
  std::vector<batch::FlatColumn> columns;
  if (settings & 1U) columns.push_back({.name = "w", .whole = true});
  if (settings & 2U) columns.push_back({.name = "a", .is_double = true});
  const std::size_t most = 2U + (settings >> 4U);
  batch::Flattener flattener(std::move(columns), most);
  for (std::string_view document : documents) {
    std::string lines;
    flattener.add(document, kOrigin, lines);
    require(lines.find('\n') == lines.size() - 1, "a row is one line");
    lines.pop_back();
    judge_row(lines, document, flattener);
  }
  require(flattener.columns().size() <= most, "no more columns than may be");
  std::set<std::string> folded;
  for (const batch::FlatColumn& column : flattener.columns()) {
    require(folded.insert(base::fold_case(column.name)).second, "columns differ by more than case");
  }
}

bool is_one_document(std::string_view body) {
  try {
    batch::check_one_document(body);
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  const std::uint8_t settings = take_byte(bytes);
  const std::size_t max_bytes = 16U + 16U * take_byte(bytes);
  boost::system::error_code broken;
  boost::json::value opinion = boost::json::parse({bytes.data(), bytes.size()}, broken);
  const bool is_one = is_one_document(bytes);
  require(broken || !opinion.is_object() || is_one, "what Boost.JSON reads as an object is a document");
  if (is_one) flatten({bytes}, settings);
  std::vector<std::string_view> documents = batch::split_documents(bytes, max_bytes);
  for (std::string_view document : documents) {
    require(document.size() <= max_bytes && is_one_document(document), "each part of a body is a document");
    require(document.data() >= bytes.data() && document.data() + document.size() <= bytes.data() + bytes.size(),
            "it is a view");
  }
  flatten(documents, settings);
}

}  // namespace boathouse::fuzz
