// SPDX-License-Identifier: Apache-2.0
// The whole installation into a folder, and out of one.
#include <filesystem>
#include <iostream>

#include "app/commands/connection.h"
#include "app/commands/output.h"
#include "app/commands/progress_bar.h"
#include "app/data_lock.h"
#include "app/options.h"
#include "base/file.h"
#include "core/installation_copy.h"

namespace boathouse::app {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using base::Error;
using base::ErrorKind;

struct BackupCommand {
  Connection connection;
  Output output;
  bool all = false;
  std::string to;
  std::string passphrase_file;
};

struct RestoreCommand {
  Output output;
  std::string from;
  std::string data;
  std::string warehouse_uri;
  std::string passphrase_file;
};

// The file's first line; empty without a file.
std::string passphrase_of(const std::string& file) {
  if (file.empty()) return "";
  const std::string text = base::read_file(file);
  return text.substr(0, text.find_first_of("\r\n"));
}

void back_up(BackupCommand& command) {
  json::object body{{"to", command.to}};
  if (!command.passphrase_file.empty()) body["passphrase"] = passphrase_of(command.passphrase_file);
  const json::value made = command.connection.call("POST", "/v1/installation/backups", body);
  auto number = [&](std::string_view field) { return made.at(field).to_number<std::int64_t>(); };
  command.output.say(made, fmt::format("{} tables, {} files, {} bytes are in {} on the server's machine{}",
                                       number("tables"), number("files"), number("bytes"), command.to,
                                       made.at("keys").as_bool() ? "" : "; the keys are not"));
}

void check_empty(const fs::path& folder) {
  if (!fs::exists(folder) || (fs::is_directory(folder) && fs::is_empty(folder))) return;
  throw Error(ErrorKind::conflict, folder.string() + " is not empty: name a folder that is, or that is not there yet");
}

void empty_again(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) fs::remove_all(entry, ignored);
}

void restore(RestoreCommand& command) {
  check_empty(command.data);
  Settings settings;
  settings.warehouse_uri = command.warehouse_uri;
  const fs::path data = fs::weakly_canonical(command.data);
  const fs::path warehouse = fs::weakly_canonical(warehouse_folder(settings, data));
  check_empty(warehouse);
  base::make_directories_durably(data);
  base::make_directories_durably(warehouse);
  DataLock lock(data);
  ProgressBar progress("restoring", !command.output.is_json());
  core::RestoredInstallation restored;
  try {
    restored = core::restore_installation({.from = fs::canonical(command.from),
                                           .data = data,
                                           .warehouse = warehouse,
                                           .passphrase = passphrase_of(command.passphrase_file),
                                           .worker = worker_executable()},
                                          progress);
  } catch (...) {
    empty_again(warehouse);
    empty_again(data);
    throw;
  }
  progress.clear();
  json::object told = core::to_json(restored.copy);
  told["notes"] = json::array(restored.notes.begin(), restored.notes.end());
  command.output.say(told, fmt::format("{} tables, {} files, {} bytes restored into {}", restored.copy.tables,
                                       restored.copy.files, restored.copy.bytes, data.string()));
  for (const std::string& note : restored.notes) std::cerr << "note: " << note << '\n';
}

}  // namespace

void add_backup(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<BackupCommand>();
  CLI::App* sub = app.add_subcommand("backup", "Copy a running installation into a folder, for owners of main");
  command->connection.add_options(*sub);
  command->output.add_option(*sub);
  sub->add_flag("--all", command->all, "All of it: metadata, tables, backups")->required();
  sub->add_option("--to", command->to,
                  "An absolute path on the SERVER's machine, empty or not there, outside its data folder")
      ->required();
  sub->add_option("--passphrase-file", command->passphrase_file,
                  "A file here whose first line seals the installation's keys; without it they are left out");
  sub->callback([command] { back_up(*command); });
  sub->footer(
      "The server goes on working. Tables one by one: POST /v1/workspaces/WS/tables/T/backups.\n"
      "\n"
      "Example:\n"
      "  boathouse backup --all --to /mnt/disk/2026-03-01 --passphrase-file ~/.boathouse-passphrase");
}

void add_restore(CLI::App& app, ExitStatus&) {
  auto command = std::make_shared<RestoreCommand>();
  CLI::App* sub = app.add_subcommand("restore", "Make an installation out of what `boathouse backup --all` copied");
  command->output.add_option(*sub);
  sub->add_option("path", command->from, "The copy, on this machine")->required()->check(CLI::ExistingDirectory);
  sub->add_option("--data", command->data, "The data folder to make: empty or not there")->required();
  sub->add_option("--warehouse-uri", command->warehouse_uri,
                  "Where the tables are to lie, empty or not there, as the server will have it; in the data folder "
                  "unless given")
      ->envname("BOATHOUSE_WAREHOUSE_URI");
  sub->add_option("--passphrase-file", command->passphrase_file, "A file whose first line opens the keys");
  sub->callback([command] { restore(*command); });
  sub->footer(
      "Every file is checked first. Then start it: boathouse serve --data DIR [--warehouse-uri URI]\n"
      "\n"
      "Example:\n"
      "  boathouse restore /mnt/disk/2026-03-01 --data /srv/boathouse --passphrase-file ~/.boathouse-passphrase");
}

}  // namespace boathouse::app
