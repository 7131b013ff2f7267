// SPDX-License-Identifier: Apache-2.0
// Scalar functions that take texts and answer with a JSON object as text. What fails comes back as {"error": <kind>,
// "message", "detail"}, since an error of the statement would lose its kind.
#pragma once

#include <duckdb.h>

#include <boost/json.hpp>
#include <functional>
#include <string>
#include <vector>

namespace boathouse::engine {

void put_null(duckdb_vector out, idx_t row);

// Calls `answer`, which may throw base::Error, for each row; a row in which a text is NULL gives NULL.
using JsonAnswer = std::function<boost::json::object(const std::vector<std::string>&)>;
void answer_rows(duckdb_data_chunk input, duckdb_vector out, const JsonAnswer& answer);

}  // namespace boathouse::engine
