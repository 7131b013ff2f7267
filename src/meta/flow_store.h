// SPDX-License-Identifier: Apache-2.0
// Flows, their members, tasks, comments, feeds and datasets. Whoever changes a flow gives the event that tells of it, written
// in the same transaction. What is unique is decided by constraints, so of many who try at once exactly one succeeds. Any
// thread; calls block. Faults are base::Error as in catalog_store.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meta/flow_rows.h"

namespace boathouse::meta {

// What is set is changed.
struct FlowChange {
  std::optional<std::string> title{};
  std::optional<std::optional<std::string>> description{};
  std::optional<std::string> rules{};
  base::Micros at = 0;
};

struct FlowTaskChange {
  std::optional<std::string> title{};
  std::optional<std::string> description{};  // empty: none
  std::optional<std::string> status{};
  std::optional<base::UserId> assignee{};  // empty: nobody
  std::optional<std::string> due{};        // empty: none
  std::optional<std::string> target{};
  std::optional<base::SnapshotId> mended_version{};
  base::Micros at = 0;
};

// `taken`: a title, member or dataset is there already.
enum class FlowOutcome { done, taken, gone };

// By their numbers, those after `after`. A search is for a part of title or description, without ASCII case; empty: all.
struct FlowListing {
  base::UserId seen_by{};
  std::string search{};
  std::int64_t after = 0;
  std::size_t limit = 1000;
};

struct FlowTaskListing {
  std::int64_t fid = 0;
  std::string status{};     // empty: any
  base::UserId assignee{};  // empty: any
  std::string search{};
  std::int64_t after = 0;
  std::size_t limit = 1000;
};

// The newest events of a flow are kept, that many.
inline constexpr std::int64_t kMaxFlowEvents = 1000;

class FlowStore {
 public:
  virtual ~FlowStore() = default;

  // The number that a user has at this door, given with the first look. Error{not_found} when the user is gone.
  virtual std::int64_t uid_of(const base::UserId& user) = 0;

  // Takes the place of the one before. False, and nothing is written, unless this is still the user's password hash.
  virtual bool put_refresh_token(const FlowRefreshTokenRow& token, const base::UserId& user,
                                 std::string_view password_hash) = 0;
  virtual std::optional<FlowRefreshTokenRow> find_refresh_token(std::string_view token_hash) = 0;
  virtual bool has_refresh_token(std::int64_t uid) = 0;
  // False when it is gone, or another has taken its place.
  virtual bool delete_refresh_token(std::string_view token_hash) = 0;

  // With its number; nullopt when the title is taken. Its owner is its first member. Error{not_found} when workspace or
  // owner are gone.
  virtual std::optional<FlowRow> insert_flow(const FlowRow& flow, const FlowEventRow& event) = 0;
  virtual std::optional<FlowRow> find_flow(std::int64_t fid) = 0;
  // nullopt also for who is no member.
  virtual std::optional<FlowRow> find_flow(std::int64_t fid, const base::UserId& seen_by) = 0;
  virtual std::vector<FlowRow> list_flows(const FlowListing& listing) = 0;
  // Those of a workspace that have any rule.
  virtual std::vector<FlowRow> flows_with_rules(const base::WorkspaceId& workspace) = 0;
  virtual FlowOutcome update_flow(std::int64_t fid, const FlowChange& change, const FlowEventRow& event) = 0;
  // With all that is its own. False when it is gone.
  virtual bool delete_flow(std::int64_t fid, const AuditRow& audit) = 0;

  // The owner first, then by name.
  virtual std::vector<FlowMemberRow> members_of(std::int64_t fid) = 0;
  virtual FlowOutcome add_member(std::int64_t fid, const base::UserId& user, const FlowEventRow& event,
                                 const AuditRow& audit) = 0;
  // Tasks of theirs in this flow are nobody's then. `gone`: no member, or the owner, who stays.
  virtual FlowOutcome remove_member(std::int64_t fid, const base::UserId& user, const FlowEventRow& event,
                                    const AuditRow& audit) = 0;

  // `taken` also when a task of the same cause is not done. `task.tid` is set.
  virtual FlowOutcome insert_task(FlowTaskRow& task, const FlowEventRow& event) = 0;
  virtual bool has_open_task(std::int64_t fid, std::string_view cause) = 0;
  virtual std::optional<FlowTaskRow> find_task(std::int64_t fid, std::int64_t tid) = 0;
  virtual std::vector<FlowTaskRow> list_tasks(const FlowTaskListing& listing) = 0;
  // `gone`: the task, or an assignee who is no member.
  virtual FlowOutcome update_task(std::int64_t fid, std::int64_t tid, const FlowTaskChange& change,
                                  const FlowEventRow& event) = 0;
  // The row that was removed.
  virtual std::optional<FlowTaskRow> delete_task(std::int64_t fid, std::int64_t tid, const FlowEventRow& event) = 0;

  // `gone`: the flow, or the task that it is about. `comment.cid` is set.
  virtual FlowOutcome insert_comment(FlowCommentRow& comment, const FlowEventRow& event) = 0;
  // Of a task, or of the flow and all its tasks; by their numbers, those after `after`.
  virtual std::vector<FlowCommentRow> list_comments(std::int64_t fid, std::optional<std::int64_t> tid,
                                                    std::int64_t after, std::size_t limit) = 0;
  // Of that author only, where one is given. The row that was removed.
  virtual std::optional<FlowCommentRow> delete_comment(std::int64_t fid, std::int64_t cid,
                                                       const std::optional<base::UserId>& author) = 0;

  // Newest first, those before `before` (nullopt: from the newest on).
  virtual std::vector<FlowEventRow> list_events(std::int64_t fid, std::optional<std::int64_t> before,
                                                std::size_t limit) = 0;

  // The table that the flow's dataset is from now on: `name`, unless it has one already. nullopt when the flow is gone.
  virtual std::optional<std::string> claim_table(std::int64_t fid, std::string_view name) = 0;
  // The flow's next dataset, with the job that computes its summary, made once the dataset has its number; `number` and
  // `summary_job` are set. `taken`: `only_first`, and there is one.
  virtual FlowOutcome insert_dataset(FlowDatasetRow& dataset, bool only_first,
                                     const std::function<JobRow(const FlowDatasetRow&)>& job_for,
                                     const FlowEventRow& event) = 0;
  virtual std::optional<FlowDatasetRow> find_dataset(std::int64_t fid, std::int64_t number) = 0;
  // False when the dataset is gone.
  virtual bool put_summary(std::int64_t fid, std::int64_t number, std::string_view summary) = 0;
};

}  // namespace boathouse::meta
