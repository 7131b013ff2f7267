// SPDX-License-Identifier: Apache-2.0
// Flows in SQLite. As thread-safe as the database is.
#pragma once

#include "meta/flow_store.h"
#include "meta/sqlite/database.h"

namespace boathouse::meta::sqlite {

class Flows : public FlowStore {
 public:
  Flows(Database& database, JobSignal& signal) : database_(database), signal_(signal) {}

  std::int64_t uid_of(const base::UserId& user) override;
  bool put_refresh_token(const FlowRefreshTokenRow& token, const base::UserId& user,
                         std::string_view password_hash) override;
  std::optional<FlowRefreshTokenRow> find_refresh_token(std::string_view token_hash) override;
  bool has_refresh_token(std::int64_t uid) override;
  bool delete_refresh_token(std::string_view token_hash) override;

  std::optional<FlowRow> insert_flow(const FlowRow& flow, const FlowEventRow& event) override;
  std::optional<FlowRow> find_flow(std::int64_t fid) override;
  std::optional<FlowRow> find_flow(std::int64_t fid, const base::UserId& seen_by) override;
  std::vector<FlowRow> list_flows(const FlowListing& listing) override;
  std::vector<FlowRow> flows_with_rules(const base::WorkspaceId& workspace) override;
  FlowOutcome update_flow(std::int64_t fid, const FlowChange& change, const FlowEventRow& event) override;
  bool delete_flow(std::int64_t fid, const AuditRow& audit) override;

  std::vector<FlowMemberRow> members_of(std::int64_t fid) override;
  FlowOutcome add_member(std::int64_t fid, const base::UserId& user, const FlowEventRow& event,
                         const AuditRow& audit) override;
  FlowOutcome remove_member(std::int64_t fid, const base::UserId& user, const FlowEventRow& event,
                            const AuditRow& audit) override;

  FlowOutcome insert_task(FlowTaskRow& task, const FlowEventRow& event) override;
  bool has_open_task(std::int64_t fid, std::string_view cause) override;
  std::optional<FlowTaskRow> find_task(std::int64_t fid, std::int64_t tid) override;
  std::vector<FlowTaskRow> list_tasks(const FlowTaskListing& listing) override;
  FlowOutcome update_task(std::int64_t fid, std::int64_t tid, const FlowTaskChange& change,
                          const FlowEventRow& event) override;
  std::optional<FlowTaskRow> delete_task(std::int64_t fid, std::int64_t tid, const FlowEventRow& event) override;

  FlowOutcome insert_comment(FlowCommentRow& comment, const FlowEventRow& event) override;
  std::vector<FlowCommentRow> list_comments(std::int64_t fid, std::optional<std::int64_t> tid, std::int64_t after,
                                            std::size_t limit) override;
  std::optional<FlowCommentRow> delete_comment(std::int64_t fid, std::int64_t cid,
                                               const std::optional<base::UserId>& author) override;

  std::vector<FlowEventRow> list_events(std::int64_t fid, std::optional<std::int64_t> before,
                                        std::size_t limit) override;

  std::optional<std::string> claim_table(std::int64_t fid, std::string_view name) override;
  FlowOutcome insert_dataset(FlowDatasetRow& dataset, bool only_first,
                             const std::function<JobRow(const FlowDatasetRow&)>& job_for,
                             const FlowEventRow& event) override;
  std::optional<FlowDatasetRow> find_dataset(std::int64_t fid, std::int64_t number) override;
  bool put_summary(std::int64_t fid, std::int64_t number, std::string_view summary) override;

 private:
  Database& database_;
  JobSignal& signal_;
};

// Parts of larger transactions.

void insert_event(Connection& connection, const FlowEventRow& event);
// Flows of a user who leaves are another's from now on.
void pass_on_flows(Connection& connection, const base::UserId& user, const base::UserId& heir);
void delete_flow_refresh_token(Connection& connection, const base::UserId& user);

}  // namespace boathouse::meta::sqlite
