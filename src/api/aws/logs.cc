// SPDX-License-Identifier: Apache-2.0
#include "api/aws/logs.h"

#include <boost/json/array.hpp>
#include <limits>

#include "api/aws/json_service.h"
#include "api/aws/logs_names.h"
#include "base/error.h"
#include "base/numbers.h"
#include "core/run_logs.h"

namespace boathouse::api::aws {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::int64_t kMostListed = 50;      // groups or streams of a page
constexpr std::int64_t kMostEvents = 10'000;  // of a page
constexpr std::size_t kRunsAtOnce = 100;
// A page of filtered events ends after so many runs, also when little of them fits, so that no call reads for ever.
constexpr std::size_t kMostRunsOfPage = 2000;

constexpr std::int64_t kEndOfTime = 253'402'300'800'000;  // the year 10000, in milliseconds

std::int64_t milliseconds(base::Micros at) { return at / base::kMillisecond; }

std::size_t limit_of(JsonCall& call, std::int64_t most) {
  const std::int64_t limit = call.fields.optional_integer("limit").value_or(most);
  if (limit < 1 || limit > most) {
    throw Error(ErrorKind::invalid_argument, fmt::format("limit must be from 1 to {}", most));
  }
  return static_cast<std::size_t>(limit);
}

// What a call is about: the trigger behind the group that it names.
std::string required_trigger(JsonCall& call, const core::RunLogs& logs) {
  auto group = call.fields.optional_text("logGroupName");
  if (!group) group = call.fields.optional_text("logGroupIdentifier");
  if (!group) throw Error(ErrorKind::invalid_argument, "logGroupName is missing");
  auto trigger = trigger_of(*group);
  const std::vector<std::string> known = logs.triggers(call.workspace);
  if (!trigger || std::find(known.begin(), known.end(), *trigger) == known.end()) {
    throw no_such_resource("The specified log group does not exist.");
  }
  return *trigger;
}

meta::JobRow required_run(const JsonCall& call, const core::RunLogs& logs, const std::string& trigger,
                          const std::string& stream) {
  auto run = logs.find(call.workspace, trigger, job_of(stream));
  if (!run || stream_of(*run) != stream) throw no_such_resource("The specified log stream does not exist.");
  return *std::move(run);
}

// From `begin` on, before `end`; in the wire's milliseconds.
struct Period {
  std::int64_t begin = 0;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
  bool holds(base::Micros at) const { return milliseconds(at) >= begin && milliseconds(at) < end; }
};

Period period_of(JsonCall& call) {
  Period period;
  period.begin = std::clamp<std::int64_t>(call.fields.optional_integer("startTime").value_or(0), 0, kEndOfTime);
  period.end = call.fields.optional_integer("endTime").value_or(period.end);
  return period;
}

json::object describe_groups(JsonCall& call) {
  const core::RunLogs logs(call.services.parts);
  const std::string prefix = call.fields.optional_text("logGroupNamePrefix").value_or("");
  const std::string pattern = call.fields.optional_text("logGroupNamePattern").value_or("");
  const std::size_t limit = limit_of(call, kMostListed);
  const std::string after = call.fields.optional_text("nextToken").value_or("");
  json::object answer;
  json::array groups;
  for (const std::string& trigger : logs.triggers(call.workspace)) {
    const std::string group = group_of(trigger);
    if (group <= after || !group.starts_with(prefix) || group.find(pattern) == std::string::npos) continue;
    if (groups.size() == limit) {
      answer["nextToken"] = groups.back().at("logGroupName");
      break;
    }
    groups.push_back({{"logGroupName", group},
                      {"creationTime", milliseconds(call.workspace.created_at)},
                      {"metricFilterCount", 0},
                      {"arn", group_arn(group) + ":*"},
                      {"logGroupArn", group_arn(group)},
                      {"storedBytes", 0}});
  }
  answer["logGroups"] = std::move(groups);
  return answer;
}

json::object stream_json(const core::RunLogs& logs, const meta::JobRow& run, const std::string& trigger) {
  const std::string name = stream_of(run);
  json::object stream{{"logStreamName", name},
                      {"creationTime", milliseconds(run.created_at)},
                      {"arn", group_arn(group_of(trigger)) + ":log-stream:" + name},
                      {"uploadSequenceToken", "0"},
                      {"storedBytes", 0}};
  const std::vector<meta::JobLogRow> lines = logs.lines(run.id);
  if (lines.empty()) return stream;
  stream["firstEventTimestamp"] = milliseconds(lines.front().at);
  stream["lastEventTimestamp"] = milliseconds(lines.back().at);
  stream["lastIngestionTime"] = milliseconds(lines.back().at);
  return stream;
}

// The streams of a group that are asked for, a page of them.
struct StreamListing {
  std::string trigger;
  std::string prefix;
  bool descending;
  std::string after;  // the token of the page before; empty: none
  std::size_t limit;
};

// Runs begin in the order of their ids, and streams are named by those.
json::object streams_by_name(const JsonCall& call, const core::RunLogs& logs, const StreamListing& wish) {
  const auto& [trigger, prefix, descending, after, limit] = wish;
  meta::RunListing listing{.workspace = call.workspace.id,
                           .trigger = trigger,
                           .newest_first = descending,
                           .after = base::JobId(after),
                           .limit = kRunsAtOnce};
  json::object answer;
  json::array streams;
  std::vector<meta::JobRow> runs;
  do {
    runs = logs.runs(listing);
    for (const meta::JobRow& run : runs) {
      if (!stream_of(run).starts_with(prefix)) {
        listing.after = run.id;
        continue;
      }
      if (streams.size() == limit) {
        answer["nextToken"] = listing.after.value;
        answer["logStreams"] = std::move(streams);
        return answer;
      }
      listing.after = run.id;
      streams.push_back(stream_json(logs, run, trigger));
    }
  } while (runs.size() == kRunsAtOnce);
  answer["logStreams"] = std::move(streams);
  return answer;
}

// When something was last said of a run, and which it is: a run that was tried again moves to the newest.
using LastEvent = std::pair<base::Micros, std::string>;

std::vector<LastEvent> last_events(const JsonCall& call, const core::RunLogs& logs, const StreamListing& wish) {
  std::vector<LastEvent> found;
  meta::RunListing listing{.workspace = call.workspace.id, .trigger = wish.trigger, .limit = kMostRunsOfPage};
  std::vector<meta::JobRow> runs;
  do {
    runs = logs.runs(listing);
    for (const meta::JobRow& run : runs) {
      listing.after = run.id;
      if (stream_of(run).starts_with(wish.prefix)) found.emplace_back(run.updated_at, run.id.value);
    }
  } while (runs.size() == listing.limit);
  return found;
}

// Its token, "<time>/<run>", is the last event of the page's last stream as it was then.
json::object streams_by_last_event(const JsonCall& call, const core::RunLogs& logs, const StreamListing& wish) {
  const std::size_t slash = std::min(wish.after.find('/'), wish.after.size());
  const auto time = base::parse_number<base::Micros>(std::string_view(wish.after).substr(0, slash));
  if (!wish.after.empty() && (!time || slash == wish.after.size())) {
    throw Error(ErrorKind::invalid_argument, "The specified nextToken is invalid.");
  }
  std::vector<LastEvent> events = last_events(call, logs, wish);
  std::ranges::sort(events);
  if (wish.descending) std::ranges::reverse(events);
  if (time) {
    const LastEvent last{*time, wish.after.substr(slash + 1)};
    std::erase_if(events, [&](const LastEvent& event) { return wish.descending ? event >= last : event <= last; });
  }
  json::object answer;
  if (events.size() > wish.limit) {
    events.resize(wish.limit);
    answer["nextToken"] = fmt::format("{}/{}", events.back().first, events.back().second);
  }
  json::array streams;
  for (const LastEvent& event : events) {
    auto run = logs.find(call.workspace, wish.trigger, base::JobId(event.second));
    if (run) streams.push_back(stream_json(logs, *run, wish.trigger));
  }
  answer["logStreams"] = std::move(streams);
  return answer;
}

json::object describe_streams(JsonCall& call) {
  const core::RunLogs logs(call.services.parts);
  const StreamListing wish{.trigger = required_trigger(call, logs),
                           .prefix = call.fields.optional_text("logStreamNamePrefix").value_or(""),
                           .descending = call.fields.optional_flag("descending").value_or(false),
                           .after = call.fields.optional_text("nextToken").value_or(""),
                           .limit = limit_of(call, kMostListed)};
  const std::string order = call.fields.optional_text("orderBy").value_or("LogStreamName");
  if (order == "LogStreamName") return streams_by_name(call, logs, wish);
  if (order == "LastEventTime") return streams_by_last_event(call, logs, wish);
  throw Error(ErrorKind::invalid_argument, "orderBy is LogStreamName or LastEventTime");
}

// A place in a stream: forward "f/<line>" is past that line, backward "b/<line>" before it.
std::optional<std::int64_t> place_of(const std::optional<std::string>& token, char direction) {
  if (!token || token->size() < 3 || (*token)[0] != direction || (*token)[1] != '/') return std::nullopt;
  return base::parse_number<std::int64_t>(std::string_view(*token).substr(2));
}

json::object event_json(const meta::JobLogRow& line) {
  return {{"timestamp", milliseconds(line.at)}, {"message", line.line}, {"ingestionTime", milliseconds(line.at)}};
}

json::object get_events(JsonCall& call) {
  const core::RunLogs logs(call.services.parts);
  const std::string trigger = required_trigger(call, logs);
  const meta::JobRow run = required_run(call, logs, trigger, call.fields.text("logStreamName"));
  const std::size_t limit = limit_of(call, kMostEvents);
  const Period period = period_of(call);
  const auto token = call.fields.optional_text("nextToken");
  const auto forward = place_of(token, 'f');
  const auto backward = place_of(token, 'b');
  if (token && !forward && !backward) {
    throw Error(ErrorKind::invalid_argument, "The specified nextToken is invalid.");
  }
  const bool from_head = forward || (!backward && call.fields.optional_flag("startFromHead").value_or(false));

  std::vector<meta::JobLogRow> lines = logs.lines(run.id);
  std::erase_if(lines, [&](const meta::JobLogRow& line) {
    return !period.holds(line.at) || (forward && line.n <= *forward) || (backward && line.n >= *backward);
  });
  if (lines.size() > limit && from_head) lines.resize(limit);
  if (lines.size() > limit) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(limit));
  // At an end the token stays what it was: that is how readers know that it is one.
  const std::int64_t before = forward ? *forward + 1 : backward.value_or(1);
  const std::int64_t after = forward.value_or(backward ? *backward - 1 : 0);
  json::array events;
  for (const meta::JobLogRow& line : lines) events.push_back(event_json(line));
  return {{"events", std::move(events)},
          {"nextForwardToken", fmt::format("f/{}", lines.empty() ? after : lines.back().n)},
          {"nextBackwardToken", fmt::format("b/{}", lines.empty() ? before : lines.front().n)}};
}

// The streams that a search goes through, and what it looks for in them.
struct Search {
  std::string trigger;
  std::vector<std::string> streams;  // empty: all
  std::string prefix;
  Period period;
  FilterPattern pattern;
  std::size_t limit;

  bool goes_through(const std::string& stream) const {
    return stream.starts_with(prefix) &&
           (streams.empty() || std::find(streams.begin(), streams.end(), stream) != streams.end());
  }
};

std::vector<std::string> names_of(const json::value& value) {
  std::vector<std::string> names;
  if (value.is_null()) return names;
  auto wrong = [] { return Error(ErrorKind::invalid_argument, "logStreamNames must be a list of names"); };
  if (!value.is_array()) throw wrong();
  for (const json::value& name : value.get_array()) {
    if (!name.is_string()) throw wrong();
    names.emplace_back(name.get_string());
  }
  return names;
}

// "<run>/<line>": the last event that was told; line 0 is before a run's first.
std::pair<base::JobId, std::int64_t> place_of_search(const std::optional<std::string>& token) {
  if (!token) return {};
  const std::string_view text = *token;
  const std::size_t slash = std::min(text.rfind('/'), text.size());
  auto line = base::parse_number<std::int64_t>(text.substr(std::min(slash + 1, text.size())));
  if (!line) throw Error(ErrorKind::invalid_argument, "The specified nextToken is invalid.");
  return {base::JobId(std::string(text.substr(0, slash))), *line};
}

// One page of a search, run by run, each from its beginning but for the one that the page before ended in.
class SearchPage {
 public:
  SearchPage(const core::RunLogs& logs, const Search& search) : logs_(logs), search_(search) {}

  // False once the page is full.
  bool add(const meta::JobRow& run, std::int64_t after) {
    const std::string stream = stream_of(run);
    if (!search_.goes_through(stream)) return true;
    if (events_.size() >= search_.limit || ++runs_ > kMostRunsOfPage) {
      next_ = fmt::format("{}/0", run.id.value);
      return false;
    }
    for (const meta::JobLogRow& line : logs_.lines(run.id)) {
      if (line.n <= after || !search_.period.holds(line.at) || !search_.pattern.matches(line.line)) continue;
      if (events_.size() == search_.limit) {
        next_ = fmt::format("{}/{}", run.id.value, line.n - 1);
        return false;
      }
      json::object event = event_json(line);
      event["logStreamName"] = stream;
      event["eventId"] = fmt::format("{}/{}", run.id.value, line.n);
      events_.push_back(std::move(event));
    }
    return true;
  }

  json::object answer() {
    std::stable_sort(events_.begin(), events_.end(), [](const json::object& a, const json::object& b) {
      return a.at("timestamp").as_int64() < b.at("timestamp").as_int64();
    });
    json::object answer{{"events", json::array(events_.begin(), events_.end())}, {"searchedLogStreams", json::array()}};
    if (!next_.empty()) answer["nextToken"] = next_;
    return answer;
  }

 private:
  const core::RunLogs& logs_;
  const Search& search_;
  std::vector<json::object> events_;
  std::size_t runs_ = 0;
  std::string next_;
};

json::object filter_events(JsonCall& call) {
  const core::RunLogs logs(call.services.parts);
  const Search search{.trigger = required_trigger(call, logs),
                      .streams = names_of(call.fields.any("logStreamNames")),
                      .prefix = call.fields.optional_text("logStreamNamePrefix").value_or(""),
                      .period = period_of(call),
                      .pattern = FilterPattern(call.fields.optional_text("filterPattern").value_or("")),
                      .limit = limit_of(call, kMostEvents)};
  const auto [run, line] = place_of_search(call.fields.optional_text("nextToken"));
  SearchPage page(logs, search);
  if (auto begun = logs.find(call.workspace, search.trigger, run); begun && !page.add(*begun, line)) {
    return page.answer();
  }
  meta::RunListing listing{.workspace = call.workspace.id,
                           .trigger = search.trigger,
                           .after = run,
                           .changed_since = search.period.begin * base::kMillisecond,
                           .limit = kRunsAtOnce};
  std::vector<meta::JobRow> runs;
  do {
    runs = logs.runs(listing);
    for (const meta::JobRow& next : runs) {
      if (!page.add(next, 0)) return page.answer();
      listing.after = next.id;
    }
  } while (runs.size() == kRunsAtOnce);
  return page.answer();
}

constexpr std::array kOperations{
    JsonOperation{"DescribeLogGroups", describe_groups}, JsonOperation{"DescribeLogStreams", describe_streams},
    JsonOperation{"GetLogEvents", get_events}, JsonOperation{"FilterLogEvents", filter_events}};
constexpr JsonService kService{.target_prefix = "Logs_20140328.", .signed_as = "logs", .operations = kOperations};

}  // namespace

net::Handler run_logs_operation(const Services& services) { return run_json_operation(services, kService); }

}  // namespace boathouse::api::aws
