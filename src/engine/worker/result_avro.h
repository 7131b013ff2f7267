// SPDX-License-Identifier: Apache-2.0
// A result as an Avro object container. Values are those that Avro's logical types hold exactly: DECIMAL as decimal bytes,
// DATE, TIME and TIMESTAMPs in their integers (a TIMESTAMP without zone is a local-timestamp), UUID as its text. Every field
// may be null. Fields have the names of base::avro_names(); where that is another than the column's, the column's stands
// in the field's `iceberg-field-name`, as Iceberg's own writers do it.
#pragma once

#include "base/avro_writer.h"
#include "engine/worker/column_type.h"

namespace boathouse::engine {

class AvroResult {
 public:
  // Throws DuckError for a column whose type has no form here (nested types, and those that no table has).
  explicit AvroResult(const std::vector<ResultColumn>& columns);

  void append_row(const std::vector<VectorView>& vectors, idx_t row);
  // The bytes that are ready since the last call; with finish() the last of them.
  std::string take() { return file_.take(); }
  std::string finish() { return file_.finish(); }

 private:
  base::AvroFileWriter file_;
};

}  // namespace boathouse::engine
