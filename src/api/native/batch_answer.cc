// SPDX-License-Identifier: Apache-2.0
#include "api/native/batch_answer.h"

#include "api/common/idempotency.h"

namespace boathouse::api::native {

net::Response batch_answer(const core::Committed& done) {
  if (!done.replayed_answer) return net::json_response(200, core::to_json(done.outcome));
  return first_answer_again(*done.replayed_answer);
}

}  // namespace boathouse::api::native
