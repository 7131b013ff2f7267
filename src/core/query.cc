// SPDX-License-Identifier: Apache-2.0
#include "core/query.h"

#include <boost/json/parse.hpp>

#include "base/encoding.h"
#include "base/error.h"
#include "base/names.h"
#include "core/all_tables.h"
#include "core/table_reference.h"
#include "core/table_state.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;
using base::quote_identifier;
using base::quote_string;

// The tables of a judged statement, with the workspace that each name means.
struct Resolved {
  std::vector<meta::WorkspaceRow> workspaces;  // the default one first, each once
  std::vector<FileUses::Use> uses;             // begun before their tables were looked up
  std::vector<std::string> setup;
};

void add_workspace(const Parts& parts, Resolved& resolved, const meta::WorkspaceRow& workspace) {
  for (const meta::WorkspaceRow& known : resolved.workspaces) {
    if (known.id == workspace.id) return;
  }
  resolved.uses.push_back(parts.uses.begin(workspace.id));
  resolved.workspaces.push_back(workspace);
}

Error at_position(const Error& error, const TableReference& reference, std::size_t shift) {
  Error told = Error(error.kind(), error.message()).code(std::string(error.code())).with("table", reference.name);
  if (!reference.position) return told;
  return std::move(told).with("position", static_cast<std::int64_t>(*reference.position + shift));
}

// A view for each table that the statement names, called as the statement calls it. An unqualified name becomes a
// temporary view, which is found before any schema's, so that it can stand beside `main.T` of another workspace.
Resolved resolve(const Parts& parts, const QueryRequest& request, const GuardResult& guard, std::size_t shift) {
  Resolved resolved;
  add_workspace(parts, resolved, request.workspace);
  for (const TableReference& reference : guard.tables) {
    meta::WorkspaceRow workspace = request.workspace;
    if (!reference.schema.empty()) {
      workspace = request.lookup(base::fold_case(reference.schema));
      add_workspace(parts, resolved, workspace);
    }
    std::string relation;
    try {
      relation = relation_for(parts, workspace, reference.name);
    } catch (const Error& error) {
      throw at_position(error, reference, shift);
    }
    std::string name = quote_identifier(reference.name);
    if (reference.schema.empty()) {
      resolved.setup.push_back(fmt::format("CREATE OR REPLACE TEMP VIEW {} AS {}", name, relation));
    } else {
      std::string schema = quote_identifier(reference.schema);
      resolved.setup.push_back("CREATE SCHEMA IF NOT EXISTS " + schema);
      resolved.setup.push_back(fmt::format("CREATE OR REPLACE VIEW {}.{} AS {}", schema, name, relation));
    }
  }
  return resolved;
}

// Waits for rows of these tables that are acknowledged and not committed yet. A worker that is held is let go for that:
// the commit may need it.
void settle_tables(const Parts& parts, const QueryRequest& request, const GuardResult& guard, base::Micros deadline,
                   std::optional<engine::Lease>& lease) {
  if (parts.landed == nullptr || !request.latest) return;
  for (const TableReference& reference : guard.tables) {
    std::string_view table = newest_rows_of(reference.name);
    if (table.empty()) continue;
    base::WorkspaceId workspace =
        reference.schema.empty() ? request.workspace.id : request.lookup(base::fold_case(reference.schema)).id;
    if (parts.landed->is_settled(workspace, table)) continue;
    lease.reset();
    parts.landed->settle(workspace, table, deadline);
  }
}

std::vector<base::WorkspaceId> ids_of(const std::vector<meta::WorkspaceRow>& workspaces) {
  std::vector<base::WorkspaceId> ids;
  ids.reserve(workspaces.size());
  for (const meta::WorkspaceRow& workspace : workspaces) ids.push_back(workspace.id);
  return ids;
}

// What SHOW TABLES and its kin answer, as a statement that needs no table.
std::string show_statement(const Parts& parts, const QueryRequest& request, const GuardResult& guard) {
  if (guard.show == ShowKind::databases) {
    return "SELECT database_name FROM (VALUES ('boathouse')) v(database_name)";
  }
  meta::WorkspaceRow workspace =
      guard.show_schema.empty() ? request.workspace : request.lookup(base::fold_case(guard.show_schema));
  std::vector<std::string> rows;
  for_each_table(parts.meta, workspace.id, {}, [&](const meta::TableRow& table) {
    rows.push_back(fmt::format("({}, {})", quote_string(workspace.name), quote_string(table.name)));
  });
  std::string columns = guard.show == ShowKind::all_tables ? "database, name" : "name";
  if (rows.empty()) return fmt::format("SELECT {} FROM (VALUES ('', '')) v(database, name) WHERE false", columns);
  return fmt::format("SELECT {} FROM (VALUES {}) v(database, name) ORDER BY name", columns, fmt::join(rows, ", "));
}

// The parse tree of a statement that this file composed around a user's text: one SELECT without anything but what was
// composed. The text got out of its place when something else has appeared.
const boost::json::object* plain_select(const boost::json::value& tree) {
  const boost::json::value* statements = tree.as_object().if_contains("statements");
  if (statements == nullptr || statements->as_array().size() != 1) return nullptr;
  const boost::json::object& node = statements->at(0).at("node").as_object();
  if (node.at("type") != "SELECT_NODE") return nullptr;
  auto absent = [&](const char* key) {
    const boost::json::value* value = node.if_contains(key);
    return value == nullptr || value->is_null() || (value->is_array() && value->as_array().empty());
  };
  bool plain = absent("group_expressions") && absent("group_sets") && absent("having") && absent("qualify") &&
               absent("sample") && node.at("cte_map").at("map").as_array().empty() &&
               node.at("select_list").as_array().size() == 1 && node.at("from_table").at("type") == "BASE_TABLE";
  return plain ? &node : nullptr;
}

bool has_subquery(const boost::json::value& value) {
  if (const boost::json::array* items = value.if_array()) {
    return std::any_of(items->begin(), items->end(), has_subquery);
  }
  if (const boost::json::object* object = value.if_object()) {
    const boost::json::value* kind = object->if_contains("class");
    if (kind != nullptr && *kind == "SUBQUERY") return true;
    return std::any_of(object->begin(), object->end(), [](const auto& member) { return has_subquery(member.value()); });
  }
  return false;
}

constexpr int kMaxParseDepth = 4096;

boost::json::value parse_tree(const std::string& text) {
  boost::json::parse_options options;
  options.max_depth = kMaxParseDepth;
  return boost::json::parse(text, {}, options);
}

[[noreturn]] void refuse_part(std::string_view part) {
  throw Error(ErrorKind::invalid_argument,
              fmt::format("\"{}\" must be {} without subqueries", part,
                          part == "order" ? "a list of columns or expressions" : "one expression"))
      .with("parameter", std::string(part));
}

// True when `text` between the brackets of a list is the list's only item: nothing in it closes what it did not open.
bool is_one_expression(engine::Lease& lease, std::string_view text) {
  boost::json::value tree = parse_tree(lease.parse(fmt::format("SELECT [\n{}\n]", text)));
  const boost::json::array& statements = tree.at("statements").as_array();
  const boost::json::object* node = statements.size() == 1 ? statements[0].at("node").if_object() : nullptr;
  const boost::json::value* list = node != nullptr ? node->if_contains("select_list") : nullptr;
  if (list == nullptr || list->as_array().size() != 1) return false;
  const boost::json::object& item = list->as_array()[0].as_object();
  return item.at("class") == "FUNCTION" && item.at("function_name") == "list_value" &&
         item.at("children").as_array().size() == 1;
}

// Parses `text` in a place of its own and makes sure that it stayed there. Whether it varies.
bool check_part(const Parts& parts, const meta::WorkspaceRow& workspace, std::string_view part, std::string_view text) {
  bool order = part == "order";
  // A line end keeps a comment at the end of the text from swallowing what follows it.
  std::string sql =
      order ? fmt::format("SELECT 1 FROM t ORDER BY {}\n", text) : fmt::format("SELECT 1 FROM t WHERE (\n{}\n)", text);
  engine::Lease lease = parts.engine.acquire(parts.layout.query_confinement({workspace.id}), workspace.id,
                                             base::steady_micros() + parts.limits.query_timeout);
  std::string tree_text;
  bool whole = true;
  bool varies = false;
  try {
    tree_text = lease.parse(sql);
    varies = judge(tree_text).varies;
    whole = order || is_one_expression(lease, text);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::permission_denied) throw;
    throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\": {}", part, error.message()))
        .with("parameter", std::string(part));
  }
  boost::json::value tree = parse_tree(tree_text);
  const boost::json::object* node = plain_select(tree);
  if (!whole || node == nullptr || has_subquery(*node)) refuse_part(part);
  const boost::json::array& modifiers = node->at("modifiers").as_array();
  bool where = !node->at("where_clause").is_null();
  bool sorted = modifiers.size() == 1 && modifiers[0].at("type") == "ORDER_MODIFIER";
  if (order ? (where || !sorted) : (!where || !modifiers.empty())) refuse_part(part);
  return varies;
}

}  // namespace

WorkspaceLookup workspaces_of(const auth::AccessControl& access, auth::Principal principal) {
  return [&access, principal = std::move(principal)](std::string_view name) {
    return access.decide(principal, auth::Action::read, name).workspace;
  };
}

// One request on its way, with its worker.
struct Queries::Run {
  Run(const Parts& owner, const QueryRequest& wanted)
      : parts(owner),
        request(wanted),
        deadline(base::steady_micros() + request.timeout.value_or(parts.limits.query_timeout)) {}

  void take_worker(std::vector<base::WorkspaceId> readable) {
    lease.reset();
    lease.emplace(parts.engine.acquire(parts.layout.query_confinement(std::move(readable)), request.workspace.id,
                                       deadline, request.stop));
  }

  const Parts& parts;
  const QueryRequest& request;
  base::Micros deadline;
  std::optional<engine::Lease> lease;
};

GuardResult Queries::judged(Run& run, const std::string& statement) const {
  if (auto known = judged_.find(statement)) return *std::move(known);
  run.take_worker({run.request.workspace.id});
  GuardResult guard = judge(run.lease->parse(statement));
  judged_.keep(statement, guard);
  return guard;
}

void Queries::check(const QueryRequest& request) const {
  Run running(parts_, request);
  SplitExplain split = split_explain(request.sql);
  GuardResult guard = judged(running, std::string(split.statement));
  if (guard.show == ShowKind::none) {
    settle_tables(parts_, request, guard, running.deadline, running.lease);
    resolve(parts_, request, guard, split.prefix.size());
  } else if (!guard.show_schema.empty()) {
    request.lookup(base::fold_case(guard.show_schema));
  }
}

void Queries::check_text(const QueryRequest& request) const {
  struct NoResult : engine::ResultConsumer {
    void on_columns(const std::vector<engine::Column>&) override {}
    void on_bytes(std::string_view) override {}
  } no_result;
  Run running(parts_, request);
  SplitExplain split = split_explain(request.sql);
  GuardResult guard = judged(running, std::string(split.statement));
  if (guard.show != ShowKind::none) return;
  Resolved resolved;
  try {
    resolved = resolve(parts_, request, guard, split.prefix.size());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::invalid_argument && error.detail().contains("table")) return;
    throw;
  }
  engine::QueryCommand command;
  command.setup = std::move(resolved.setup);
  command.sql = request.sql;
  command.only_bind = true;
  if (!running.lease || resolved.workspaces.size() > 1) running.take_worker(ids_of(resolved.workspaces));
  running.lease->query(command, no_result);
}

engine::QueryResult Queries::run(const QueryRequest& request, engine::ResultConsumer& consumer) const {
  Figures& figures = parts_.figures;
  base::Timing timing(figures.queries);
  try {
    engine::QueryResult result = attempt(request, consumer);
    figures.queries_done.add();
    return result;
  } catch (const Error& error) {
    figures.queries_failed.at(static_cast<std::size_t>(error.kind())).add();
    throw;
  }
}

engine::QueryResult Queries::attempt(const QueryRequest& request, engine::ResultConsumer& consumer) const {
  auto slot = parts_.counters.begin_query(request.workspace.id, auth::parse_limits(request.workspace.limits));
  Run running(parts_, request);
  SplitExplain split = split_explain(request.sql);
  GuardResult guard = judged(running, std::string(split.statement));

  engine::QueryCommand command;
  command.format = request.format;
  command.params = request.params;
  command.row_limit = request.limit;
  command.max_result_bytes = request.max_bytes;
  if (request.format == engine::ResultFormat::json_rows) {
    if (request.limit && *request.limit > parts_.limits.max_json_rows) {
      throw Error(
          ErrorKind::invalid_argument,
          fmt::format("limit is at most {} in JSON: ask for NDJSON, CSV or Parquet, which stream any number of rows",
                      parts_.limits.max_json_rows));
    }
    command.row_limit = request.limit.value_or(parts_.limits.default_json_rows);
    command.max_result_bytes = parts_.limits.max_json_bytes;
  }
  std::vector<base::WorkspaceId> readable{request.workspace.id};
  Resolved resolved;  // lives while the statement runs: its files are in use
  if (guard.show != ShowKind::none) {
    command.sql = show_statement(parts_, request, guard);
  } else {
    settle_tables(parts_, request, guard, running.deadline, running.lease);
    resolved = resolve(parts_, request, guard, split.prefix.size());
    command.sql = request.sql;
    command.setup = std::move(resolved.setup);
    readable = ids_of(resolved.workspaces);
  }
  if (!running.lease || readable.size() > 1) running.take_worker(std::move(readable));
  return running.lease->query(command, consumer);
}

std::string Queries::select_rows(const meta::WorkspaceRow& workspace, const RowsRequest& request) const {
  std::string_view table = std::string_view(request.table).substr(0, request.table.find_first_of("@$"));
  parts_.settle(workspace.id, table);
  TableState state = require_state(parts_, workspace.id, table);
  std::string reference = request.table;
  if (request.branch) {
    if (table.size() < request.table.size()) {
      throw Error(ErrorKind::invalid_argument, "branch goes with the plain name of a table, without \"@\" or \"$\"")
          .with("parameter", "branch");
    }
    on_branch(std::move(state), *request.branch);
    reference += "@branch:" + *request.branch;
  }
  std::vector<std::string> columns;
  for (const std::string& column : request.columns) columns.push_back(quote_identifier(column));
  std::string sql =
      fmt::format("SELECT {} FROM {}", columns.empty() ? "*" : fmt::format("{}", fmt::join(columns, ", ")),
                  quote_identifier(reference));
  if (!request.where.empty()) {
    check_part(parts_, workspace, "where", request.where);
    sql += fmt::format(" WHERE (\n{}\n)", request.where);
  }
  if (!request.order.empty()) {
    check_part(parts_, workspace, "order", request.order);
    sql += fmt::format(" ORDER BY {}\n", request.order);
  }
  return sql;
}

bool Queries::check_expression(const meta::WorkspaceRow& workspace, std::string_view expression) const {
  return check_part(parts_, workspace, "where", expression);
}

}  // namespace boathouse::core
