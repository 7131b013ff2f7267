// SPDX-License-Identifier: Apache-2.0
// The first look at an upload while it is received: is it text that can be read at all, where do its records lie, what
// does its header say. A scanner keeps no more than one record in memory, whatever the size of the body. One thread at
// a time.
//
// What is CSV here: fields parted by commas, or by another delimiter that is told; records ended by LF, CR or CRLF, mixed as they like, the last one's end
// optional; empty lines are no records; a field that begins with a quote runs to the closing quote, with "" for a quote
// and line ends as they are; a quote inside an unquoted field is an ordinary character. Text after a closing quote
// makes a record whose fields cannot be told apart: it counts as a row and is rejected as one (`fields`), its further
// quotes being text. What is NDJSON: one JSON object a line (LF or CRLF), empty lines skipped. What is JSON: one
// object, or one array of objects. A byte order mark at the start is skipped.
//
// A scanner throws, from feed() or finish(), Error{invalid_argument} with detail `line`, `column` (both from 1; a
// column is a byte of its line; lines end at LF, CR or CRLF also inside quotes) and `byte` (from 0) for a NUL, invalid
// UTF-8, a quote still open at the end (where it opened), a record past the limit (where it begins), more columns than
// the limit, and JSON that is broken, or is no object where one is due; without a place for an empty body and for a
// header that names a column twice (ASCII case aside) or not at all, unless the options have it mended. After it threw, a scanner is of no more use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boathouse::batch {

enum class Format : std::uint8_t { csv, json, ndjson };

std::string_view to_string(Format format);

enum class Header : std::uint8_t {
  present,   // the first record is the header
  absent,    // the first record is data
  by_names,  // the first record is a header if it equals `column_names` (ASCII case aside)
};

// Names of a header that are missing or there twice (ASCII case aside).
enum class HeaderNames : std::uint8_t {
  refused,
  mended,  // columns without a name are "Unnamed: 0" by their place; twins and reserved names get a number
};

struct ScanOptions {
  Format format = Format::csv;
  Header header = Header::present;                  // CSV only
  HeaderNames header_names = HeaderNames::refused;  // CSV only
  char delimiter = ',';                             // CSV only; neither a quote nor a line end
  std::vector<std::string> column_names = {};       // for Header::by_names
  std::uint64_t max_record_bytes = 16ULL << 20;
  std::size_t max_columns = 5000;
  // A block is closed once it has this many bytes, at the end of a record (the first that reaches them, or one just
  // after).
  std::uint64_t block_bytes = 4ULL << 20;
};

// A stretch of whole records, which a reader can begin at without knowing what came before.
struct Block {
  std::uint64_t offset = 0;     // from the start of the body
  std::uint64_t length = 0;     // bytes; blank lines and the commas between a JSON array's objects may be included
  std::uint64_t first_row = 0;  // number of its first data row, from 1
};

struct ScanSummary {
  std::uint64_t bytes = 0;       // of the whole body
  std::uint64_t data_begin = 0;  // offset of the first byte after byte order mark and header
  std::uint64_t rows = 0;
  bool has_header = false;
  char delimiter = ',';                  // as in the options
  std::vector<std::string> header = {};  // CSV with a header: its fields, unquoted, otherwise as they are
  std::size_t field_count = 0;           // CSV: fields of the header or, without one, of the first record
  std::vector<Block> blocks = {};        // in order, together all records
};

// The code of the error of a body without any record.
inline constexpr std::string_view kEmptyBody = "empty-body";

class Scanner {
 public:
  virtual ~Scanner() = default;
  // Takes the next bytes of the body, any number of them.
  virtual void feed(std::string_view chunk) = 0;
  // Says that the body is complete. Once.
  virtual ScanSummary finish() = 0;
  // Data rows that ended so far: a caller with a limit of rows need not wait for the end.
  virtual std::uint64_t rows() const = 0;
  // Before the end: the blocks that are closed, which stay as they are whatever comes, with where they end as `bytes`
  // and how many they hold as `rows`; of what the summary says of the text's beginning nothing holds before there is one.
  virtual ScanSummary so_far() const = 0;
};

std::unique_ptr<Scanner> make_scanner(ScanOptions options);

}  // namespace boathouse::batch
