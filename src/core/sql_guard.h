// SPDX-License-Identifier: Apache-2.0
// Judges a user's SQL on DuckDB's own parse tree (the JSON of json_serialize_sql, made in a worker): one read-only
// statement, nothing that reaches files, environment, settings, catalog or other sessions. What the tree holds and this
// code does not know is refused. Nothing is decided on the text, but for the EXPLAIN that json_serialize_sql does not
// take: it is split off first and put back afterwards. Pure, any thread; the walk needs up to 2 MiB of stack.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boathouse::core {

// A table that a statement reads and that is none of its own common table expressions.
struct TableReference {
  std::string schema;  // empty unless said; a workspace
  std::string name;
  std::optional<std::size_t> position;  // byte offset in the judged text
  bool operator==(const TableReference&) const = default;
};

// SHOW TABLES and its kin ask for a list that only core knows: the statement is not to be run.
enum class ShowKind { none, tables, all_tables, databases };

struct GuardResult {
  std::vector<TableReference> tables;  // each (schema, name) once
  ShowKind show = ShowKind::none;
  std::string show_schema;  // of SHOW TABLES FROM schema
  bool varies = false;      // may answer something else the next time, also where no table has changed
};

// A statement without its EXPLAIN. What DuckDB is given to run is `prefix` + `statement`; the prefix is written anew,
// so that nothing of the user's text goes unjudged.
struct SplitExplain {
  std::string prefix;          // empty, or "EXPLAIN ", "EXPLAIN (ANALYZE, FORMAT json) "...
  std::string_view statement;  // the rest of the text, to be parsed and judged; a view of the argument
  std::size_t offset = 0;      // where `statement` begins in the text: add it to positions
};
SplitExplain split_explain(std::string_view sql);

// Judges the tree of a statement without its EXPLAIN, as engine::Lease::parse gives it. Throws
//   Error{permission_denied}  not one statement, or it reaches what it may not (detail: `position`, a byte offset)
//   Error{invalid_argument}   there is no statement
//   Error{too_large}          nested or large past the limits below
GuardResult judge(std::string_view parse_tree_json);

inline constexpr std::size_t kMaxTreeBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kMaxTreeDepth = 3000;

}  // namespace boathouse::core
