// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/parquet_adoption.h"

#include <algorithm>
#include <string>

#include "batch/parquet_json.h"
#include "engine/worker/json_answer.h"
#include "engine/worker/scalar_function.h"

namespace boathouse::engine {
namespace {

namespace json = boost::json;

void clear_claims(duckdb_data_chunk input, duckdb_vector out) {
  answer_rows(input, out, [](const std::vector<std::string>& texts) {
    return batch::to_json(batch::clear_parquet_claims(texts[0]));
  });
}

void adopt(duckdb_data_chunk input, duckdb_vector out) {
  answer_rows(input, out, [](const std::vector<std::string>& texts) -> json::object {
    const batch::ParquetAdoption wanted = batch::parquet_adoption_from(json::parse(texts[1]).as_object());
    return {{"sizes", json::value_from(batch::adopt_parquet(texts[0], wanted))}};
  });
}

void place_among(duckdb_data_chunk input, duckdb_vector out) {
  duckdb_vector lists = duckdb_data_chunk_get_vector(input, 0);
  duckdb_vector numbers = duckdb_data_chunk_get_vector(input, 1);
  const auto* places = static_cast<const duckdb_list_entry*>(duckdb_vector_get_data(lists));
  const auto* starts = static_cast<const std::int64_t*>(duckdb_vector_get_data(duckdb_list_vector_get_child(lists)));
  const auto* values = static_cast<const std::int64_t*>(duckdb_vector_get_data(numbers));
  auto* results = static_cast<std::int32_t*>(duckdb_vector_get_data(out));
  for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
    if (!valid_at(lists, row) || !valid_at(numbers, row)) {
      put_null(out, row);
      continue;
    }
    const std::int64_t* begin = starts + places[row].offset;
    results[row] = static_cast<std::int32_t>(std::upper_bound(begin, begin + places[row].length, values[row]) - begin);
  }
}

}  // namespace

void register_parquet_adoption(duckdb_connection connection) {
  const LogicalType text(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  const LogicalType number(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT));
  const LogicalType numbers(duckdb_create_list_type(number.get()));
  const LogicalType place(duckdb_create_logical_type(DUCKDB_TYPE_INTEGER));
  register_scalar(connection, "clear_parquet_claims", {text.get()}, text, guarded<clear_claims>, Pure::no);
  register_scalar(connection, "adopt_parquet", {text.get(), text.get()}, text, guarded<adopt>, Pure::no);
  register_scalar(connection, "place_among", {numbers.get(), number.get()}, place, guarded<place_among>, Pure::yes);
}

}  // namespace boathouse::engine
