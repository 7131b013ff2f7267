// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/json_answer.h"

#include "base/error.h"
#include "engine/worker/scalar_function.h"

namespace boathouse::engine {

void put_null(duckdb_vector out, idx_t row) {
  duckdb_vector_ensure_validity_writable(out);
  duckdb_validity_set_row_invalid(duckdb_vector_get_validity(out), row);
}

void answer_rows(duckdb_data_chunk input, duckdb_vector out, const JsonAnswer& answer) {
  const idx_t count = duckdb_data_chunk_get_column_count(input);
  for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); ++row) {
    std::vector<std::string> texts;
    for (idx_t i = 0; i < count; ++i) {
      duckdb_vector vector = duckdb_data_chunk_get_vector(input, i);
      if (valid_at(vector, row)) texts.emplace_back(text_at(vector, row));
    }
    if (texts.size() < count) {
      put_null(out, row);
      continue;
    }
    boost::json::object told;
    try {
      told = answer(texts);
    } catch (const base::Error& error) {
      told = {{"error", base::to_string(error.kind())}, {"message", error.message()}, {"detail", error.detail()}};
    }
    const std::string text = boost::json::serialize(told);
    duckdb_vector_assign_string_element_len(out, row, text.data(), text.size());
  }
}

}  // namespace boathouse::engine
