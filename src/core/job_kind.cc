// SPDX-License-Identifier: Apache-2.0
#include "core/job_kind.h"

#include <boost/json/serialize.hpp>

#include "base/error.h"

namespace boathouse::core {

meta::JobRow new_job(const JobKind& kind, const base::WorkspaceId& workspace, std::string object,
                     const boost::json::object& payload) {
  meta::JobRow row;
  row.id = base::JobId(base::uuid_v7());
  row.kind = kind.name;
  row.workspace = workspace;
  row.object = std::move(object);
  row.single = kind.single || kind.every > 0;
  row.ordered = kind.ordered;
  row.cancellable = kind.cancellable;
  row.max_attempts = kind.retry.attempts;
  row.payload = boost::json::serialize(payload);
  if (row.payload.size() > kMaxJobPayload) {
    throw base::Error(base::ErrorKind::too_large,
                      fmt::format("what this job is to do takes {} bytes to say; at most {} are kept",
                                  row.payload.size(), kMaxJobPayload))
        .with("limit", kMaxJobPayload);
  }
  row.run_at = row.created_at = row.queued_at = row.updated_at = base::now_micros();
  return row;
}

}  // namespace boathouse::core
