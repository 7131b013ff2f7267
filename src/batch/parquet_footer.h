// SPDX-License-Identifier: Apache-2.0
// The footer of a Parquet file that somebody else wrote: what it says of its columns and row groups, and the same footer
// with other field ids and statistics. Data pages are not looked at. Only files without nested columns can be adopted as
// data files of an Iceberg table; `facts()` says of each column what Iceberg would take it for.
//
// Error{invalid_argument} for what is no footer, points outside the file, is encrypted or lies in several files. Pure, any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "batch/thrift_compact.h"

namespace boathouse::batch {

struct ParquetColumn {
  std::string name;
  // Iceberg's spelling of the type whose Parquet form the column has ("long", "decimal(9,2)", "timestamptz"); empty where
  // none has it.
  std::string type;
  // All its pages are in codecs and encodings that every reader of Iceberg tables knows.
  bool common = false;
  bool operator==(const ParquetColumn&) const = default;
};

struct ParquetRowGroup {
  std::int64_t rows = 0;
  std::uint64_t begin = 0;  // its pages lie in [begin, end) of the file
  std::uint64_t end = 0;
  std::vector<std::int64_t> column_bytes;
  bool operator==(const ParquetRowGroup&) const = default;
};

struct ParquetFacts {
  std::int64_t rows = 0;
  bool flat = false;                   // no nested columns; the rest is told of flat files only
  std::vector<ParquetColumn> columns;  // in order
  std::vector<ParquetRowGroup> groups;
  bool operator==(const ParquetFacts&) const = default;
};

// What is true of a column in a row group. Bounds are Iceberg's single values (little-endian numbers, text as it is).
struct ParquetStats {
  std::int64_t nulls = 0;
  std::optional<std::string> lower;
  std::optional<std::string> upper;
  bool lower_exact = true;
  bool upper_exact = true;
};

class ParquetFooter {
 public:
  // `data_end`: where the footer begins in its file.
  ParquetFooter(std::string_view bytes, std::uint64_t data_end);

  ParquetFacts facts() const;
  // Where the last row group's pages end.
  std::uint64_t pages_end() const;

  // Drops all that a reader would believe without looking at the pages and that may be wrong: statistics, page indexes,
  // bloom filters, orders; and descriptions of the schema beside the schema.
  void drop_claims();
  // Of a flat file, in order of its columns.
  void set_field_ids(std::span<const int> ids);
  void set_stats(std::size_t group, std::size_t column, const ParquetStats& stats);

  // The footer of a file with the row groups [first, last) only, whose pages lie `shift` bytes nearer to its beginning.
  std::string bytes(std::size_t first, std::size_t last, std::uint64_t shift) const;
  std::string bytes() const;

 private:
  ThriftStruct tree_;
  std::uint64_t data_end_;
};

}  // namespace boathouse::batch
