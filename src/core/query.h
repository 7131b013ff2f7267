// SPDX-License-Identifier: Apache-2.0
// SQL over tables. A statement is parsed in a confined worker, judged on its parse tree, its tables are resolved to the
// files of one version each, and it runs in a worker that can read those workspaces only. Blocking; any thread.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "auth/access.h"
#include "core/judged_statements.h"
#include "core/parts.h"

namespace boathouse::core {

// The workspace of that name where the caller may read it; throws not_found or permission_denied otherwise.
using WorkspaceLookup = std::function<meta::WorkspaceRow(std::string_view name)>;
// The workspaces that this principal may read.
WorkspaceLookup workspaces_of(const auth::AccessControl& access, auth::Principal principal);

struct QueryRequest {
  std::string sql;
  meta::WorkspaceRow workspace;  // what an unqualified name means
  WorkspaceLookup lookup;        // for `WS.T`
  boost::json::value params;     // null, array or object
  engine::ResultFormat format = engine::ResultFormat::json_rows;
  std::optional<std::uint64_t> limit;           // rows; json_rows: the default when absent
  std::stop_token stop = {};                    // once stopped, the statement ends with Error{cancelled}
  std::optional<base::Micros> timeout = {};     // waiting included; Limits::query_timeout when absent
  std::optional<std::uint64_t> max_bytes = {};  // of a result that is not json_rows
  bool latest = true;  // every row that was acknowledged before the call is seen (core/landed.h)
};

// SELECT over one table out of parts (GET .../rows). Every part is checked to be what it is called.
struct RowsRequest {
  std::string table;
  std::optional<std::string> branch;  // with a plain name of a table only
  std::vector<std::string> columns;   // empty: all
  std::string where;
  std::string order;  // "a, b DESC"
};

class Queries {
 public:
  explicit Queries(const Parts& parts) : parts_(parts) {}

  // Errors as engine/pool.h says, permission_denied for what sql_guard.h refuses, invalid_argument for a table that
  // does not exist (detail `table`, `position`), and what `lookup` throws.
  engine::QueryResult run(const QueryRequest& request, engine::ResultConsumer& consumer) const;

  // Throws what run() would before the statement itself begins, but takes no place among the workspace's running queries:
  // for what runs later.
  void check(const QueryRequest& request) const;

  // Throws what is wrong with the statement itself: what run() refuses, and names of columns and functions that are not
  // there. Where a table, branch or version that it names is not there, the columns cannot be known and are left.
  void check_text(const QueryRequest& request) const;

  // The statement for a RowsRequest; Error{not_found} when there is no such table, invalid_argument for a part that is
  // more than it should be.
  std::string select_rows(const meta::WorkspaceRow& workspace, const RowsRequest& request) const;

  // Refuses text that is no single expression (`where`) without subqueries. Whether its value may be another one the
  // next time, for the same row.
  bool check_expression(const meta::WorkspaceRow& workspace, std::string_view expression) const;

 private:
  struct Run;
  // Sees to it that the statement is one that may run, by a worker where it is new; the worker is kept in `run`.
  GuardResult judged(Run& run, const std::string& statement) const;
  engine::QueryResult attempt(const QueryRequest& request, engine::ResultConsumer& consumer) const;

  const Parts& parts_;
  mutable JudgedStatements judged_;
};

}  // namespace boathouse::core
