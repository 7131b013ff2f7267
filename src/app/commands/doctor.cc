// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "app/commands/command.h"
#include "app/commands/output.h"
#include "app/commands/progress_bar.h"
#include "app/data_lock.h"
#include "app/options.h"
#include "app/stopped_house.h"
#include "core/doctor.h"

namespace boathouse::app {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

struct DoctorCommand {
  Output output;
  std::string data;
  std::string warehouse_uri;
  std::string grace;
  bool checksums = false;
  bool repair = false;
  bool relocate = false;
};

json::object to_json(const core::Diagnosis& diagnosis) {
  json::array findings;
  for (const core::Finding& finding : diagnosis.findings) {
    findings.push_back({{"severity", std::string(core::to_string(finding.severity))},
                        {"check", finding.check},
                        {"what", finding.what},
                        {"where", finding.where},
                        {"mend", finding.mend},
                        {"repaired", finding.repaired}});
  }
  return {{"sound", diagnosis.is_sound()},
          {"tables", diagnosis.tables},
          {"files", diagnosis.files},
          {"findings", std::move(findings)}};
}

std::string to_text(const core::Diagnosis& diagnosis) {
  std::string text;
  for (const core::Finding& finding : diagnosis.findings) {
    text += fmt::format("{} {}: {}\n    {}\n", finding.repaired ? "repaired" : core::to_string(finding.severity),
                        finding.check, finding.what, finding.where);
    if (!finding.mend.empty() && !finding.repaired) text += "    mend: " + finding.mend + "\n";
  }
  return text + fmt::format("{} tables, {} files: {}", diagnosis.tables, diagnosis.files,
                            diagnosis.is_sound() ? "sound" : "something is to be mended");
}

// Held while the folder is examined; none when a server has it and nothing is to be changed.
std::unique_ptr<DataLock> lock_if_free(const DoctorCommand& command) {
  try {
    return std::make_unique<DataLock>(command.data);
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::conflict && !command.repair && !command.relocate) return nullptr;
    throw;
  }
}

ExitStatus run(DoctorCommand& command) {
  database_of(command.data);
  const auto grace = base::parse_duration(command.grace);
  if (!grace || grace->forever) {
    throw WrongUsage("--grace is a duration such as 1h");
  }
  const std::unique_ptr<DataLock> lock = lock_if_free(command);
  const fs::path data = fs::canonical(command.data);
  Settings settings;
  settings.warehouse_uri = command.warehouse_uri;
  ProgressBar progress("examining", !command.output.is_json());
  const core::Diagnosis diagnosis = core::examine({.data = data,
                                                   .warehouse = fs::weakly_canonical(warehouse_folder(settings, data)),
                                                   .worker = worker_executable(),
                                                   .running = lock == nullptr,
                                                   .checksums = command.checksums,
                                                   .repair = command.repair,
                                                   .grace = grace->micros,
                                                   .relocate = command.relocate},
                                                  progress);
  progress.clear();
  command.output.say(to_json(diagnosis), to_text(diagnosis));
  return diagnosis.is_sound() ? kOk : kUnsound;
}

}  // namespace

void add_doctor(CLI::App& app, ExitStatus& status) {
  auto command = std::make_shared<DoctorCommand>();
  CLI::App* sub =
      app.add_subcommand("doctor", "Look for what is wrong with a data folder and its machine, and mend it");
  sub->add_option("--data", command->data, "The server's data folder")->envname("BOATHOUSE_DATA")->required();
  sub->add_option("--warehouse-uri", command->warehouse_uri, "As the server has it")
      ->envname("BOATHOUSE_WAREHOUSE_URI");
  sub->add_flag("--checksums", command->checksums,
                "Also read every row of every table, and compare backups with their sums");
  sub->add_flag(
      "--repair", command->repair,
      "Do what loses nothing, while the server is stopped: remove files that nothing refers to and what batches "
      "left in staging, take others' rights on secrets away");
  sub->add_flag(
      "--relocate", command->relocate,
      "After the folder was moved, while the server is stopped: make every file and pointer name its new place");
  command->grace = "1h";
  sub->add_option("--grace", command->grace, "Younger files are never called unneeded")->capture_default_str();
  command->output.add_option(*sub);
  sub->footer(
      "Looks at the kernel, memory, disk and clock; the metadata's integrity; every table's metadata, manifests and "
      "data\n"
      "files; files that nothing refers to; keys and backups. Works while the server is stopped, and reads only while "
      "it runs.\n"
      "Ends with 0: sound, or mended; 6: something is left to be mended; 1: could not look.\n"
      "\n"
      "Examples:\n"
      "  boathouse doctor --data data\n"
      "  boathouse doctor --data data --checksums --output json\n"
      "  boathouse doctor --data data --repair\n"
      "  mv data /srv/boathouse && boathouse doctor --data /srv/boathouse --relocate");
  sub->callback([command, &status] { status = run(*command); });
}

}  // namespace boathouse::app
