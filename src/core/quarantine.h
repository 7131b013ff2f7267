// SPDX-License-Identifier: Apache-2.0
// The rejected rows of a table: looked at, corrected and sent again, or thrown away. Callers have decided the permission
// already. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ingest.h"
#include "core/tables.h"

namespace boathouse::core {

inline constexpr std::size_t kMaxResubmitted = 10'000;  // rows of one request

struct QuarantineFilter {
  std::optional<std::string> request;  // rows that this request brought
  std::optional<std::string> batch;
};

// A quarantined row that is to be tried again: as `data` says (column to value; text is read as in CSV, null is a missing
// value), or as it came where there is none.
struct Correction {
  std::string id;
  std::optional<boost::json::object> data;
};

class Quarantine {
 public:
  // Both outlive this.
  Quarantine(const Parts& parts, Ingest& ingest) : parts_(parts), ingest_(ingest) {}

  // {rows:[{id,batch_id,request_id,row,data,reasons,at,file?}], next_page_token?}, newest batch first, as text:
  // `data` is JSON as it came.
  std::string list(const meta::WorkspaceRow& workspace, std::string_view table, const QuarantineFilter& filter,
                   const Page& page) const;

  // {rows, reasons:[{column,rule,rows}]}: how many rows wait, and how many of them each column and rule refused, most first.
  boost::json::object reasons(const meta::WorkspaceRow& workspace, std::string_view table) const;

  // Runs corrected rows through the contract again, in one commit: accepted ones are in the branch that their batch was
  // sent to and no longer in quarantine, the others stay as they are. Rows of several branches: Error{invalid_argument}. `request` says who asks, for which table, in which mode; without one
  // (`mode` nullopt) rows are upserted where their batch was and the contract has a key, and appended otherwise. Errors as
  // ingest.h says, not_found for ids that are not in quarantine (detail `ids`), conflict when one has left meanwhile.
  Committed resubmit(IngestRequest request, std::optional<WriteMode> mode, std::vector<Correction> corrections) const;

  // Throws away the rows of these ids, or all; tells how many. Error{not_found} only for the table.
  RowsDeleted remove(const meta::WorkspaceRow& workspace, std::string_view table,
                     const std::optional<std::vector<std::string>>& ids, const Actor& actor,
                     const std::optional<IdempotencyKey>& idempotency = std::nullopt) const;
  // The answer to that: {rows_deleted}.
  static boost::json::object removed_json(const RowsDeleted& removed);

 private:
  const Parts& parts_;
  Ingest& ingest_;
};

}  // namespace boathouse::core
