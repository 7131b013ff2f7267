// SPDX-License-Identifier: Apache-2.0
// The tasks of flows and what is said about them. Any member may do all of it. Errors as in flows.h; "invalid-task" for a
// task that the flow does not have. Blocking; any thread.
#pragma once

#include "core/flows.h"

namespace boathouse::core {

// What is set is said; an empty description, assignee or due date is none.
struct TaskFields {
  std::optional<std::string> title{};
  std::optional<std::string> description{};
  std::optional<std::string> status{};          // open, doing or done
  std::optional<std::string> assignee{};        // a member, by e-mail or name
  std::optional<std::string> due{};             // a date, or a time as RFC 3339
  std::optional<boost::json::value> target{};   // flow_targets.h
  std::optional<std::string> mended_version{};  // with status done the target's current one unless said; empty: none
};

struct TaskFilter {
  std::string status{};    // empty: any
  std::string assignee{};  // empty: any
  std::string search{};
};

class FlowTasks {
 public:
  // Both outlive this.
  FlowTasks(const Parts& parts, const Flows& flows) : parts_(parts), flows_(flows) {}

  meta::FlowTaskRow create(const auth::Caller& caller, std::int64_t fid, const TaskFields& fields) const;
  meta::FlowTaskRow find(const auth::Caller& caller, std::int64_t fid, std::int64_t tid) const;
  // By their numbers.
  FlowPage<meta::FlowTaskRow> list(const auth::Caller& caller, std::int64_t fid, const TaskFilter& filter,
                                   const Page& page) const;
  meta::FlowTaskRow change(const auth::Caller& caller, std::int64_t fid, std::int64_t tid,
                           const TaskFields& fields) const;
  // As it was.
  meta::FlowTaskRow remove(const auth::Caller& caller, std::int64_t fid, std::int64_t tid) const;

  // On a task, or on the flow itself.
  meta::FlowCommentRow comment(const auth::Caller& caller, std::int64_t fid, std::optional<std::int64_t> tid,
                               const std::string& text) const;
  FlowPage<meta::FlowCommentRow> comments(const auth::Caller& caller, std::int64_t fid, std::optional<std::int64_t> tid,
                                          const Page& page) const;
  // One's own; the flow's owner removes anybody's. As it was.
  meta::FlowCommentRow remove_comment(const auth::Caller& caller, std::int64_t fid, std::int64_t cid) const;

 private:
  base::SnapshotId mended(const meta::FlowRow& flow, const meta::FlowTaskRow& before, const meta::FlowTaskRow& after,
                          const std::optional<std::string>& said) const;
  meta::FlowTaskRow require(std::int64_t fid, std::int64_t tid) const;
  base::UserId assignee_of(std::int64_t fid, const std::string& who) const;

  const Parts& parts_;
  const Flows& flows_;
};

}  // namespace boathouse::core
