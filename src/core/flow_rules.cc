// SPDX-License-Identifier: Apache-2.0
#include "core/flow_rules.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/encoding.h"
#include "base/error.h"
#include "base/log.h"
#include "core/sink_job.h"
#include "core/triggers.h"

namespace boathouse::core {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kTriggerFailed = "trigger_failed";
constexpr std::string_view kSinkFailed = "sink_failed";
constexpr std::array<std::string_view, 3> kEvents = {kTriggerFailed, kSinkFailed, "drift"};
constexpr std::size_t kMaxRuleTitle = 200;
// A cause that comes again after its task is done gets a task with a number behind its title.
constexpr int kMostOfATitle = 1000;

Error wrong_rules(const std::string& why) { return Error(ErrorKind::invalid_argument, why).with("field", "rules"); }

json::object checked_rule(const json::value& rule) {
  if (!rule.is_object()) throw wrong_rules("A rule is an object: {event, title?}");
  json::object kept;
  for (const auto& [name, value] : rule.get_object()) {
    const bool is_known = name == "event" || name == "title";
    if (!is_known || !value.is_string()) {
      throw wrong_rules(fmt::format("A rule has the texts event and title, not \"{}\"", std::string_view(name)));
    }
    kept[name] = value;
  }
  const json::value* event = kept.if_contains("event");
  if (event == nullptr || std::ranges::find(kEvents, std::string_view(event->get_string())) == kEvents.end()) {
    throw wrong_rules(fmt::format("A rule's event is one of {}", fmt::join(kEvents, ", ")));
  }
  if (const json::value* title = kept.if_contains("title")) {
    if (title->get_string().empty()) throw wrong_rules("A rule's title must not be empty");
    check_flow_text("title", title->get_string(), kMaxRuleTitle);
  }
  return kept;
}

std::string words_of(std::string_view event) {
  if (event == kTriggerFailed) return "A file could not become rows";
  return event == kSinkFailed ? "A copy could not be made" : "Data has drifted";
}

// As much as a title holds, and room for a number.
std::string title_of(const json::object& rule, const FlowIncident& incident) {
  const json::value* said = rule.if_contains("title");
  const std::string begin = said == nullptr ? words_of(incident.event) : std::string(said->get_string());
  return std::string(base::prefix_code_points(fmt::format("{}: {}", begin, incident.subject), kMaxFlowTitle - 10));
}

// Of a rule's own hand.
auth::Caller nobody() { return {.principal = auth::Principal::system(), .request = {}}; }

}  // namespace

json::array FlowRules::get(const auth::Caller& caller, std::int64_t fid) const {
  return json::parse(flows_.find(caller, fid).rules).as_array();
}

json::array FlowRules::set(const auth::Caller& caller, std::int64_t fid, const json::value& rules) const {
  flows_.find(caller, fid);
  if (!rules.is_array() || rules.get_array().size() > kMaxFlowRules) {
    throw wrong_rules(fmt::format("The rules are a list of at most {}", kMaxFlowRules));
  }
  json::array kept;
  std::set<std::string> events;
  for (const json::value& rule : rules.get_array()) {
    kept.push_back(checked_rule(rule));
    const std::string event(kept.back().at("event").as_string());
    if (!events.insert(event).second) throw wrong_rules(fmt::format("There are two rules for {}", event));
  }
  flows_.change(caller, fid, {.rules = json::serialize(kept)});
  return kept;
}

bool FlowRules::open_task(const meta::FlowRow& flow, std::string title, const FlowIncident& incident) const {
  meta::FlowStore& store = parts_.meta.flows();
  const base::Micros now = base::now_micros();
  meta::FlowTaskRow task{.fid = flow.fid,
                         .description = std::string(base::prefix_code_points(incident.message, kMaxFlowDescription)),
                         .cause = fmt::format("{} {}", incident.event, incident.subject),
                         .created_at = now,
                         .updated_at = now};
  if (!incident.table.empty()) task.target = json::serialize(json::object{{"table", incident.table}});
  for (int number = 1; number <= kMostOfATitle && !store.has_open_task(flow.fid, task.cause); ++number) {
    task.title = number == 1 ? title : fmt::format("{} ({})", title, number);
    const meta::FlowEventRow event = flow_event(nobody(), flow.fid, "task-opened-by-rule", {{"title", task.title}});
    const meta::FlowOutcome outcome = store.insert_task(task, event);
    if (outcome != meta::FlowOutcome::taken) return outcome == meta::FlowOutcome::done;
  }
  return false;
}

std::size_t FlowRules::open_tasks(const base::WorkspaceId& workspace, const FlowIncident& incident) const {
  std::size_t opened = 0;
  for (const meta::FlowRow& flow : parts_.meta.flows().flows_with_rules(workspace)) {
    const json::array rules = json::parse(flow.rules).as_array();
    auto asks = [&](const json::value& rule) { return rule.at("event").as_string() == incident.event; };
    auto rule = std::ranges::find_if(rules, asks);
    if (rule != rules.end() && open_task(flow, title_of(rule->get_object(), incident), incident)) ++opened;
  }
  return opened;
}

void FlowRules::job_failed(const meta::JobRow& job, const std::string& error) const noexcept {
  try {
    FlowIncident incident{.subject = job.object, .message = fmt::format("{}\n\nJob {}", error, job.id.value)};
    if (job.kind == sink_kind().name) {
      incident.event = kSinkFailed;
      const SinkOrder order = sink_order_of(job);
      if (order.table.workspace == job.workspace) incident.table = order.table.name;
    } else {
      incident.event = kTriggerFailed;
    }
    open_tasks(job.workspace, incident);
  } catch (const std::exception& failure) {
    base::log_warning("flow_rule_failed", {{"job", job.id.value}, {"error", failure.what()}});
  }
}

}  // namespace boathouse::core
