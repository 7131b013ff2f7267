// SPDX-License-Identifier: Apache-2.0
#include "core/sink_job.h"

#include <boost/json/parse.hpp>

namespace boathouse::core {

JobKind sink_kind() {
  return {
      .name = "sink",
      .retry = {.attempts = 5, .first_wait = base::kSecond, .longest_wait = 30 * base::kSecond, .at_least = base::kDay},
      .single = true,
      .lane = JobLane::sinks};
}

meta::JobRow sink_job(const meta::SinkRow& sink, const meta::SinkTable& table) {
  std::string object = fmt::format("{}@{}", table.name, sink.name);
  if (table.workspace != sink.workspace) object = fmt::format("{}${}", table.workspace.value, object);
  return new_job(sink_kind(), sink.workspace, std::move(object),
                 {{"sink", sink.id.value}, {"workspace", table.workspace.value}, {"table", table.name}});
}

SinkOrder sink_order_of(const meta::JobRow& job) {
  const boost::json::value order = boost::json::parse(job.payload);
  auto text = [&](const char* key) { return std::string(order.at(key).as_string()); };
  return {.sink = meta::SinkId(text("sink")),
          .table = {.workspace = base::WorkspaceId(text("workspace")), .name = text("table")}};
}

}  // namespace boathouse::core
