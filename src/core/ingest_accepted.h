// SPDX-License-Identifier: Apache-2.0
// The accepted rows of a planned batch as SQL: which rows of a staged relation those are, and the statements that write
// them to Parquet. Pure. Only the ingest_*.cc files include this.
#pragma once

#include "core/check_sql.h"
#include "core/ingest_stages.h"

namespace boathouse::core {

class AcceptedRows {
 public:
  // The plan outlives it.
  explicit AcceptedRows(const BatchPlan& plan);

  const Check& check() const { return check_; }
  // The batch's own columns, with the table's field ids.
  const Columns& columns() const { return columns_; }
  std::string column_list() const;
  // What a row must hold to be accepted, as far as it alone decides that.
  const std::string& predicate() const { return predicate_; }
  // The accepted rows of a staged relation; `more` goes after the columns.
  std::string select(const std::string& staged, std::string_view more) const;

 private:
  const BatchPlan& plan_;
  Check check_;
  Columns columns_;
  std::string predicate_;
};

// Whether accepted rows go straight from the staged body into Parquet: nothing is asked that looks at several rows.
bool is_written_at_once(const BatchPlan& plan);

// Of such a plan, the statements that do it, one for each of `plan.staged`. The same stretch of the same body under the
// same rules gives the same text.
std::vector<std::string> write_statements(const StagedBody& body, const BatchPlan& plan, const AcceptedRows& rows);

}  // namespace boathouse::core
