// SPDX-License-Identifier: Apache-2.0
#include "api/aws/logs_names.h"

#include <algorithm>

#include "base/error.h"
#include "base/time.h"
#include "core/aws_account.h"

namespace boathouse::api::aws {
namespace {

constexpr std::string_view kFunctions = "/aws/lambda/";
constexpr std::string_view kLatest = "[$LATEST]";
constexpr std::string_view kArn = "arn:aws:logs:";
constexpr std::string_view kGroupOfArn = ":log-group:";

bool contains(std::string_view line, const std::string& term) { return line.find(term) != std::string_view::npos; }

}  // namespace

std::string group_of(std::string_view trigger) { return std::string(kFunctions) + std::string(trigger); }

std::optional<std::string> trigger_of(std::string_view group) {
  if (group.starts_with(kArn)) {
    const std::size_t at = group.find(kGroupOfArn);
    if (at == std::string_view::npos) return std::nullopt;
    group.remove_prefix(at + kGroupOfArn.size());
    if (group.ends_with(":*")) group.remove_suffix(2);
  }
  if (!group.starts_with(kFunctions)) return std::nullopt;
  return std::string(group.substr(kFunctions.size()));
}

std::string group_arn(std::string_view group) {
  return fmt::format("{}{}:{}{}{}", kArn, core::kRegion, core::kAccount, kGroupOfArn, group);
}

std::string stream_of(const meta::JobRow& run) {
  std::string date = base::to_rfc3339(run.created_at).substr(0, 10);
  std::replace(date.begin(), date.end(), '-', '/');
  return fmt::format("{}/{}{}", date, kLatest, run.id.value);
}

base::JobId job_of(std::string_view stream) {
  const std::size_t at = stream.find(kLatest);
  if (at == std::string_view::npos) return {};
  return base::JobId(std::string(stream.substr(at + kLatest.size())));
}

FilterPattern::FilterPattern(std::string_view pattern) {
  auto skip_blanks = [&] { pattern.remove_prefix(std::min(pattern.find_first_not_of(" \t"), pattern.size())); };
  for (skip_blanks(); !pattern.empty(); skip_blanks()) {
    if (pattern[0] == '{' || pattern[0] == '[' || pattern[0] == '%') {
      throw base::Error(base::ErrorKind::invalid_argument,
                        "Invalid filter pattern: terms, -terms, ?terms and \"phrases\" are understood.");
    }
    std::vector<std::string>* terms = &wanted_;
    if (pattern[0] == '-') terms = &unwanted_;
    if (pattern[0] == '?') terms = &any_of_;
    if (terms != &wanted_) pattern.remove_prefix(1);
    const bool quoted = pattern.starts_with('"');
    if (quoted) pattern.remove_prefix(1);
    const std::size_t end = std::min(quoted ? pattern.find('"') : pattern.find_first_of(" \t"), pattern.size());
    if (end > 0) terms->emplace_back(pattern.substr(0, end));
    pattern.remove_prefix(std::min(end + (quoted ? 1 : 0), pattern.size()));
  }
}

bool FilterPattern::matches(std::string_view line) const {
  auto is_in_line = [&](const std::string& term) { return contains(line, term); };
  return std::all_of(wanted_.begin(), wanted_.end(), is_in_line) &&
         std::none_of(unwanted_.begin(), unwanted_.end(), is_in_line) &&
         (any_of_.empty() || std::any_of(any_of_.begin(), any_of_.end(), is_in_line));
}

}  // namespace boathouse::api::aws
