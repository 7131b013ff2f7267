// SPDX-License-Identifier: Apache-2.0
// Tables, batches and idempotency rows; the commit itself is in catalog_commit.cc.
#include "base/encoding.h"
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

// The pointer is a left join: a table whose catalog row somebody else removed shows with an empty pointer, not as gone.
const std::string kSelect =
    "SELECT t.id, t.workspace_id, t.name, t.location, coalesce(i.metadata_location, ''), t.contract, t.settings, "
    "t.quarantine_of, t.version, t.row_count, t.byte_count, t.file_count, t.created_at, t.updated_at "
    "FROM tables t JOIN workspaces w ON w.id = t.workspace_id LEFT JOIN iceberg_tables i "
    "ON i.catalog_name = 'boathouse' AND i.table_namespace = w.name AND i.table_name = t.name ";
const std::string kById = kSelect + "WHERE t.id = ?";
const std::string kByName = kSelect + "WHERE t.workspace_id = ? AND t.name_folded = ?";
const std::string kQuarantine = kSelect + "WHERE t.quarantine_of = ?";
const std::string kLongestPrefix =
    kSelect +
    "WHERE t.workspace_id = ?1 AND t.quarantine_of IS NULL AND t.name_folded <= ?2 "
    "AND substr(?2, 1, length(t.name_folded)) = t.name_folded ORDER BY length(t.name_folded) DESC LIMIT 1";
const std::string kList = kSelect +
                          "WHERE t.workspace_id = ?1 AND t.name_folded >= ?2 AND t.name_folded > ?3 "
                          "AND substr(t.name_folded, 1, length(?2)) = ?2 AND (?4 OR t.quarantine_of IS NULL) "
                          "ORDER BY t.name_folded LIMIT ?5";

TableRow table_row(Query& row) {
  return {.id = base::TableId(row.text()),
          .workspace = base::WorkspaceId(row.text()),
          .name = row.text(),
          .location = row.text(),
          .metadata_location = row.text(),
          .contract = row.text(),
          .settings = row.text(),
          .quarantine_of = base::TableId(row.text()),
          .figures = {.version = row.integer(), .rows = row.integer(), .bytes = row.integer(), .files = row.integer()},
          .created_at = row.integer(),
          .updated_at = row.integer()};
}

const std::string kSelectBatch =
    "SELECT id, table_id, workspace_id, request_id, principal, door, file_name, mode, branch, rows_received, "
    "rows_accepted, "
    "rows_rejected, version, at FROM batches ";
const std::string kBatchById = kSelectBatch + "WHERE id = ?";
const std::string kBatchesByRequest = kSelectBatch + "WHERE request_id = ? ORDER BY at, id";

BatchRow batch_row(Query& row) {
  return {.id = base::BatchId(row.text()),
          .table = base::TableId(row.text()),
          .workspace = base::WorkspaceId(row.text()),
          .request = base::RequestId(row.text()),
          .principal = row.text(),
          .door = row.text(),
          .file_name = row.text(),
          .mode = row.text(),
          .branch = row.text(),
          .rows_received = row.integer(),
          .rows_accepted = row.integer(),
          .rows_rejected = row.integer(),
          .version = row.integer(),
          .at = row.integer()};
}

constexpr std::string_view kPointerOfTable =
    "catalog_name = 'boathouse' AND (table_namespace, table_name) = (SELECT w.name, t.name FROM tables t "
    "JOIN workspaces w ON w.id = t.workspace_id WHERE t.id = ?1)";
const std::string kPointerIs =
    "SELECT 1 FROM iceberg_tables WHERE " + std::string(kPointerOfTable) + " AND metadata_location = ?2";
const std::string kDropPointer = "DELETE FROM iceberg_tables WHERE " + std::string(kPointerOfTable);

}  // namespace

std::optional<TableRow> Catalog::find_table(const base::TableId& id) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kById, id);
    return first(query, table_row);
  });
}

std::optional<TableRow> Catalog::find_table(const base::WorkspaceId& workspace, std::string_view name) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(name);
    Query query(connection, kByName, workspace, folded);
    return first(query, table_row);
  });
}

std::optional<TableRow> Catalog::find_quarantine(const base::TableId& table) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kQuarantine, table);
    return first(query, table_row);
  });
}

std::optional<TableRow> Catalog::find_longest_prefix(const base::WorkspaceId& workspace, std::string_view text) {
  return database_.read([&](Connection& connection) {
    std::string folded = base::fold_case(text);
    Query query(connection, kLongestPrefix, workspace, folded);
    return first(query, table_row);
  });
}

std::vector<TableRow> Catalog::list_tables(const base::WorkspaceId& workspace, const TableListing& listing) {
  return database_.read([&](Connection& connection) {
    std::string prefix = base::fold_case(listing.prefix);
    std::string after = base::fold_case(listing.after);
    Query query(connection, kList, workspace, prefix, after, listing.quarantines, listing.limit);
    return all(query, table_row);
  });
}

WorkspaceUsage Catalog::usage(const base::WorkspaceId& workspace) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT coalesce(sum(quarantine_of IS NULL), 0), coalesce(sum(byte_count), 0) + (SELECT "
                "coalesce(sum(bytes), 0) FROM buckets WHERE workspace_id = ?1) FROM tables WHERE workspace_id = ?1",
                workspace);
    query.next();
    return WorkspaceUsage{.tables = query.integer(), .bytes = query.integer()};
  });
}

bool Catalog::update_contract(const base::TableId& id, std::string_view contract, base::Micros at) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "UPDATE tables SET contract = ?, updated_at = ? WHERE id = ?", contract, at,
               id) > 0;
  });
}

bool Catalog::update_settings(const base::TableId& id, std::string_view settings, base::Micros at) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "UPDATE tables SET settings = ?, updated_at = ? WHERE id = ?", settings, at,
               id) > 0;
  });
}

bool Catalog::drop_table(const base::TableId& id, const std::optional<std::string>& expected_metadata_location,
                         const std::vector<JobRow>& jobs) {
  bool dropped = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    if (expected_metadata_location && !Query(connection, kPointerIs, id, *expected_metadata_location).next())
      return false;
    base::TableId quarantine;
    if (Query query(connection, "SELECT id FROM tables WHERE quarantine_of = ?", id); query.next()) {
      quarantine = base::TableId(query.text());
    }
    run(connection, kDropPointer, quarantine);
    run(connection, kDropPointer, id);
    if (run(connection, "DELETE FROM tables WHERE id = ?", id) == 0) return false;
    for (const JobRow& job : jobs) insert_job(connection, job);
    return true;
  });
  if (dropped && !jobs.empty()) signal_.changed();
  return dropped;
}

void Catalog::relocate(std::string_view from, std::string_view to) {
  const std::string inside = std::string(from) + "/";
  database_.write([&](Transaction& transaction) {
    for (const auto& [table, column] :
         {std::pair{"tables", "location"}, std::pair{"iceberg_tables", "metadata_location"},
          std::pair{"iceberg_tables", "previous_metadata_location"}}) {
      run(transaction.connection(),
          fmt::format("UPDATE {0} SET {1} = ?2 || substr({1}, length(?1) + 1) WHERE substr({1}, 1, length(?3)) = ?3",
                      table, column),
          from, to, inside);
    }
  });
}

std::optional<BatchRow> Catalog::find_batch(const base::BatchId& id) {
  // Whoever asks may have to decide what became of a commit: "not there" must stay true.
  database_.settle();
  return database_.read([&](Connection& connection) {
    Query query(connection, kBatchById, id);
    return first(query, batch_row);
  });
}

std::vector<BatchRow> Catalog::find_batches(const base::RequestId& request) {
  return database_.read([&](Connection& connection) {
    Query query(connection, kBatchesByRequest, request);
    return all(query, batch_row);
  });
}

std::optional<IdempotencyRow> Catalog::find_idempotency(std::string_view scope, std::string_view key,
                                                        base::Micros now) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT scope, key, body_hash, status, answer, expires_at FROM idempotency "
                "WHERE scope = ? AND key = ? AND expires_at > ?",
                scope, key, now);
    return first(query, [](Query& row) {
      return IdempotencyRow{.scope = row.text(),
                            .key = row.text(),
                            .body_hash = row.text(),
                            .status = static_cast<int>(row.integer()),
                            .answer = row.text(),
                            .expires_at = row.integer()};
    });
  });
}

std::int64_t Catalog::purge_idempotency(base::Micros now, std::int64_t keep, std::int64_t at_once) {
  const std::int64_t many = database_.read([&](Connection& connection) {
    Query query(connection, "SELECT max((SELECT count(*) FROM idempotency) - ?, 0)", keep);
    return first(query, [](Query& row) { return row.integer(); }).value_or(0);
  });
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(),
               "DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM (SELECT rowid, expires_at, row_number() OVER "
               "(ORDER BY expires_at, rowid) AS place FROM (SELECT rowid, expires_at FROM idempotency ORDER BY "
               "expires_at, rowid LIMIT ?1)) WHERE expires_at <= ?2 OR place <= ?3)",
               at_once, now, many);
  });
}

std::vector<LandingRow> Catalog::landings(std::string_view node) {
  return database_.read([&](Connection& connection) {
    std::vector<LandingRow> rows;
    Query query(connection,
                "SELECT node, workspace_id, table_folded, position FROM landing_positions WHERE node = ? "
                "ORDER BY workspace_id, table_folded",
                node);
    while (query.next()) {
      LandingRow& row = rows.emplace_back();
      row.node = query.text();
      row.workspace = base::WorkspaceId(query.text());
      row.table = query.text();
      row.position = query.integer();
    }
    return rows;
  });
}

}  // namespace boathouse::meta::sqlite
