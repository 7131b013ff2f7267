// SPDX-License-Identifier: Apache-2.0
// A bucket's notification: S3's document, in which a URL stands where S3 has the ARN of a topic, a queue or a function.
#include <array>

#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/xml.h"
#include "base/encoding.h"
#include "base/ids.h"

namespace boathouse::api::s3 {
namespace {

using core::NotificationHook;

// Of one configuration: `<Topic>Configuration` with a child `<Topic>`; of functions both words are S3's own.
constexpr std::array<const char*, 3> kElements{"Topic", "Queue", "CloudFunction"};

std::string outer(std::string_view element) { return std::string(element) + "Configuration"; }

void read_rule(pugi::xml_node rule, NotificationHook& hook) {
  const std::string name = base::fold_case(rule.child("Name").text().get());
  const std::string value = rule.child("Value").text().get();
  if (name == "prefix") {
    hook.prefix = value;
  } else if (name == "suffix") {
    hook.suffix = value;
  } else {
    throw refusal("InvalidArgument", "filter rule name must be either prefix or suffix");
  }
}

NotificationHook read_hook(pugi::xml_node node, const char* element) {
  NotificationHook hook{.id = node.child("Id").text().get(), .element = element};
  if (hook.id.empty()) hook.id = base::uuid_v4();
  hook.url = node.child(element).text().get();
  for (pugi::xml_node event : node.children("Event")) hook.events.emplace_back(event.text().get());
  for (pugi::xml_node rule : node.child("Filter").child("S3Key").children("FilterRule")) read_rule(rule, hook);
  return hook;
}

std::vector<NotificationHook> read_hooks(pugi::xml_node root) {
  std::vector<NotificationHook> hooks;
  for (pugi::xml_node node : root.children()) {
    auto element = std::find_if(kElements.begin(), kElements.end(),
                                [&](const char* known) { return outer(known) == node.name(); });
    if (element == kElements.end()) {
      throw refusal("NotImplemented", "Notifications go to URLs, each in the place of a topic, queue or function: " +
                                          std::string(node.name()) + " is not implemented.");
    }
    hooks.push_back(read_hook(node, *element));
  }
  return hooks;
}

void add_rule(pugi::xml_node key, const char* name, const std::string& value) {
  if (value.empty()) return;
  pugi::xml_node rule = key.append_child("FilterRule");
  add_text(rule, "Name", name);
  add_text(rule, "Value", value);
}

void add_hook(pugi::xml_node root, const NotificationHook& hook) {
  pugi::xml_node node = root.append_child(outer(hook.element).c_str());
  add_text(node, "Id", hook.id);
  add_text(node, hook.element.c_str(), hook.url);
  for (const std::string& event : hook.events) add_text(node, "Event", event);
  if (hook.prefix.empty() && hook.suffix.empty()) return;
  pugi::xml_node key = node.append_child("Filter").append_child("S3Key");
  add_rule(key, "Prefix", hook.prefix);
  add_rule(key, "Suffix", hook.suffix);
}

}  // namespace

net::Response get_notification(Call& call) {
  XmlAnswer answer("NotificationConfiguration");
  for (const NotificationHook& hook : core::parse_notification(call.bucket().notification).hooks) {
    add_hook(answer.root(), hook);
  }
  return answer.to_response();
}

// Whoever may set it learns by what the calls are signed.
net::Response put_notification(Call& call) {
  meta::BucketRow bucket = call.bucket();
  XmlBody body(call.body, "NotificationConfiguration");
  const std::string secret = call.services.notifications.set(bucket, read_hooks(body.root));
  net::Response response = net::empty_response(200);
  if (!secret.empty()) response.headers.set("x-boathouse-webhook-secret", secret);
  return response;
}

}  // namespace boathouse::api::s3
