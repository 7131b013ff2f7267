// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "app/commands/client_command.h"
#include "app/commands/job_watch.h"
#include "base/encoding.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;

struct JobCommand {
  Connection connection;
  Output output;
  std::string id;
  std::string workspace;
  std::string state;
  std::string kind;
  std::string object;
};

void list(JobCommand& command) {
  std::string path = "/v1/jobs";
  auto narrow = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    path += fmt::format("{}{}={}", path.find('?') == std::string::npos ? '?' : '&', name, base::percent_encode(value));
  };
  narrow("workspace", command.workspace);
  narrow("state", command.state);
  narrow("kind", command.kind);
  narrow("object", command.object);
  command.output.list(command.connection.list(path, "jobs"), "jobs",
                      {{"id", "id"},
                       {"kind", "kind"},
                       {"state", "state"},
                       {"workspace", "workspace"},
                       {"object", "object"},
                       {"done", "done"},
                       {"total", "total"},
                       {"unit", "unit"},
                       {"created", "created_at"},
                       {"error", "error"}});
}

void show(JobCommand& command) { command.output.fields(command.connection.call("GET", job_path(command.id))); }

void log(JobCommand& command) {
  json::value answer = command.connection.list(job_path(command.id, "/log"), "lines");
  std::string text;
  for (const json::value& line : answer.at("lines").as_array()) {
    text += fmt::format("{}{}  {}", text.empty() ? "" : "\n", line.at("at").as_string().c_str(),
                        line.at("line").as_string().c_str());
  }
  command.output.say(answer, text);
}

void wait(JobCommand& command) {
  command.output.say(wait_for_job(command.connection, command.output, command.id), command.id + " succeeded");
}

void change(JobCommand& command, const std::string& verb) {
  json::value job = command.connection.call("POST", job_path(command.id, "/" + verb));
  command.output.say(job, fmt::format("{} is {}", command.id, job.at("state").as_string().c_str()));
}
void retry(JobCommand& command) { change(command, "retry"); }
void cancel(JobCommand& command) { change(command, "cancel"); }

void add_of_one(CLI::App& app, const std::shared_ptr<JobCommand>& command, const std::string& name,
                const std::string& description, void (*run)(JobCommand&)) {
  add_client_command(app, command, name, description, "job " + name + " 019a8f3e-5c1b-7d20-9a4e-0c6f5b1e2d3a", run)
      ->add_option("id", command->id, "As `boathouse job list` tells it")
      ->required();
}

}  // namespace

void add_job(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<JobCommand>();
  CLI::App* sub = app.add_subcommand("job", "Look at jobs, cancel them, try them again");
  sub->require_subcommand(1);
  CLI::App* listing =
      add_client_command(*sub, command, "list", "List jobs, newest first", "job list --state failed", list);
  listing->add_option("--workspace", command->workspace, "Only of this workspace; of all of yours unless given");
  listing->add_option("--state", command->state, "Only in this state")
      ->check(CLI::IsMember({"queued", "running", "succeeded", "failed", "cancelled"}));
  listing->add_option("--kind", command->kind, "Only of this kind, such as backup");
  listing->add_option("--object", command->object, "Only about this, such as a table");
  add_of_one(*sub, command, "show", "Show one job", show);
  add_of_one(*sub, command, "log", "Print what a job wrote down, oldest first", log);
  add_of_one(*sub, command, "wait", "Wait until a job has ended; fails when it did", wait);
  add_of_one(*sub, command, "retry", "Queue a job again that failed or was cancelled", retry);
  add_of_one(*sub, command, "cancel", "End a job that waits or runs", cancel);
  sub->footer(
      "Examples:\n"
      "  boathouse job list --state failed\n"
      "  boathouse job log 019a8f3e-5c1b-7d20-9a4e-0c6f5b1e2d3a\n"
      "  boathouse job wait 019a8f3e-5c1b-7d20-9a4e-0c6f5b1e2d3a    with a progress bar on a terminal");
}

}  // namespace boathouse::app
