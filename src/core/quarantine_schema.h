// SPDX-License-Identifier: Apache-2.0
// The columns of every quarantine table (`<table>__quarantine`): one row for each rejected row. Pure, any thread.
#pragma once

#include <string>

#include "base/ids.h"
#include "core/table_state.h"
#include "iceberg/schema.h"

namespace boathouse::core {

// id, batch_id, request_id, row (from 1 in its body), data (JSON object: column to raw text), reasons (JSON array of
// {column, rule, value, message}), at, file (as sent; NULL: none).
const iceberg::Schema& quarantine_schema();

// The row of the quarantine that a table is to get.
meta::TableRow new_quarantine_row(const Parts& parts, const meta::TableRow& table);

struct QuarantineOrigin {
  base::BatchId batch;
  std::string file;
  base::Micros at = 0;
};

// SELECT of quarantine rows out of the worker's table `rejected`, which has (_row BIGINT, reasons VARCHAR, _data VARCHAR,
// id VARCHAR, request_id VARCHAR).
std::string quarantine_rows(std::string_view rejected, const QuarantineOrigin& origin);

}  // namespace boathouse::core
