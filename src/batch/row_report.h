// SPDX-License-Identifier: Apache-2.0
// What is told of a row that fails: the columns, the reasons and the row as it came (staged_spec.h). Pure, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <span>

#include "batch/record_reader.h"
#include "batch/staged_rows.h"

namespace boathouse::batch {

// A cell that is no value of its column's type.
struct BadCell {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
  auto operator<=>(const BadCell&) const = default;
};

// `bad` are the row's bad cells, by column.
RowReport make_report(const StagedSpec& spec, const RecordBatch& batch, std::size_t row, std::span<const BadCell> bad);

}  // namespace boathouse::batch
