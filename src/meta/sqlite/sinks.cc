// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/sinks.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <set>

#include "base/encoding.h"
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

namespace json = boost::json;

const std::string kColumns =
    "s.id, s.workspace_id, s.name, s.kind, s.sealed_url, s.options, s.tables, s.created_at, s.updated_at";
const std::string kFind = "SELECT " + kColumns + " FROM sinks s WHERE s.id = ?";
const std::string kFindByName = "SELECT " + kColumns + " FROM sinks s WHERE s.workspace_id = ? AND s.name_folded = ?";
const std::string kList = "SELECT " + kColumns + " FROM sinks s WHERE s.workspace_id = ? ORDER BY s.name_folded";
const std::string kListAll = "SELECT " + kColumns + " FROM sinks s WHERE s.id > ? ORDER BY s.id LIMIT ?";

// What sinks follow: the tables that they name, and of those that name none the tables that are fed to them.
constexpr std::string_view kFollowed =
    "SELECT sink_id, workspace_id, name, name_folded FROM sink_tables UNION ALL "
    "SELECT n.id, f.workspace_id, f.name, f.name_folded FROM sinks n JOIN fed_tables f ON f.workspace_id = "
    "n.workspace_id "
    "WHERE n.tables IS NULL AND (f.sinks IS NULL OR n.name_folded IN (SELECT value FROM json_each(f.sinks)))";
const std::string kTablesOf =
    "SELECT workspace_id, name FROM (" + std::string(kFollowed) + ") WHERE sink_id = ? ORDER BY name_folded";
const std::string kIsFollowed =
    "SELECT 1 FROM (" + std::string(kFollowed) + ") WHERE sink_id = ? AND workspace_id = ? AND name_folded = ?";
const std::string kFollowers =
    "SELECT " + kColumns + ", t.workspace_id, t.name FROM tables t JOIN (" + std::string(kFollowed) +
    ") f ON f.workspace_id = t.workspace_id AND f.name_folded = t.name_folded JOIN sinks s ON s.id = "
    "f.sink_id WHERE t.id = ? AND t.quarantine_of IS NULL";

std::string to_json(const std::vector<SinkTable>& tables) {
  json::array list;
  for (const SinkTable& table : tables) {
    list.push_back({{"workspace", table.workspace.value}, {"name", table.name}});
  }
  return json::serialize(list);
}

std::optional<std::vector<SinkTable>> tables_from(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  std::vector<SinkTable> tables;
  const json::value list = json::parse(*text);
  for (const json::value& item : list.as_array()) {
    tables.push_back(
        {base::WorkspaceId(std::string(item.at("workspace").as_string())), std::string(item.at("name").as_string())});
  }
  return tables;
}

SinkRow sink_row(Query& row) {
  return {.id = SinkId(row.text()),
          .workspace = base::WorkspaceId(row.text()),
          .name = row.text(),
          .kind = row.text(),
          .sealed_url = row.text(),
          .options = row.text(),
          .tables = tables_from(row.optional_text()),
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

SinkTable sink_table(Query& row) { return {.workspace = base::WorkspaceId(row.text()), .name = row.text()}; }

std::vector<SinkTable> followed_by(Connection& connection, const SinkId& sink) {
  Query query(connection, kTablesOf, sink);
  return all(query, sink_table);
}

std::optional<SinkRow> by_name(Connection& connection, const base::WorkspaceId& workspace, std::string_view name) {
  std::string folded = base::fold_case(name);
  Query query(connection, kFindByName, workspace, folded);
  return first(query, sink_row);
}

}  // namespace

bool Sinks::put_sink(const SinkRow& sink, const std::function<JobRow(const SinkTable&)>& job_for) {
  bool is_new = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    auto known = by_name(connection, sink.workspace, sink.name);
    const SinkId id = known ? known->id : sink.id;
    std::optional<std::string> tables;
    if (sink.tables) tables = to_json(*sink.tables);
    std::int64_t written =
        run(connection,
            "INSERT INTO sinks (id, workspace_id, name, name_folded, kind, sealed_url, options, tables, created_at, "
            "updated_at) "
            "SELECT ?1, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM workspaces WHERE id = ?2 "
            "ON CONFLICT (workspace_id, name_folded) DO UPDATE SET name = excluded.name, kind = excluded.kind, "
            "sealed_url = excluded.sealed_url, options = excluded.options, tables = excluded.tables, "
            "updated_at = excluded.updated_at",
            id, sink.workspace, sink.name, base::fold_case(sink.name), sink.kind, sink.sealed_url, sink.options, tables,
            sink.created_at, sink.updated_at);
    if (written == 0) throw base::Error(base::ErrorKind::not_found, "The workspace does not exist any more.");
    run(connection, "DELETE FROM sink_tables WHERE sink_id = ?", id);
    if (known && known->updated_at != sink.updated_at) {
      run(connection, "DELETE FROM sink_copies WHERE sink_id = ?", id);
    }
    for (const SinkTable& table : sink.tables.value_or(std::vector<SinkTable>{})) {
      run(connection,
          "INSERT INTO sink_tables (sink_id, workspace_id, name, name_folded) VALUES (?, ?, ?, ?) ON CONFLICT DO "
          "NOTHING",
          id, table.workspace, table.name, base::fold_case(table.name));
    }
    for (const SinkTable& table : followed_by(connection, id)) insert_job(connection, job_for(table));
    return !known;
  });
  signal_.changed();
  return is_new;
}

std::optional<SinkRow> Sinks::find_sink(const SinkId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kFind, id);
    return first(query, sink_row);
  });
}

std::optional<SinkRow> Sinks::find_sink(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.read([&](Connection& connection) { return by_name(connection, workspace, name); });
}

std::vector<SinkRow> Sinks::list_sinks(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kList, workspace);
    return all(query, sink_row);
  });
}

bool Sinks::delete_sink(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "DELETE FROM sinks WHERE workspace_id = ? AND name_folded = ?", workspace,
               base::fold_case(name)) > 0;
  });
}

bool Sinks::feed(const SinkTable& table, const std::optional<std::vector<std::string>>& sinks) {
  struct Fed {
    std::optional<std::string> sinks;
  };
  const std::string folded = base::fold_case(table.name);
  auto look = [&](Connection& connection) {
    Query query(connection, "SELECT sinks FROM fed_tables WHERE workspace_id = ? AND name_folded = ?", table.workspace,
                folded);
    return first(query, [](Query& row) { return Fed{row.optional_text()}; });
  };
  // What is to be said of the table; nullopt where that is said already.
  auto news = [&](const std::optional<Fed>& known) -> std::optional<Fed> {
    if (!sinks) return known && !known->sinks ? std::nullopt : std::optional(Fed{});
    std::set<std::string> names;
    if (known) {
      if (!known->sinks) return std::nullopt;
      names = json::value_to<std::set<std::string>>(json::parse(*known->sinks));
    }
    const std::size_t before = names.size();
    for (const std::string& name : *sinks) names.insert(base::fold_case(name));
    if (known && names.size() == before) return std::nullopt;
    const std::vector<std::string> list(names.begin(), names.end());
    return Fed{json::serialize(json::array(list.begin(), list.end()))};
  };
  if (!news(database_.read(look))) return false;
  return database_.write([&](Transaction& transaction) {
    auto fed = news(look(transaction.connection()));
    if (!fed) return false;
    return run(transaction.connection(),
               "INSERT INTO fed_tables (workspace_id, name, name_folded, sinks) SELECT id, ?2, ?3, ?4 FROM workspaces "
               "WHERE id = "
               "?1 ON CONFLICT (workspace_id, name_folded) DO UPDATE SET sinks = excluded.sinks",
               table.workspace, table.name, folded, fed->sinks) > 0;
  });
}

std::vector<SinkTable> Sinks::tables_of(const SinkId& sink) {
  return database_.read([&](Connection& connection) { return followed_by(connection, sink); });
}

bool Sinks::is_followed(const SinkId& sink, const SinkTable& table) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(table.name);
    return Query(connection, kIsFollowed, sink, table.workspace, folded).next();
  });
}

void Sinks::put_copy(const SinkCopyRow& copy) {
  database_.write([&](Transaction& transaction) {
    run(transaction.connection(),
        "INSERT INTO sink_copies (sink_id, workspace_id, name_folded, name, version, row_count, target, error, at) "
        "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM sinks WHERE id = ?1 "
        "ON CONFLICT (sink_id, workspace_id, name_folded) DO UPDATE SET name = excluded.name, version = "
        "excluded.version, "
        "row_count = excluded.row_count, target = excluded.target, error = excluded.error, at = excluded.at",
        copy.sink, copy.table.workspace, base::fold_case(copy.table.name), copy.table.name, copy.version, copy.rows,
        copy.target, copy.error, copy.at);
  });
}

std::optional<SinkCopyRow> Sinks::find_copy(const SinkId& sink, const SinkTable& table) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(table.name);
    Query query(connection,
                "SELECT sink_id, workspace_id, name, version, row_count, target, error, at FROM sink_copies "
                "WHERE sink_id = ? AND workspace_id = ? AND name_folded = ?",
                sink, table.workspace, folded);
    return first(query, [](Query& row) {
      return SinkCopyRow{.sink = SinkId(row.text()),
                         .table = sink_table(row),
                         .version = row.integer(),
                         .rows = row.integer(),
                         .target = row.text(),
                         .error = row.text(),
                         .at = row.integer()};
    });
  });
}

std::vector<SinkRow> Sinks::list_all_sinks(const SinkId& after, std::size_t limit) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kListAll, after, limit);
    return all(query, sink_row);
  });
}

bool Sinks::reseal_sink(const SinkId& id, std::string_view expected, std::string_view sealed) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "UPDATE sinks SET sealed_url = ?3 WHERE id = ?1 AND sealed_url = ?2", id,
               expected, sealed) > 0;
  });
}

void each_follower(Connection& connection, const base::TableId& table,
                   const std::function<void(const SinkRow&, const SinkTable&)>& each) {
  std::vector<std::pair<SinkRow, SinkTable>> found;
  {
    Query query(connection, kFollowers, table);
    while (query.next()) {
      SinkRow sink = sink_row(query);
      found.emplace_back(std::move(sink), sink_table(query));
    }
  }
  for (const auto& [sink, of] : found) each(sink, of);
}

}  // namespace boathouse::meta::sqlite
