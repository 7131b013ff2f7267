// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include <csignal>
#include <iostream>

#include "app/commands/command.h"
#include "app/commands/remote_installer.h"
#include "app/house.h"
#include "base/log_format.h"
#include "net/server.h"
#include "postgres/connection.h"

namespace boathouse::app {
namespace {

// How long requests may go on after the first signal; a second one ends the process at once.
constexpr std::chrono::milliseconds kPatience{25'000};

// Signals that end the server. Blocked before any thread runs, so that every thread inherits that, and taken by wait().
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  // Afterwards the signals do what they do to any process.
  void wait() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  }

 private:
  sigset_t set_{};
};

base::LogLevel log_level(const std::string& name) {
  if (name == "debug") return base::LogLevel::debug;
  if (name == "warning") return base::LogLevel::warning;
  if (name == "error") return base::LogLevel::error;
  if (name == "off") return base::LogLevel::off;
  return base::LogLevel::info;
}

Settings settings_of(const FlagValues& flags) {
  try {
    return load_settings(flags, core::process_environment);
  } catch (const base::Error& error) {
    throw WrongUsage(error.message());
  }
}

ExitStatus serve(const FlagValues& flags) {
  Settings settings = settings_of(flags);
  postgres::ignore_environment();
  base::set_log_level(log_level(settings.log_level));
  base::set_log_format(settings.log_format == "text" ? base::LogFormat::text : base::LogFormat::json);
  // Before anything is made: a slip of the pen must not leave a data folder whose password was shown already.
  net::check_listen_address(settings.listen);
  net::check_listen_address(settings.s3_listen);
  StopSignals signals;
  House house(settings);
  if (house.new_admin_password()) {
    std::cout << "A new house. Log in as admin with the password " << *house.new_admin_password()
              << "\n(shown this once; `boathouse user reset admin` makes another)" << std::endl;
  }
  if (!settings.apply.empty()) {
    core::Applied applied = house.apply(settings.apply);
    print_applied(applied);
    if (!applied.problems.empty()) return kFailed;
  }
  House::Addresses addresses = house.start();
  std::string scheme = settings.tls_cert.empty() ? "http" : "https";
  std::cout << "Boathouse listens on " << scheme << "://" << addresses.http << ", for S3 clients on " << scheme << "://"
            << addresses.s3 << std::endl;
  signals.wait();
  std::cout << "Boathouse stops: requests finish first" << std::endl;
  house.stop(kPatience);
  return kOk;
}

}  // namespace

void add_serve(CLI::App& app, ExitStatus& status) {
  auto flags = std::make_shared<FlagValues>();
  CLI::App* sub = app.add_subcommand("serve", "Run the server");
  for (const SettingInfo& setting : all_settings()) {
    if (setting.environment_only) continue;
    std::string name(setting.name);
    auto keep = [flags, name](const std::string& value) { (*flags)[name] = value; };
    std::string help(setting.help);
    if (!setting.default_text.empty()) help += fmt::format(" [{}]", setting.default_text);
    CLI::Option* option = sub->add_option_function<std::string>(setting.flag(), keep, help);
    if (setting.kind == SettingKind::boolean) {
      option->expected(0, 1)->default_str("true");
    } else {
      option->type_name(std::string(setting.placeholder()));
    }
  }
  sub->footer(
      "Every flag is also a variable BOATHOUSE_<FLAG> and a key of boathouse.toml (--query-timeout is\n"
      "BOATHOUSE_QUERY_TIMEOUT and query_timeout); flags beat variables, variables beat the file. From the environment "
      "only:\n"
      "BOATHOUSE_ADMIN_PASSWORD (of a fresh data folder) and BOATHOUSE_JWT_SECRET.\n"
      "SIGTERM or Ctrl-C finishes running requests and ends with status 0; a second one ends at once.\n"
      "Examples:\n"
      "  boathouse serve --data data\n"
      "  boathouse serve --data /srv/lake --listen 0.0.0.0:8443 --tls-cert lake.pem --tls-key lake.key\n"
      "  boathouse serve --data data --apply examples/hiring");
  sub->callback([flags, &status] { status = serve(*flags); });
}

}  // namespace boathouse::app
