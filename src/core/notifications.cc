// SPDX-License-Identifier: Apache-2.0
#include "core/notifications.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "auth/hmac.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"
#include "core/object_errors.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kShownSecret = "whsec_";

std::string new_secret() {
  std::array<std::uint8_t, kSecretBytes> bytes{};
  base::random_bytes(bytes);
  return std::string(bytes.begin(), bytes.end());
}

// Whom a URL calls, without what in it may be a secret.
std::string_view authority_of(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin);
}

// As webhooks are commonly signed: over the id, the time and the body.
std::string signature(const std::string& secret, const std::string& id, const std::string& timestamp,
                      const std::string& body) {
  return "v1," + base::to_base64(auth::hmac_sha256(secret, fmt::format("{}.{}.{}", id, timestamp, body)));
}

// What 4xx answers say will not change, but for these.
bool may_change(int status) { return status >= 500 || status == 408 || status == 425 || status == 429; }

}  // namespace

std::string Notifications::set(const meta::BucketRow& bucket, std::vector<NotificationHook> hooks) const {
  check_hooks(hooks);
  std::string secret;
  auto change = [&](meta::BucketRow& row) {
    NotificationSettings settings = parse_notification(row.notification);
    if (!hooks.empty()) {
      secret = settings.sealed_secret.empty() ? new_secret() : sealer_.open(settings.sealed_secret, bound_to(bucket));
      settings.sealed_secret = sealer_.seal(secret, bound_to(bucket));
    }
    settings.hooks = std::move(hooks);
    row.notification = to_text(settings);
  };
  if (!parts_.meta.buckets().change_bucket(bucket.id, change)) throw no_such_bucket(bucket.name);
  return secret.empty() ? "" : std::string(kShownSecret) + base::to_base64(secret);
}

meta::JobsOfVersion Notifications::jobs_for(const meta::BucketRow& bucket, ObjectEvent event) const {
  if (bucket.notification.empty()) return {};
  std::vector<NotificationHook> hooks = parse_notification(bucket.notification).hooks;
  std::erase_if(hooks, [&](const NotificationHook& hook) { return !wants(hook, event); });
  if (hooks.empty()) return {};
  room_.take(bucket.workspace, static_cast<std::int64_t>(hooks.size()));
  return
      [workspace = bucket.workspace, hooks = std::move(hooks), event = std::move(event)](const std::string& version) {
        ObjectEvent told = event;
        if (told.version.empty() && version != meta::kNullVersion) told.version = version;
        std::vector<meta::JobRow> jobs;
        for (const NotificationHook& hook : hooks) {
          std::string sequencer = base::uuid_v7();
          std::erase(sequencer, '-');
          jobs.push_back(
              new_job(notify_kind(), workspace, told.bucket + "/" + told.key,
                      {{"bucket", told.bucket}, {"url", hook.url}, {"record", to_record(told, hook, sequencer)}}));
        }
        return jobs;
      };
}

json::object Notifications::deliver(const meta::JobRow& job, const PostWebhook& post, Progress& progress) const {
  const json::object payload = json::parse(job.payload).as_object();
  auto bucket = parts_.meta.buckets().find_bucket(job.workspace, std::string(payload.at("bucket").as_string()));
  const NotificationSettings settings = parse_notification(bucket ? bucket->notification : "");
  if (settings.sealed_secret.empty()) {
    throw Error(ErrorKind::not_found, "the bucket, or its notification, is gone: nobody is told");
  }
  WebhookCall call{.url = std::string(payload.at("url").as_string()),
                   .body = json::serialize(json::object{{"Records", json::array{payload.at("record")}}})};
  const std::string timestamp = std::to_string(base::now_micros() / base::kSecond);
  call.headers = {{"Content-Type", "application/json"},
                  {"webhook-id", job.id.value},
                  {"webhook-timestamp", timestamp},
                  {"webhook-signature", signature(sealer_.open(settings.sealed_secret, bound_to(*bucket)), job.id.value,
                                                  timestamp, call.body)}};
  const int status = post(call);
  progress.log(fmt::format("{} answered {}", authority_of(call.url), status));
  if (status >= 200 && status < 300) return {{"status", status}};
  throw Error(may_change(status) ? ErrorKind::unavailable : ErrorKind::invalid_argument,
              fmt::format("{} answered {}", authority_of(call.url), status));
}

}  // namespace boathouse::core
