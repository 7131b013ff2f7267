// SPDX-License-Identifier: Apache-2.0
#include "api/native/batch_answer.h"

#include "api/common/idempotency.h"

namespace boathouse::api::native {

net::Response batch_answer(const core::Committed& done) {
  if (!done.replayed_answer) return net::json_response(200, core::to_json(done.outcome));
  return net::text_response(200, *done.replayed_answer, "application/json").with(kReplayHeader, "true");
}

}  // namespace boathouse::api::native
