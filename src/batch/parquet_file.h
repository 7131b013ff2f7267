// SPDX-License-Identifier: Apache-2.0
// Parquet files that somebody else wrote, made fit to be data files: their footers change, their pages stay. The functions
// block and belong into a confined worker; what they change is not synced.
//
// Error{invalid_argument} for what is no whole Parquet file; system_error() where reading or writing fails.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "batch/parquet_footer.h"

namespace boathouse::batch {

// Drops the claims of the file's footer (ParquetFooter::drop_claims) in place and says what is left. Doing it again
// changes nothing; a file that was adopted meanwhile becomes what it was.
ParquetFacts clear_parquet_claims(const std::filesystem::path& path);

// The row groups [first, last) as a file of its own.
struct ParquetPart {
  std::filesystem::path path;
  std::size_t first = 0;
  std::size_t last = 0;
};

struct ParquetAdoption {
  std::vector<int> ids;                          // of the columns, in order
  std::vector<std::vector<ParquetStats>> stats;  // of each row group, of each column
  std::vector<ParquetPart> parts;                // new files; empty: the file itself becomes the data file
};

// Writes field ids and statistics into the footer, in place or into new files with copies of the pages. Gives the sizes
// of the files.
std::vector<std::uint64_t> adopt_parquet(const std::filesystem::path& path, const ParquetAdoption& adoption);

}  // namespace boathouse::batch
