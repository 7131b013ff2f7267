// SPDX-License-Identifier: Apache-2.0
#include "app/commands/job_watch.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "app/commands/progress_bar.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

// The first looks come quickly, since most jobs are short.
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1000};

std::string text_of(const json::value& job, std::string_view field) {
  const json::value* value = job.as_object().if_contains(field);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::int64_t number_of(const json::value& job, std::string_view field) {
  const json::value* value = job.as_object().if_contains(field);
  return value && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

std::string title_of(const json::value& job) {
  std::string object = text_of(job, "object");
  return text_of(job, "kind") + (object.empty() ? "" : " " + object);
}

}  // namespace

std::string job_path(const std::string& id, const std::string& rest) {
  return "/v1/jobs/" + base::percent_encode(id) + rest;
}

json::value wait_for_job(Connection& connection, const Output& output, const std::string& id) {
  json::value job = connection.call("GET", job_path(id));
  ProgressBar bar(title_of(job), !output.is_json());
  for (std::chrono::milliseconds pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    std::string state = text_of(job, "state");
    if (state == "succeeded") return job;
    if (state == "cancelled") throw Error(ErrorKind::cancelled, fmt::format("the job {} was cancelled", id));
    if (state == "failed") {
      throw Error(ErrorKind::unprocessable, fmt::format("the job {} failed: {}", id, text_of(job, "error")));
    }
    bar.advance(number_of(job, "done"), number_of(job, "total"), text_of(job, "unit"));
    std::this_thread::sleep_for(pause);
    job = connection.call("GET", job_path(id));
  }
}

void JobOptions::add_option(CLI::App& command) {
  command.add_flag("--no-wait", no_wait, "Tell the job's id at once instead of waiting for its end");
}

void JobOptions::tell(Connection& connection, const Output& output, const json::value& started,
                      const std::string& done) const {
  std::string id = text_of(started, "id");
  if (no_wait) return output.say(started, id);
  output.say(wait_for_job(connection, output, id), done);
}

}  // namespace boathouse::app
