// SPDX-License-Identifier: Apache-2.0
// How notifications of buckets leave the house.
#pragma once

#include "core/notifications.h"

namespace boathouse::app {

// `inside`: also to addresses of this machine and of private networks, which are refused otherwise, since whoever may set a
// notification need not be allowed to reach them.
core::PostWebhook webhook_poster(bool inside);

}  // namespace boathouse::app
