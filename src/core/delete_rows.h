// SPDX-License-Identifier: Apache-2.0
// Deleting rows by a condition, as a version of its own. Blocking; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/actor.h"
#include "core/idempotency.h"
#include "core/table_state.h"

namespace boathouse::core {

struct RowsDeleted {
  base::SnapshotId version = 0;  // the table's afterwards; 0: it has none
  std::int64_t rows = 0;
  std::optional<std::string> replayed_answer{};  // what the first request with the key got; then the rest says nothing
};
// The answer of DELETE .../rows: {version,rows_deleted}.
boost::json::object to_json(const RowsDeleted& deleted);

// A deletion that may be repeated: its key, and what is answered of it, the first time and then.
struct Repeatable {
  std::optional<IdempotencyKey> key{};
  boost::json::object (*answer)(const RowsDeleted&) = to_json;
};

// Deletes the rows for which the SQL expression `where` is true, or all of them (nullopt), in one commit. The expression is
// judged already: it runs in a query worker, but what it says is the caller's to answer for. `current` gives the table as it
// is now and is asked again after a conflict; the caller holds the table's lock, so a request that is repeated while the
// first one runs waits for it. Without a row to delete the table stays as it is.
RowsDeleted delete_rows_where(const Parts& parts, const std::function<TableState()>& current,
                              const std::optional<std::string>& where, const Actor& actor,
                              const Repeatable& repeatable = {});

// The same where there is nothing to delete: remembers that for a repeat, since rows that come later are not the repeat's.
RowsDeleted delete_no_rows(const Parts& parts, const TableState& state, const Actor& actor,
                           const Repeatable& repeatable);

}  // namespace boathouse::core
