// SPDX-License-Identifier: Apache-2.0
#include "meta/rows.h"

namespace boathouse::meta {

std::string_view to_string(Role role) {
  switch (role) {
    case Role::viewer: return "viewer";
    case Role::editor: return "editor";
    case Role::owner: return "owner";
  }
  return "viewer";
}

std::optional<Role> parse_role(std::string_view text) {
  for (Role role : {Role::viewer, Role::editor, Role::owner}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

std::string_view to_string(JobState state) {
  switch (state) {
    case JobState::queued: return "queued";
    case JobState::running: return "running";
    case JobState::succeeded: return "succeeded";
    case JobState::failed: return "failed";
    case JobState::cancelled: return "cancelled";
  }
  return "queued";
}

std::optional<JobState> parse_job_state(std::string_view text) {
  using enum JobState;
  for (JobState state : {queued, running, succeeded, failed, cancelled}) {
    if (text == to_string(state)) return state;
  }
  return std::nullopt;
}

}  // namespace boathouse::meta
