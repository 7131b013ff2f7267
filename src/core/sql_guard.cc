// SPDX-License-Identifier: Apache-2.0
#include "core/sql_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <iterator>
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "core/sql_guard_functions.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kExpressionClasses[] = {
    "BETWEEN",  "CASE",     "CAST",   "COLLATE",    "COLUMN_REF", "COMPARISON", "CONJUNCTION",          "CONSTANT",
    "DEFAULT",  "FUNCTION", "LAMBDA", "LAMBDA_REF", "OPERATOR",   "PARAMETER",  "POSITIONAL_REFERENCE", "STAR",
    "SUBQUERY", "TYPE",     "WINDOW",
};
// Objects that are neither expressions nor queries nor tables, and only hold such.
constexpr std::string_view kParts[] = {"ASCENDING",         "DESCENDING",     "ORDER_DEFAULT",
                                       "DISTINCT_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER",
                                       "ORDER_MODIFIER"};

template <std::size_t N>
bool holds(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

std::string_view text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->as_string()) : std::string_view();
}

// DuckDB writes 2^64-1 where it does not know.
std::optional<std::size_t> position_of(const json::object& object) {
  const json::value* value = object.if_contains("query_location");
  if (value == nullptr || !value->is_int64() || value->as_int64() < 0) return std::nullopt;
  return static_cast<std::size_t>(value->as_int64());
}

[[noreturn]] void refuse(std::string message, std::optional<std::size_t> position = std::nullopt) {
  if (!position) throw Error(ErrorKind::permission_denied, std::move(message));
  throw Error(ErrorKind::permission_denied, std::move(message)).with("position", *position);
}

// The common table expressions that can be named at one place: those of a WITH, then what was visible around it.
struct Scope {
  const Scope* outer = nullptr;
  std::string name;             // in lower case
  bool recursive_part = false;  // inside the recursive half, where `recurring.name` is its own rows, too
};

class Judge {
 public:
  GuardResult run(const json::object& tree) {
    const json::value* statements = tree.if_contains("statements");
    if (statements == nullptr || !statements->is_array()) refuse("this is no statement that reads");
    if (statements->as_array().empty()) throw Error(ErrorKind::invalid_argument, "there is no statement in the text");
    if (statements->as_array().size() > 1) refuse("one statement at a time: send them one by one");
    const json::object& statement = statements->as_array().front().as_object();
    const json::object& node = statement.at("node").as_object();
    if (!take_show(node)) query(node, nullptr);
    return std::move(result_);
  }

 private:
  // SHOW TABLES and its kin are the whole statement: SELECT * FROM <SHOW_REF without a query>.
  bool take_show(const json::object& node) {
    if (text_of(node, "type") != "SELECT_NODE") return false;
    const json::object* from = node.at("from_table").if_object();
    if (from == nullptr || text_of(*from, "type") != "SHOW_REF" || !from->at("query").is_null()) return false;
    std::string_view what = text_of(*from, "table_name");
    std::string_view type = text_of(*from, "show_type");
    if (type == "SHOW_FROM") {
      result_.show = ShowKind::tables;
      result_.show_schema = text_of(*from, "schema_name");
    } else if (type == "SHOW_UNQUALIFIED" && what == "\"tables\"") {
      result_.show = ShowKind::tables;
    } else if (type == "SHOW_UNQUALIFIED" && what == "__show_tables_expanded") {
      result_.show = ShowKind::all_tables;
    } else if (type == "SHOW_UNQUALIFIED" && what == "\"databases\"") {
      result_.show = ShowKind::databases;
    } else {
      refuse("this SHOW is not allowed: use SHOW TABLES, SHOW ALL TABLES, SHOW DATABASES or DESCRIBE");
    }
    if (!text_of(*from, "catalog_name").empty())
      refuse("a catalog cannot be named here: write SHOW TABLES FROM workspace");
    return true;
  }

  void walk(const json::value& value, const Scope* scope) {
    if (const json::array* list = value.if_array()) {
      for (const json::value& item : *list) walk(item, scope);
    } else if (const json::object* object = value.if_object()) {
      walk_object(*object, scope);
    }
  }

  void walk_members(const json::object& object, const Scope* scope) {
    for (const json::key_value_pair& member : object) walk(member.value(), scope);
  }

  void walk_object(const json::object& object, const Scope* scope) {
    if (object.contains("class")) return expression(object, scope);
    const json::value* type = object.if_contains("type");
    if (type == nullptr) return walk_members(object, scope);
    // A constant: its type, a flag and its value, which is data.
    if (type->is_object() && object.contains("is_null")) return;
    if (!type->is_string()) refuse("the statement has a part that is not known here");
    std::string_view word = type->as_string();
    if (word.ends_with("_NODE")) return query(object, scope);
    if (word.ends_with("_TYPE_INFO") || holds(kParts, word)) return walk_members(object, scope);
    table(object, scope);
  }

  void expression(const json::object& object, const Scope* scope) {
    std::string_view kind = text_of(object, "class");
    if (!holds(kExpressionClasses, kind)) {
      refuse(fmt::format("expressions of the kind {} are not allowed", kind), position_of(object));
    }
    if (kind == "CONSTANT") return;
    if (kind == "FUNCTION" || kind == "WINDOW") {
      std::string name = base::fold_case(text_of(object, "function_name"));
      if (is_denied_function(name)) refuse(fmt::format("the function {} is not allowed", name), position_of(object));
      result_.varies = result_.varies || is_varying_function(name);
    }
    if (kind == "COLUMN_REF") note_call_without_parentheses(object);
    walk_members(object, scope);
  }

  // current_date and its kin come as columns.
  void note_call_without_parentheses(const json::object& column) {
    const json::value* names = column.if_contains("column_names");
    if (names == nullptr || !names->is_array() || names->as_array().size() != 1) return;
    const json::string* name = names->as_array().front().if_string();
    if (name != nullptr && is_varying_function(base::fold_case(*name))) result_.varies = true;
  }

  void query(const json::object& node, const Scope* scope) {
    std::string_view type = text_of(node, "type");
    if (type == "RECURSIVE_CTE_NODE") return recursive(node, scope);
    if (type != "SELECT_NODE" && type != "SET_OPERATION_NODE") {
      refuse(fmt::format("queries of the kind {} are not allowed", type));
    }
    with_expressions(node, scope, [&](const Scope* inner) {
      for (const json::key_value_pair& member : node) {
        if (member.key() != "cte_map") walk(member.value(), inner);
      }
    });
  }

  // Each expression of a WITH sees those before it; the body sees them all.
  template <class Body>
  void with_expressions(const json::object& node, const Scope* scope, Body body) {
    std::vector<const json::object*> entries;
    if (const json::value* map = node.if_contains("cte_map"); map != nullptr && map->is_object()) {
      for (const json::value& entry : map->as_object().at("map").as_array()) entries.push_back(&entry.as_object());
    }
    std::vector<Scope> names(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      walk(entries[i]->at("value"), scope);
      names[i] = {.outer = scope, .name = base::fold_case(text_of(*entries[i], "key"))};
      scope = &names[i];
    }
    body(scope);
  }

  // Only the half after UNION sees the name.
  void recursive(const json::object& node, const Scope* scope) {
    with_expressions(node, scope, [&](const Scope* inner) {
      Scope own{.outer = inner, .name = base::fold_case(text_of(node, "cte_name")), .recursive_part = true};
      for (const json::key_value_pair& member : node) {
        if (member.key() != "cte_map") walk(member.value(), member.key() == "right" ? &own : inner);
      }
    });
  }

  void table(const json::object& object, const Scope* scope) {
    std::string_view type = text_of(object, "type");
    if (type == "BASE_TABLE") return base_table(object, scope);
    if (type == "TABLE_FUNCTION") return table_function(object, scope);
    if (type == "SHOW_REF") return show(object, scope);
    if (type == "PIVOT") return pivot(object, scope);
    if (type == "JOIN" || type == "SUBQUERY" || type == "EMPTY" || type == "EXPRESSION_LIST") {
      return walk_members(object, scope);
    }
    refuse(fmt::format("tables of the kind {} are not allowed", type), position_of(object));
  }

  void base_table(const json::object& object, const Scope* scope) {
    TableReference reference{.schema = std::string(text_of(object, "schema_name")),
                             .name = std::string(text_of(object, "table_name")),
                             .position = position_of(object)};
    if (!object.at("at_clause").is_null()) {
      refuse("AT (...) is not allowed: write \"table@version\" or \"table@2024-06-01T00:00:00Z\"", reference.position);
    }
    walk_members(object, scope);
    if (!text_of(object, "catalog_name").empty()) {
      refuse("a table is named by itself or as workspace.table: there are no catalogs here", reference.position);
    }
    if (is_common(reference, scope)) return;
    if (is_builtin_schema(base::fold_case(reference.schema)) || is_builtin_relation(base::fold_case(reference.name))) {
      refuse(
          fmt::format("\"{}\" is part of the engine's own catalog, which cannot be read: use SHOW TABLES or DESCRIBE",
                      reference.name),
          reference.position);
    }
    if (seen_.emplace(reference.schema, reference.name).second) {
      result_.tables.push_back(std::move(reference));
    }
  }

  static bool is_common(const TableReference& reference, const Scope* scope) {
    bool recurring = base::fold_case(reference.schema) == "recurring";
    if (!reference.schema.empty() && !recurring) return false;
    std::string folded = base::fold_case(reference.name);
    for (; scope != nullptr; scope = scope->outer) {
      if (scope->name == folded) return !recurring || scope->recursive_part;
    }
    return false;
  }

  void table_function(const json::object& object, const Scope* scope) {
    const json::object* function = object.at("function").if_object();
    std::string name = function == nullptr ? "" : base::fold_case(text_of(*function, "function_name"));
    if (function == nullptr || text_of(*function, "class") != "FUNCTION" || !is_allowed_table_function(name)) {
      refuse(fmt::format("the table function {} is not allowed", name), position_of(object));
    }
    // The function itself is judged already; as a scalar its name could be one of the denied.
    walk_members(*function, scope);
    for (const json::key_value_pair& member : object) {
      if (member.key() != "function") walk(member.value(), scope);
    }
  }

  // DESCRIBE and SUMMARIZE of a table or query.
  void show(const json::object& object, const Scope* scope) {
    std::string_view type = text_of(object, "show_type");
    if ((type != "DESCRIBE" && type != "SUMMARY") || !object.at("query").is_object() ||
        !text_of(object, "table_name").empty()) {
      refuse("SHOW TABLES and its kin are statements of their own, they cannot be part of a query");
    }
    walk_members(object, scope);
  }

  void pivot(const json::object& object, const Scope* scope) {
    for (const json::value& one : object.at("pivots").as_array()) {
      if (!text_of(one.as_object(), "pivot_enum").empty()) {
        refuse("a PIVOT has to list its values: FOR c IN ('a', 'b')", position_of(object));
      }
    }
    walk_members(object, scope);
  }

  GuardResult result_;
  std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

GuardResult judge(std::string_view parse_tree_json) {
  if (parse_tree_json.size() > kMaxTreeBytes) throw Error(ErrorKind::too_large, "the statement is too long");
  json::parse_options options;
  options.max_depth = kMaxTreeDepth;
  boost::system::error_code failed;
  json::value tree = json::parse(parse_tree_json, failed, {}, options);
  if (failed == json::error::too_deep) throw Error(ErrorKind::too_large, "the statement is nested too deeply");
  if (failed) throw Error(ErrorKind::internal, "the engine's parse tree cannot be read: " + failed.message());
  try {
    return Judge().run(tree.as_object());
  } catch (const std::exception& error) {
    // A tree that lacks what trees of the pinned engine have is not judged, so it is refused.
    if (dynamic_cast<const Error*>(&error) != nullptr) throw;
    throw Error(ErrorKind::permission_denied, "the statement has a part that is not known here");
  }
}

}  // namespace boathouse::core
