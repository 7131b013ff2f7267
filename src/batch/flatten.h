// SPDX-License-Identifier: Apache-2.0
// Documents as flat rows: nested keys are joined by `__`, items of arrays take their index (`tags__0`), and each key
// that is new becomes a column. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "batch/json_text.h"

namespace boathouse::batch {

// The columns that every table of documents has beside its keys; never a document's own.
inline constexpr std::string_view kDocumentId = "_id";
inline constexpr std::string_view kReceivedAt = "_received_at";
inline constexpr std::string_view kWholeDocument = "_document";
inline constexpr std::string_view kRestOfDocument = "_rest";
// What a row says beside its columns while it is checked.
inline constexpr std::string_view kRequestOfDocument = "_request";

inline constexpr int kMaxDocumentDepth = 64;  // the root is the first level
inline constexpr std::size_t kMaxDocumentColumns = 2000;
inline constexpr std::size_t kMaxDocumentColumnName = 1024;  // bytes

// The text is one JSON object of at most kMaxDocumentDepth levels with nothing but white space around it, in UTF-8; else
// false with where and why.
bool check_document(std::string_view text, JsonFault& fault);

// Where a document comes from, as text without anything to escape.
struct DocumentOrigin {
  std::string_view id;
  std::string_view received_at;
  std::string_view request;
};

// The document of a line that Flattener::add() wrote.
std::string whole_document(std::string_view line);

// A column of flat rows, and what its key's values were in this batch.
struct FlatColumn {
  enum class Kind : std::uint8_t { none, text, boolean, integer, number };

  std::string name;
  bool is_double = false;    // an integer past 2^53, which would be rounded, is written as a string: no value of it
  bool whole = false;        // takes its key's value as it is written, nested or not
  Kind first = Kind::none;   // of the first value that came; `number` is written with a point or an exponent
  bool has_number = false;   // one of them was a `number`
  bool past_double = false;  // one of them was an integer past 2^53
};

class Flattener {
 public:
  // `columns`: of the table's keys, so far, as they are spelled there.
  explicit Flattener(std::vector<FlatColumn> columns, std::size_t max_columns = kMaxDocumentColumns);

  // Appends the document as a line of NDJSON: the values of its keys as they were written, then `_id`, `_received_at`,
  // `_request`, `_document` (the text as it came: as it stands, or as a string where it has more than one line or white space
  // around it) and, where there is something to keep in it, `_rest`. The document has
  // passed check_document().
  //
  // Without a value stay: nulls, empty objects and arrays, and numbers that neither BIGINT nor DOUBLE can hold.
  // In `_rest` (an object of flat keys) go: keys past the greatest number of columns, keys that only differ from a column in
  // case, or come a second time once flattened, that are named as our own columns, or that no column can be named,
  // past kMaxDocumentColumnName too: each version carries the names.
  void add(std::string_view document, const DocumentOrigin& origin, std::string& lines);

  // Those given and those that came with documents, in the order in which they came.
  const std::vector<FlatColumn>& columns() const { return columns_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  void walk(std::string_view value, std::string& lines);
  void walk_object(std::string_view value, std::string& lines);
  void walk_array(std::string_view value, std::string& lines);
  bool is_whole() const;
  void place(std::string_view token, std::string& lines);
  std::size_t column_of_path();
  std::size_t take_path();
  static bool has_value(std::string_view token);
  static bool note(FlatColumn& column, std::string_view token);
  static void append_whole(std::string_view document, std::string& lines);

  const std::size_t max_columns_;
  std::vector<FlatColumn> columns_;
  std::vector<std::string> begins_;         // by column: its name as a member begins
  std::vector<std::uint64_t> document_of_;  // by column: the last document that had it
  std::unordered_map<std::string, std::size_t> by_folded_name_;
  bool any_whole_ = false;
  std::uint64_t documents_ = 0;
  std::size_t expected_ = 0;  // documents tend to have their keys in one order
  std::string path_;          // of the value that is being looked at
  std::string rest_;          // members, of the document that is being added
};

}  // namespace boathouse::batch
