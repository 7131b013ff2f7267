// SPDX-License-Identifier: Apache-2.0
// How log groups and streams are named, and what a filter pattern asks for. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/run_logs.h"

namespace boathouse::api::aws {

std::string group_of(std::string_view trigger);
// The trigger that a group's name or ARN is of; nullopt where it is none of ours.
std::optional<std::string> trigger_of(std::string_view group);
std::string group_arn(std::string_view group);

std::string stream_of(const meta::JobRow& run);
// The job that a stream's name ends in; empty where it has none.
base::JobId job_of(std::string_view stream);

// Terms of unstructured text: all plain ones, none of those after '-', one at least of those after '?'; a quoted one may hold
// blanks. Case counts.
class FilterPattern {
 public:
  // Error{invalid_argument} for what looks for fields ({..} or [..]) or by regular expressions (%..%).
  explicit FilterPattern(std::string_view pattern);
  bool matches(std::string_view line) const;

 private:
  std::vector<std::string> wanted_;
  std::vector<std::string> unwanted_;
  std::vector<std::string> any_of_;
};

}  // namespace boathouse::api::aws
