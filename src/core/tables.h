// SPDX-License-Identifier: Apache-2.0
// Tables as people see them: list, describe, contract, settings, versions, drop. Callers have decided the
// permission already and give the workspace that it was given for. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/contract.h"
#include "core/delete_rows.h"
#include "core/parts.h"
#include "core/query.h"

namespace boathouse::core {

struct Page {
  std::size_t limit = 1000;
  std::string token;  // empty: from the start; otherwise what the page before gave
};

// A token that is a number, none for the first page. Error{invalid_argument} for any other text.
std::optional<std::int64_t> number_of(const Page& page);
// A token of lists that page by place: the number of rows to skip. Error{invalid_argument} for any other text.
std::size_t rows_to_skip(const Page& page);

struct TableSettings {
  std::optional<std::int64_t> keep_versions;
  std::optional<base::Duration> keep_for;
  std::optional<std::string> description;
};

class Tables {
 public:
  // `queries` judges the expressions of delete_rows(). Both outlive this.
  Tables(const Parts& parts, const Queries& queries) : parts_(parts), queries_(queries) {}

  // {tables:[{name,rows,bytes,version,updated_at,files,description?}], next_page_token?}
  boost::json::object list(const meta::WorkspaceRow& workspace, std::string_view prefix, const Page& page) const;
  // {name,columns:[{id,name,type,required}],rows,bytes,files,version,partition,key,location,metadata_location,contract?}
  boost::json::object describe(const meta::WorkspaceRow& workspace, std::string_view table) const;
  // Error{not_found} when there is none.
  void drop(const meta::WorkspaceRow& workspace, std::string_view table) const;
  void change_settings(const meta::WorkspaceRow& workspace, std::string_view table,
                       const TableSettings& settings) const;

  // Makes the table when it is new; evolves its schema and partitioning otherwise. A type that Iceberg cannot widen may
  // change only while the table is empty: Error{conflict} otherwise. True when the contract was not there before as it is now.
  bool put_contract(const meta::WorkspaceRow& workspace, std::string_view table, const Contract& contract,
                    const Actor& actor) const;
  // Error{not_found} when the table or its contract is not there.
  Contract contract(const meta::WorkspaceRow& workspace, std::string_view table) const;
  void remove_contract(const meta::WorkspaceRow& workspace, std::string_view table) const;

  // {versions:[{version,parent?,at,operation,rows,added,deleted,by,request_id,branch?}], next_page_token?}, newest first.
  boost::json::object versions(const meta::WorkspaceRow& workspace, std::string_view table, const Page& page) const;

  // Deletes the rows of a branch for which the SQL expression `where` is true; nullopt: every row. The expression is judged like any
  // user SQL and may hold no subquery.
  RowsDeleted delete_rows(const meta::WorkspaceRow& workspace, std::string_view table, std::string_view branch,
                          const std::optional<std::string>& where, const Actor& actor,
                          const std::optional<IdempotencyKey>& idempotency = std::nullopt) const;

  // The table that a file of that name belongs to: the longest table name that it starts with. nullopt: none.
  std::optional<std::string> table_for_file(const meta::WorkspaceRow& workspace, std::string_view file_name) const;

 private:
  const Parts& parts_;
  const Queries& queries_;
};

}  // namespace boathouse::core
