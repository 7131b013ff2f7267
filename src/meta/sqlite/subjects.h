// SPDX-License-Identifier: Apache-2.0
// The store's subjects over one database. Each is as thread-safe as the database is.
#pragma once

#include "meta/meta_store.h"
#include "meta/sqlite/database.h"

namespace boathouse::meta::sqlite {

class Accounts : public AccountStore {
 public:
  Accounts(Database& database, JobSignal& signal) : database_(database), signal_(signal) {}

  CreateUserOutcome create_user(const NewUser& user, const AuditRow& audit) override;
  std::optional<UserRow> find_user(const base::UserId& id) override;
  std::optional<UserRow> find_user(std::string_view name) override;
  std::optional<UserRow> find_user_by_email(std::string_view email) override;
  bool has_email(std::string_view email) override;
  std::vector<UserRow> list_users(std::string_view after, std::size_t limit) override;
  ChangeOutcome update_user(const base::UserId& id, const UserChange& change, const AuditRow& audit) override;
  bool set_srp_verifier(const base::UserId& id, std::string_view password_hash, std::string_view verifier) override;
  ChangeOutcome delete_user(const base::UserId& id, const base::UserId& heir, const AuditRow& audit) override;

  bool create_workspace(const WorkspaceRow& workspace, const std::optional<base::UserId>& owner,
                        const AuditRow& audit) override;
  std::optional<WorkspaceRow> find_workspace(const base::WorkspaceId& id) override;
  std::optional<WorkspaceRow> find_workspace(std::string_view name) override;
  std::vector<WorkspaceRow> list_workspaces(std::string_view after, std::size_t limit) override;
  bool set_workspace_limits(const base::WorkspaceId& id, std::string_view limits, const AuditRow& audit) override;

  std::optional<Role> find_role(const base::WorkspaceId& workspace, const base::UserId& user) override;
  std::vector<Membership> memberships_of(const base::UserId& user) override;
  std::vector<Member> members_of(const base::WorkspaceId& workspace) override;
  ChangeOutcome put_member(const MemberRow& member, const AuditRow& audit) override;
  ChangeOutcome remove_member(const base::WorkspaceId& workspace, const base::UserId& user,
                              const AuditRow& audit) override;

  bool insert_refresh_token(const RefreshTokenRow& token, std::string_view password_hash) override;
  std::optional<RefreshTokenRow> find_refresh_token(std::string_view token_hash) override;
  bool revoke_refresh_token(std::string_view token_hash, base::Micros at) override;

  void insert_api_token(const ApiTokenRow& token, const AuditRow& audit) override;
  std::optional<ApiTokenRow> find_api_token(std::string_view token_hash) override;
  std::vector<ApiTokenRow> list_api_tokens(const base::UserId& user) override;
  bool delete_api_token(const base::UserId& user, const base::TokenId& id, const AuditRow& audit) override;
  void touch_api_token(const base::TokenId& id, base::Micros at) override;

  void insert_access_key(const AccessKeyRow& key, const AuditRow& audit) override;
  std::optional<AccessKeyRow> find_access_key(const base::AccessKeyId& id) override;
  std::vector<AccessKeyRow> list_access_keys(const base::UserId& user) override;
  bool delete_access_key(const base::UserId& user, const base::AccessKeyId& id, const AuditRow& audit) override;
  void touch_access_key(const base::AccessKeyId& id, base::Micros at) override;
  std::vector<AccessKeyRow> list_all_access_keys(const base::AccessKeyId& after, std::size_t limit) override;
  bool reseal_access_key(const base::AccessKeyId& id, std::string_view expected, std::string_view sealed) override;

  std::uint64_t changes() const override { return changes_.load(std::memory_order_acquire); }

 private:
  // As Database::write(), and counted once it is there for readers.
  template <class Work>
  auto write(Work work) {
    struct Count {
      ~Count() { changes.fetch_add(1, std::memory_order_release); }
      std::atomic<std::uint64_t>& changes;
    } count{changes_};
    return database_.write(std::move(work));
  }

  Database& database_;
  std::atomic<std::uint64_t> changes_{0};
  JobSignal& signal_;
};

class Pools : public PoolStore {
 public:
  explicit Pools(Database& database) : database_(database) {}

  PoolRow ensure_pool(const PoolRow& wanted, const PoolClientRow& first_client) override;

  void insert_client(const PoolClientRow& client, const AuditRow& audit) override;
  std::optional<PoolClientRow> find_client(std::string_view id) override;
  std::vector<PoolClientRow> list_clients(std::string_view after, std::size_t limit) override;
  bool delete_client(std::string_view id, const AuditRow& audit) override;
  bool reseal_client(std::string_view id, std::string_view expected, std::string_view sealed) override;

  bool insert_group(const PoolGroupRow& group, const AuditRow& audit) override;
  std::optional<PoolGroupRow> find_group(std::string_view name) override;
  std::vector<PoolGroupRow> list_groups(std::string_view after, std::size_t limit) override;
  bool delete_group(std::string_view name, const AuditRow& audit) override;
  bool add_to_group(std::string_view name, const base::UserId& user, const AuditRow& audit) override;
  bool remove_from_group(std::string_view name, const base::UserId& user, const AuditRow& audit) override;
  std::vector<PoolGroupRow> groups_of(const base::UserId& user) override;
  std::vector<UserRow> users_in_group(std::string_view name, std::string_view after, std::size_t limit) override;

 private:
  Database& database_;
};

class Catalog : public CatalogStore {
 public:
  Catalog(Database& database, JobSignal& signal) : database_(database), signal_(signal) {}

  CommitResult commit(const CatalogCommit& commit) override;

  std::optional<TableRow> find_table(const base::TableId& id) override;
  std::optional<TableRow> find_table(const base::WorkspaceId& workspace, std::string_view name) override;
  std::optional<TableRow> find_quarantine(const base::TableId& table) override;
  std::optional<TableRow> find_longest_prefix(const base::WorkspaceId& workspace, std::string_view text) override;
  std::vector<TableRow> list_tables(const base::WorkspaceId& workspace, const TableListing& listing) override;
  WorkspaceUsage usage(const base::WorkspaceId& workspace) override;
  void relocate(std::string_view from, std::string_view to) override;

  bool update_contract(const base::TableId& id, std::string_view contract, base::Micros at) override;
  bool update_settings(const base::TableId& id, std::string_view settings, base::Micros at) override;
  bool drop_table(const base::TableId& id, const std::optional<std::string>& expected_metadata_location,
                  const std::vector<JobRow>& jobs) override;

  std::optional<BatchRow> find_batch(const base::BatchId& id) override;
  std::vector<BatchRow> find_batches(const base::RequestId& request) override;
  std::optional<IdempotencyRow> find_idempotency(std::string_view scope, std::string_view key,
                                                 base::Micros now) override;
  std::int64_t purge_idempotency(base::Micros now, std::int64_t keep, std::int64_t at_once) override;
  std::vector<LandingRow> landings(std::string_view node) override;

 private:
  Database& database_;
  JobSignal& signal_;
};

class Insights : public InsightStore {
 public:
  explicit Insights(Database& database) : database_(database) {}

  bool put_insight(const InsightRow& insight) override;
  std::optional<InsightRow> find_insight(const base::WorkspaceId& workspace, std::string_view name) override;
  std::vector<InsightRow> list_insights(const base::WorkspaceId& workspace) override;
  bool delete_insight(const base::WorkspaceId& workspace, std::string_view name) override;

 private:
  Database& database_;
};

class Audit : public AuditStore {
 public:
  explicit Audit(Database& database) : database_(database) {}

  void append(const AuditRow& row) override;
  std::vector<AuditRow> list(const AuditListing& listing) override;

 private:
  Database& database_;
};

class Jobs : public JobStore {
 public:
  Jobs(Database& database, JobSignal& signal) : database_(database), signal_(signal) {}

  QueueOutcome insert_job(const JobRow& job, std::optional<std::int64_t> most_queued) override;
  std::optional<JobRow> find_job(const base::JobId& id) override;
  std::vector<JobRow> list_jobs(const JobListing& listing) override;
  std::vector<JobLogRow> job_log(const base::JobId& id, std::int64_t after, std::size_t limit) override;
  std::int64_t count_queued(const base::WorkspaceId& workspace, std::string_view kind) override;
  std::vector<JobCount> count_jobs() override;

  std::optional<JobRow> claim_job(const JobClaim& claim) override;
  ReportOutcome report_job(const JobReport& report, base::Micros now) override;
  std::optional<JobState> end_job(const JobEnd& end, base::Micros now) override;
  std::int64_t release_jobs(std::string_view owner, base::Micros now) override;

  CancelOutcome cancel_job(const base::JobId& id, base::Micros now) override;
  RetryOutcome retry_job(const base::JobId& id, base::Micros now) override;
  std::int64_t prune_jobs(base::Micros before, std::int64_t keep, std::int64_t limit) override;

  JobSignal& signal() override { return signal_; }

 private:
  Database& database_;
  JobSignal& signal_;
};

// Parts of a larger transaction.
void insert_audit(Connection& connection, const AuditRow& row);
// False when the job is single and one like it waits.
bool insert_job(Connection& connection, const JobRow& job);
// Cancels what a user has queued and running that is private to them.
void cancel_private_jobs(Connection& connection, const base::UserId& user, base::Micros now);
// False when the job is not running with that fencing number.
bool finish_job(Connection& connection, const JobDone& done, base::Micros now);

}  // namespace boathouse::meta::sqlite
