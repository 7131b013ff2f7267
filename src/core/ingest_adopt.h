// SPDX-License-Identifier: Apache-2.0
// Parquet bodies that already are what the table's own files are like: such a body becomes a data file as it is. Its pages
// are read once, for the contract's rules and for statistics, since what its footer says of them is not trusted; then
// field ids and true statistics are written into the footer. Only the ingest_*.cc files include this.
//
// All of it happens in the ingest worker; the functions block.
#pragma once

#include <optional>
#include <vector>

#include "batch/parquet_footer.h"
#include "core/ingest_accepted.h"

namespace boathouse::core {

// Drops the claims of the body's footer, by which the engine would skip rows and take rules for kept, and says what the
// file is made of. Error{invalid_argument} where it is no whole Parquet file.
batch::ParquetFacts clear_claims(const StagedBody& body, engine::Lease& lease);

// The body as data files in its staging folder: itself, or copies of its row groups where it is larger than one file may
// be. nullopt where it has to be rewritten: the plan says no, a column has another form than the table's files give it, or
// a row is rejected. The body stays and can be planned and adopted again once the files are gone.
std::optional<std::vector<WrittenFile>> adopt_body(const Parts& parts, const StagedBody& body, const BatchPlan& plan,
                                                   const AcceptedRows& rows, engine::Lease& lease);

}  // namespace boathouse::core
