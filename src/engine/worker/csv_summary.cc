// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/csv_summary.h"

#include "base/numbers.h"
#include "batch/summary/dataset_summary.h"
#include "engine/worker/json_answer.h"
#include "engine/worker/scalar_function.h"

namespace boathouse::engine {
namespace {

void csv_summary(duckdb_data_chunk input, duckdb_vector out) {
  answer_rows(input, out, [](const std::vector<std::string>& texts) -> boost::json::object {
    const std::size_t threads = base::parse_number<std::size_t>(texts[2]).value_or(1);
    return {{"summary", batch::summarise_csv(texts[0], texts[1], threads)}};
  });
}

}  // namespace

void register_csv_summary(duckdb_connection connection) {
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  register_scalar(connection, "csv_summary", {text.get(), text.get(), text.get()}, text, guarded<csv_summary>,
                  Pure::no);
}

}  // namespace boathouse::engine
