// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/result_csv.h"

#include <string_view>

#include "engine/result_names.h"
#include "engine/worker/result_json.h"
#include "engine/worker/value_text.h"

namespace boathouse::engine {
namespace {

// A UNION's value is written like its member's.
void append_field(std::string& out, const VectorView& vector, idx_t row) {
  if (vector.is_null(row)) return;
  if (vector.type->id == DUCKDB_TYPE_UNION) {
    append_field(out, vector.children[1 + vector.children[0].at<std::uint8_t>(row)], row);
    return;
  }
  const std::size_t at = out.size();
  if (vector.children.empty()) {
    append_scalar(out, vector, row);
  } else {
    append_json(out, vector, row, JsonStyle::portable);
  }
  quote_csv_field(out, at);
}

}  // namespace

void append_csv_header(std::string& out, const std::vector<ResultColumn>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    const std::size_t at = out.size();
    out += columns[i].name;
    quote_csv_field(out, at);
  }
  out += '\n';
}

void append_csv_row(std::string& out, const std::vector<VectorView>& vectors, idx_t row) {
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (i > 0) out += ',';
    append_field(out, vectors[i], row);
  }
  out += '\n';
}

}  // namespace boathouse::engine
