// SPDX-License-Identifier: Apache-2.0
#include "core/notification.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/encoding.h"
#include "base/error.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kScheme = "s3:";
constexpr std::array<std::string_view, 8> kEvents{"s3:ObjectCreated:*",
                                                  "s3:ObjectCreated:Put",
                                                  "s3:ObjectCreated:Post",
                                                  "s3:ObjectCreated:Copy",
                                                  "s3:ObjectCreated:CompleteMultipartUpload",
                                                  "s3:ObjectRemoved:*",
                                                  "s3:ObjectRemoved:Delete",
                                                  "s3:ObjectRemoved:DeleteMarkerCreated"};
constexpr std::size_t kMostUrlBytes = 2048;

[[noreturn]] void refuse(const std::string& why) { throw Error(ErrorKind::invalid_argument, why); }

bool is_url(std::string_view text) {
  if (text.size() > kMostUrlBytes) return false;
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme) || text.size() == scheme.size()) continue;
    const std::string_view authority =
        text.substr(scheme.size(), text.find_first_of("/?#", scheme.size()) - scheme.size());
    return !authority.empty() && authority.find('@') == std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  }
  return false;
}

std::string text_of(const json::object& object, std::string_view field) {
  return std::string(object.at(field).as_string());
}

// As S3 escapes keys in events: as a form does, with the slashes left.
std::string escaped_key(std::string_view key) {
  std::string out;
  for (std::size_t at = 0; at <= key.size();) {
    const std::size_t end = std::min(key.find_first_of("/ ", at), key.size());
    out += base::percent_encode(key.substr(at, end - at));
    if (end < key.size()) out += key[end] == ' ' ? '+' : '/';
    at = end + 1;
  }
  return out;
}

}  // namespace

void check_hooks(const std::vector<NotificationHook>& hooks) {
  if (hooks.size() > kMostHooks) refuse(fmt::format("There can be at most {} configurations.", kMostHooks));
  std::set<std::string_view> ids;
  for (const NotificationHook& hook : hooks) {
    if (!is_url(hook.url)) {
      refuse(
          "Unable to validate the following destination configurations: where an ARN stands, give the http or https "
          "URL "
          "that is to be called, without user information.");
    }
    if (hook.events.empty()) refuse("A configuration needs an event.");
    for (const std::string& event : hook.events) {
      if (std::find(kEvents.begin(), kEvents.end(), event) == kEvents.end()) {
        refuse(
            fmt::format("The event '{}' is not supported for notifications: {} are.", event, fmt::join(kEvents, ", ")));
      }
    }
    if (!ids.insert(hook.id).second) refuse("Configuration Ids must be unique.");
  }
}

std::string to_text(const NotificationSettings& settings) {
  if (settings.hooks.empty()) return "";
  json::array hooks;
  for (const NotificationHook& hook : settings.hooks) {
    hooks.push_back({{"id", hook.id},
                     {"element", hook.element},
                     {"url", hook.url},
                     {"events", json::array(hook.events.begin(), hook.events.end())},
                     {"prefix", hook.prefix},
                     {"suffix", hook.suffix}});
  }
  return json::serialize(json::object{{"secret", settings.sealed_secret}, {"hooks", std::move(hooks)}});
}

NotificationSettings parse_notification(std::string_view text) {
  NotificationSettings settings;
  if (!text.starts_with('{')) return settings;
  const json::object stored = json::parse(text).as_object();
  settings.sealed_secret = text_of(stored, "secret");
  for (const json::value& value : stored.at("hooks").as_array()) {
    const json::object& from = value.as_object();
    NotificationHook& hook = settings.hooks.emplace_back();
    hook = {.id = text_of(from, "id"),
            .element = text_of(from, "element"),
            .url = text_of(from, "url"),
            .prefix = text_of(from, "prefix"),
            .suffix = text_of(from, "suffix")};
    for (const json::value& event : from.at("events").as_array()) hook.events.emplace_back(event.as_string());
  }
  return settings;
}

bool wants(const NotificationHook& hook, const ObjectEvent& event) {
  if (!event.key.starts_with(hook.prefix) || !event.key.ends_with(hook.suffix)) return false;
  const std::string name = std::string(kScheme) + event.name;
  return std::any_of(hook.events.begin(), hook.events.end(), [&](std::string_view wanted) {
    return wanted == name || (wanted.ends_with('*') && name.starts_with(wanted.substr(0, wanted.size() - 1)));
  });
}

json::object to_record(const ObjectEvent& event, const NotificationHook& hook, std::string_view sequencer) {
  json::object object{{"key", escaped_key(event.key)}, {"sequencer", sequencer}};
  if (event.size >= 0) object["size"] = event.size;
  if (!event.etag.empty()) object["eTag"] = event.etag;
  if (!event.version.empty()) object["versionId"] = event.version;
  return {{"eventVersion", "2.1"},
          {"eventSource", "aws:s3"},
          {"awsRegion", "us-east-1"},
          {"eventTime", base::to_rfc3339(event.at / base::kMillisecond * base::kMillisecond)},
          {"eventName", event.name},
          {"userIdentity", {{"principalId", event.by.principal}}},
          {"requestParameters", json::object()},
          {"responseElements", {{"x-amz-request-id", event.by.request.value}}},
          {"s3",
           {{"s3SchemaVersion", "1.0"},
            {"configurationId", hook.id},
            {"bucket",
             {{"name", event.bucket},
              {"ownerIdentity", {{"principalId", "boathouse"}}},
              {"arn", "arn:aws:s3:::" + event.bucket}}},
            {"object", std::move(object)}}}};
}

}  // namespace boathouse::core
