// SPDX-License-Identifier: Apache-2.0
// The exact summary of a CSV file: for each number column what pandas' describe() says of it (count mean std min 25% 50% 75%
// max), for every other one the averages of its words that are not missing (avg_length avg_words avg_capitals
// avg_symbols). Types are those that pandas.read_csv(low_memory=False) infers; columns of booleans and columns that mix
// numbers with other words count as their text in the file.
//
// One pass over the file: several threads take blocks of records in turn, split and judge them, and put the numbers aside
// on disk; then each number column is gone through on its own. Memory is bounded by the number of columns, not of rows;
// on disk are 8 bytes for each cell of a number column.
#pragma once

#include <filesystem>
#include <string>

namespace boathouse::batch {

// The JSON text {column:{figure:value}}, number columns before the others, with NaN, Infinity and -Infinity as Python writes
// them. `scratch` names a file that does not exist; it is gone afterwards. Blocking; uses `threads` threads. Throws what
// CsvBlocks does.
std::string summarise_csv(const std::filesystem::path& path, const std::filesystem::path& scratch, std::size_t threads);

}  // namespace boathouse::batch
