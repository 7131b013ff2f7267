// SPDX-License-Identifier: Apache-2.0
// An index of one data file by a key: a file of sorted 16-byte entries, each a fingerprint of the key (the upper 96 bits)
// and the row's position in the data file (the lower 32), little-endian as UHUGEINT lies in memory. Fingerprints are
// spread evenly over their range, so that a look-up starts where it will end. Two functions for the statements of ingest:
//
//   write_key_index(path, entries UHUGEINT[]) BIGINT   writes the file anew and gives the number of entries
//   key_index_rows(path, fingerprint UHUGEINT) BIGINT[]
//     the positions of the entries with this fingerprint, whose lower 32 bits are not looked at
//
// A NULL gives 0 or an empty list. What cannot be read or written is an error of the statement.
#pragma once

#include <duckdb.h>

namespace boathouse::engine {

// Makes them known to the connection's database. Throws DuckError.
void register_key_index(duckdb_connection connection);

}  // namespace boathouse::engine
