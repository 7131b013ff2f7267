// SPDX-License-Identifier: Apache-2.0
// What the routes that take rows share: the answer to a committed batch. Pure.
#pragma once

#include "core/ingest.h"
#include "net/response.h"

namespace boathouse::api::native {

// 200 with the outcome, or with the first answer again and `Idempotent-Replay: true`.
net::Response batch_answer(const core::Committed& done);

}  // namespace boathouse::api::native
