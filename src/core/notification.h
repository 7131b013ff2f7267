// SPDX-License-Identifier: Apache-2.0
// What a bucket's owner wants to be told of, and where: URLs that are called with events as S3 writes them. Values and pure
// functions; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/actor.h"

namespace boathouse::core {

struct NotificationHook {
  std::string id{};
  std::string element{};  // of S3's XML, in which it came and goes back: "Topic", "Queue" or "CloudFunction"
  std::string url{};      // http or https
  std::vector<std::string> events{};
  std::string prefix{};
  std::string suffix{};
  bool operator==(const NotificationHook&) const = default;
};

// What a bucket keeps.
struct NotificationSettings {
  std::string sealed_secret{};  // by which calls are signed; made with the first hook
  std::vector<NotificationHook> hooks{};
};

inline constexpr std::size_t kMostHooks = 100;

// Error{invalid_argument} for an event that there is none of, a URL that is none, an id that is there twice.
void check_hooks(const std::vector<NotificationHook>& hooks);

// Empty without hooks; an empty text, and one that an earlier version kept, gives none.
std::string to_text(const NotificationSettings& settings);
NotificationSettings parse_notification(std::string_view text);

// What happened to an object.
struct ObjectEvent {
  std::string name{};  // "ObjectCreated:Put"..
  std::string bucket{};
  std::string key{};
  std::int64_t size = -1;  // less than 0: none is told
  std::string etag{};
  std::string version{};  // empty: the bucket keeps none
  base::Micros at = 0;
  Actor by{};
};

bool wants(const NotificationHook& hook, const ObjectEvent& event);

// One of S3's event records (version 2.1). `sequencer`: hex digits that grow with the events of a key.
boost::json::object to_record(const ObjectEvent& event, const NotificationHook& hook, std::string_view sequencer);

}  // namespace boathouse::core
