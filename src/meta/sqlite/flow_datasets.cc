// SPDX-License-Identifier: Apache-2.0
#include "meta/sqlite/flows.h"
#include "meta/sqlite/subjects.h"

namespace boathouse::meta::sqlite {
namespace {

FlowDatasetRow dataset_row(Query& row) {
  return {.fid = row.integer(),
          .number = row.integer(),
          .bucket = row.text(),
          .key = row.text(),
          .object_version = row.text(),
          .bytes = row.integer(),
          .table = row.text(),
          .version = row.integer(),
          .rows = row.integer(),
          .rows_rejected = row.integer(),
          .who = row.text(),
          .summary_job = base::JobId(row.text()),
          .summary = row.text(),
          .at = row.integer()};
}

}  // namespace

std::optional<std::string> Flows::claim_table(std::int64_t fid, std::string_view name) {
  return database_.write([&](Transaction& transaction) {
    Query query(transaction.connection(),
                "UPDATE flows SET dataset_table = CASE dataset_table WHEN '' THEN ?2 ELSE dataset_table END "
                "WHERE fid = ?1 RETURNING dataset_table",
                fid, name);
    return first(query, [](Query& row) { return row.text(); });
  });
}

FlowOutcome Flows::insert_dataset(FlowDatasetRow& dataset, bool only_first,
                                  const std::function<JobRow(const FlowDatasetRow&)>& job_for,
                                  const FlowEventRow& event) {
  const FlowOutcome outcome = database_.write([&](Transaction& transaction) {
    Connection& connection = transaction.connection();
    auto advance = [&] {
      Query query(connection,
                  "UPDATE flows SET dataset = dataset + 1, updated_at = ?2 WHERE fid = ?1 AND (NOT ?3 OR dataset = 0) "
                  "RETURNING dataset",
                  dataset.fid, dataset.at, only_first);
      return first(query, [](Query& row) { return row.integer(); });
    };
    const auto number = advance();
    if (!number) {
      const bool is_there = Query(connection, "SELECT 1 FROM flows WHERE fid = ?", dataset.fid).next();
      return is_there ? FlowOutcome::taken : FlowOutcome::gone;
    }
    dataset.number = *number;
    const JobRow summary = job_for(dataset);
    dataset.summary_job = summary.id;
    run(connection,
        "INSERT INTO flow_datasets (fid, number, bucket, key, object_version, bytes, table_name, version, row_count, "
        "rows_rejected, who, summary_job, summary, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        dataset.fid, dataset.number, dataset.bucket, dataset.key, dataset.object_version, dataset.bytes, dataset.table,
        dataset.version, dataset.rows, dataset.rows_rejected, dataset.who, dataset.summary_job, dataset.summary,
        dataset.at);
    insert_job(connection, summary);
    insert_event(connection, event);
    return FlowOutcome::done;
  });
  if (outcome == FlowOutcome::done) signal_.changed();
  return outcome;
}

std::optional<FlowDatasetRow> Flows::find_dataset(std::int64_t fid, std::int64_t number) {
  return database_.read([&](Connection& connection) {
    Query query(connection,
                "SELECT fid, number, bucket, key, object_version, bytes, table_name, version, row_count, "
                "rows_rejected, who, summary_job, summary, at FROM flow_datasets WHERE fid = ? AND number = ?",
                fid, number);
    return first(query, dataset_row);
  });
}

bool Flows::put_summary(std::int64_t fid, std::int64_t number, std::string_view summary) {
  return database_.write([&](Transaction& transaction) {
    return run(transaction.connection(), "UPDATE flow_datasets SET summary = ? WHERE fid = ? AND number = ?", summary,
               fid, number) > 0;
  });
}

}  // namespace boathouse::meta::sqlite
