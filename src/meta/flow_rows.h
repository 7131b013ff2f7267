// SPDX-License-Identifier: Apache-2.0
// The rows of flows: projects with tasks and one dataset each. Users, flows and tasks have numbers, since their clients
// count so. Values as in rows.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "meta/rows.h"

namespace boathouse::meta {

// A user keeps one refresh token at this door: the newest.
struct FlowRefreshTokenRow {
  std::int64_t rtid = 0;  // given by the store, kept when the token is replaced
  std::int64_t uid = 0;
  base::UserId user{};       // read only
  std::string token_hash{};  // unique
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
  base::Micros expires_at = 0;
};

struct FlowRow {
  std::int64_t fid = 0;  // given by the store
  base::WorkspaceId workspace{};
  std::string title{};  // unique among its owner's, and in its workspace
  std::optional<std::string> description{};
  std::string rules = "[]";     // JSON: which events open tasks
  std::string dataset_table{};  // the table that its dataset is; empty until the first one came
  std::int64_t dataset = 0;     // the number of its newest dataset; 0: none yet
  std::int64_t owner_uid = 0;   // read only
  std::string owner_name{};     // read only
  base::UserId owner{};         // who makes it
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

inline constexpr std::size_t kMaxFlowTitle = 255;  // code points; of a task too

struct FlowMemberRow {
  std::int64_t uid = 0;
  base::UserId user{};
  std::string name{};
  std::string email{};
  bool is_owner = false;
};

struct FlowTaskRow {
  std::int64_t tid = 0;  // given by the store
  std::int64_t fid = 0;
  std::string title{};  // unique in its flow
  std::optional<std::string> description{};
  std::string status = "open";
  base::UserId assignee{};              // empty: nobody
  std::string assignee_name{};          // read only
  std::string due{};                    // as people wrote it; empty: none
  std::string target = "null";          // JSON: the data that it is about
  std::string cause{};                  // what opened it by rule; of one flow and cause at most one task is not done
  base::SnapshotId mended_version = 0;  // 0: none was noted
  base::Micros created_at = 0;
  base::Micros updated_at = 0;
};

struct FlowCommentRow {
  std::int64_t cid = 0;  // given by the store
  std::int64_t fid = 0;
  std::optional<std::int64_t> tid{};  // none: of the flow itself
  base::UserId user{};
  std::string author{};  // the user's name as it was
  std::string text{};
  base::Micros at = 0;
};

// What somebody did to a flow, for its feed.
struct FlowEventRow {
  std::int64_t id = 0;  // given by the store, growing
  std::int64_t fid = 0;
  base::Micros at = 0;
  std::string who{};
  std::string what{};
  std::optional<std::int64_t> tid{};
  std::string detail = "{}";  // JSON
};

// One version of a flow's dataset: a file as it came, the version of the table that its rows are, and its summary.
struct FlowDatasetRow {
  std::int64_t fid = 0;
  std::int64_t number = 0;  // from 1
  std::string bucket{};     // by name, in the flow's workspace
  std::string key{};
  std::string object_version{};
  std::int64_t bytes = 0;
  std::string table{};
  base::SnapshotId version = 0;
  std::int64_t rows = 0;
  std::int64_t rows_rejected = 0;
  std::string who{};
  base::JobId summary_job{};
  std::string summary{};  // JSON text, empty until it is computed
  base::Micros at = 0;
};

}  // namespace boathouse::meta
