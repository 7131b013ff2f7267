// SPDX-License-Identifier: Apache-2.0
// Tells others what happens in a bucket: settings of its owner, and jobs that call their URLs, queued in the transaction of
// what they tell of. Blocking; any thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "auth/sealing.h"
#include "core/job_kind.h"
#include "core/notification.h"
#include "core/parts.h"
#include "core/progress.h"
#include "core/queue_room.h"

namespace boathouse::core {

// What events are called that this house has.
inline constexpr std::string_view kObjectPut = "ObjectCreated:Put";
inline constexpr std::string_view kObjectCopy = "ObjectCreated:Copy";
inline constexpr std::string_view kObjectCompleted = "ObjectCreated:CompleteMultipartUpload";
inline constexpr std::string_view kObjectDeleted = "ObjectRemoved:Delete";
inline constexpr std::string_view kObjectMarked = "ObjectRemoved:DeleteMarkerCreated";

// At least an hour of attempts, never more than five minutes apart.
inline JobKind notify_kind() { return {.name = "notify", .retry = {.attempts = 8, .at_least = base::kHour}}; }

// A POST of JSON. Answers the status; throws base::Error where there is no answer.
struct WebhookCall {
  std::string url{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};
using PostWebhook = std::function<int(const WebhookCall&)>;

class Notifications {
 public:
  // All outlive this.
  Notifications(const Parts& parts, const auth::Sealer& sealer)
      : parts_(parts),
        sealer_(sealer),
        room_(parts, notify_kind().name, "notifications of this workspace's buckets wait to be sent") {}

  // Replaces what the bucket has. The secret that calls are signed with, `whsec_` and base64: the same for as long as there
  // are hooks; empty without any. Errors as check_hooks() has them, {not_found} "no-such-bucket".
  std::string set(const meta::BucketRow& bucket, std::vector<NotificationHook> hooks) const;

  // One call for each hook that wants the event, made once its version is known; none: nobody wants it.
  // Error{too_many_requests} while as many wait as the limits allow.
  meta::JobsOfVersion jobs_for(const meta::BucketRow& bucket, ObjectEvent event) const;

  // The handler of notify_kind(): signs and posts. Error{invalid_argument} for an answer that says to leave it, {unavailable}
  // for one that may change, {not_found} when the bucket's settings are gone.
  boost::json::object deliver(const meta::JobRow& job, const PostWebhook& post, Progress& progress) const;

 private:
  std::string bound_to(const meta::BucketRow& bucket) const { return "notification:" + bucket.id.value; }

  const Parts& parts_;
  const auth::Sealer& sealer_;
  mutable QueueRoom room_;
};

}  // namespace boathouse::core
