// SPDX-License-Identifier: Apache-2.0
// The settings of a process. Each is declared once, in the table of settings.cc: its name, kind, default and help.
// Flags of the command line, BOATHOUSE_* variables and boathouse.toml all come from that table; flags beat environment,
// environment beats file; an empty variable counts as unset. At start, before other threads; errors are
// Error{invalid_argument} and say where the value came from: "--query-timeout: ..", "BOATHOUSE_QUERY_TIMEOUT: ..",
// "boathouse.toml:3: query_timeout: ..".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace boathouse::app {

// Values as they hold; sizes in bytes, durations in microseconds. Empty texts mean "not said" where the help says so.
struct Settings {
  std::string data;
  std::string listen;
  std::string s3_listen;
  std::string config;
  std::string apply;
  std::uint64_t workers = 0;
  base::Micros query_timeout = 0;
  base::Micros long_query_timeout = 0;
  base::Micros keep_query_results = 0;
  std::uint64_t max_query_result = 0;
  std::uint64_t max_query_results = 0;  // of a workspace
  base::Micros file_grace = 0;
  std::uint64_t job_workers = 0;
  base::Micros keep_jobs_for = 0;
  std::uint64_t keep_jobs = 0;  // of a workspace
  std::uint64_t keep_idempotency_keys = 0;
  base::Micros sweep_every = 0;
  std::string maintenance;
  base::Micros maintenance_every = 0;
  std::uint64_t compact_target = 0;
  std::string profiles;
  std::string tls_cert;
  std::string tls_key;
  std::vector<std::string> cors_origins;
  std::string public_url;
  std::string signup;
  std::string warehouse_uri;
  std::string admin_password;
  std::string jwt_secret;
  base::Micros access_token_ttl = 0;
  base::Micros refresh_token_ttl = 0;
  bool allow_unconfined_engine = false;
  std::uint64_t engine_memory = 0;
  std::uint64_t engine_max_spill = 0;
  std::uint64_t max_line_bytes = 0;
  std::uint64_t max_columns = 0;
  std::uint64_t max_partitions = 0;
  std::uint64_t max_data_file = 0;
  std::uint64_t max_dataframe_bytes = 0;
  std::uint64_t max_unfolded_bytes = 0;
  std::uint64_t max_unfold_ratio = 0;
  std::uint64_t max_queued_files = 0;
  bool webhooks_inside = false;
  std::vector<std::string> watched_folders;
  std::uint64_t max_header_bytes = 0;
  base::Micros header_timeout = 0;
  std::uint64_t min_body_rate = 0;  // bytes a second
  std::uint64_t max_connections = 0;
  std::uint64_t io_threads = 0;
  std::string log_level;
  std::string log_format;
  bool cognito_srp = false;
  std::string cognito_pool_name;
  bool documents_authorization = true;
  base::Micros documents_commit_every = 0;
  std::uint64_t documents_commit_bytes = 0;
  std::uint64_t documents_max_request = 0;
  std::uint64_t documents_max_log = 0;
  std::uint64_t flows_dataset_bytes = 0;
};

enum class SettingKind { text, boolean, count, size, duration, list };

// What a command line or a page of documentation needs to know of one setting.
struct SettingInfo {
  std::string_view name;  // as in boathouse.toml: "query_timeout", "cognito.srp"
  SettingKind kind = SettingKind::text;
  std::string_view default_text;
  std::string_view help;
  bool environment_only = false;  // secrets: neither flag nor file

  std::string flag() const;      // "--query-timeout", "--cognito-srp"
  std::string variable() const;  // "BOATHOUSE_QUERY_TIMEOUT", "BOATHOUSE_COGNITO_SRP"
  // "DURATION", "SIZE", "N", "LIST", "TEXT"; empty for a boolean, whose flag alone means true.
  std::string_view placeholder() const;
};

// All settings, in the order in which a help page shows them.
std::vector<SettingInfo> all_settings();

// The values of flags, by the setting's name.
using FlagValues = std::map<std::string, std::string, std::less<>>;
using Environment = std::function<std::optional<std::string>(const std::string& variable)>;

// Puts the settings together. The file is that of `config` (flag or variable), which must exist; without one,
// `boathouse.toml` in the working directory if it is there.
Settings load_settings(const FlagValues& flags, const Environment& environment);

// "16MiB", "1GB", "4096": bytes; KiB, MiB, GiB, TiB count by 1024, kB, KB, MB, GB, TB by 1000. nullopt for anything
// else.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace boathouse::app
