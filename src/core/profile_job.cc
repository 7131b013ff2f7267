// SPDX-License-Identifier: Apache-2.0
#include "core/profile_job.h"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

namespace boathouse::core {
namespace {

meta::JobRow job_of(const meta::TableRow& table, base::Micros since) {
  return new_job(profile_kind(), table.workspace, table.name, {{"table", table.id.value}, {"since", since}});
}

}  // namespace

JobKind profile_kind() {
  return {.name = "profile", .retry = {.attempts = 3}, .single = true, .lane = JobLane::profiles};
}

meta::JobRow profile_job(const meta::TableRow& table) {
  meta::JobRow job = job_of(table, base::now_micros());
  job.run_at += kProfileAfter;
  return job;
}

std::optional<meta::JobRow> put_off_profile(const meta::JobRow& job, const meta::TableRow& table, base::Micros newest) {
  const base::Micros now = base::now_micros();
  const auto since = boost::json::parse(job.payload).at("since").to_number<base::Micros>();
  const bool is_fed = newest > job.run_at - kProfileAfter && newest + kProfileAfter > now;
  if (!is_fed || now >= since + kProfileAtLeastEvery) return std::nullopt;
  meta::JobRow later = job_of(table, since);
  later.run_at = newest + kProfileAfter;
  return later;
}

meta::JobRow profile_job(const meta::TableRow& table, base::SnapshotId version) {
  return new_job(profile_kind(), table.workspace, fmt::format("{}@{}", table.name, version),
                 {{"table", table.id.value}, {"version", version}});
}

ProfileOrder profile_order_of(const meta::JobRow& job) {
  const boost::json::object payload = boost::json::parse(job.payload).as_object();
  ProfileOrder order{.table = base::TableId(boost::json::value_to<std::string>(payload.at("table")))};
  if (const auto* version = payload.if_contains("version")) order.version = version->to_number<base::SnapshotId>();
  return order;
}

}  // namespace boathouse::core
