// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <limits>
#include <toml++/toml.h>
#include <variant>

#include "base/encoding.h"
#include "base/error.h"
#include "base/file.h"

namespace boathouse::app {
namespace {

using base::Error;
using base::ErrorKind;

using Member = std::variant<std::string Settings::*, bool Settings::*, std::uint64_t Settings::*,
                            base::Micros Settings::*, std::vector<std::string> Settings::*>;

struct Setting {
  SettingInfo info;
  Member member;
  std::uint64_t least = 0;  // of counts and sizes, and of durations in microseconds
  std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::vector<std::string_view> choices = {};  // of a text; the empty text is always one
};

Setting text(std::string_view name, std::string_view value, std::string Settings::*member, std::string_view help,
             std::vector<std::string_view> choices = {}) {
  return {.info = {.name = name, .kind = SettingKind::text, .default_text = value, .help = help},
          .member = member,
          .choices = std::move(choices)};
}
Setting secret(std::string_view name, std::string Settings::*member, std::string_view help) {
  Setting setting = text(name, "", member, help);
  setting.info.environment_only = true;
  return setting;
}
Setting boolean(std::string_view name, std::string_view value, bool Settings::*member, std::string_view help) {
  return {.info = {.name = name, .kind = SettingKind::boolean, .default_text = value, .help = help}, .member = member};
}
Setting count(std::string_view name, std::string_view value, std::uint64_t Settings::*member, std::uint64_t least,
              std::uint64_t most, std::string_view help) {
  return {.info = {.name = name, .kind = SettingKind::count, .default_text = value, .help = help},
          .member = member,
          .least = least,
          .most = most};
}
Setting size(std::string_view name, std::string_view value, std::uint64_t Settings::*member, std::uint64_t least,
             std::string_view help) {
  return {.info = {.name = name, .kind = SettingKind::size, .default_text = value, .help = help},
          .member = member,
          .least = least};
}
Setting duration(std::string_view name, std::string_view value, base::Micros Settings::*member, std::string_view help) {
  return {.info = {.name = name, .kind = SettingKind::duration, .default_text = value, .help = help},
          .member = member,
          .least = base::kMillisecond};
}
Setting list(std::string_view name, std::vector<std::string> Settings::*member, std::string_view help) {
  return {.info = {.name = name, .kind = SettingKind::list, .default_text = "", .help = help}, .member = member};
}

// For a duration that may be nothing at all.
Setting no_least(Setting setting) {
  setting.least = 0;
  return setting;
}

const std::vector<Setting>& table() {
  using S = Settings;
  static const std::vector<Setting> settings{
      text("data", "data", &S::data, "folder that holds everything; made when it is missing"),
      text("listen", "127.0.0.1:8000", &S::listen, "address of the HTTP API; port 0 takes a free one"),
      text("s3_listen", "127.0.0.1:9000", &S::s3_listen, "address of the S3 API"),
      text("config", "", &S::config, "file of settings; without it boathouse.toml here, if there is one"),
      text("apply", "", &S::apply, "folder of users, contracts and insights to apply at start"),
      count("workers", "4", &S::workers, 1, 256, "engine processes at most"),
      duration("query_timeout", "30s", &S::query_timeout, "how long a statement may take, waiting included"),
      duration("long_query_timeout", "1h", &S::long_query_timeout, "the same for statements that were submitted"),
      duration("keep_query_results", "1h", &S::keep_query_results,
               "how long the result of a submitted statement is kept"),
      size("max_query_result", "1GiB", &S::max_query_result, 1024, "size of the result of a submitted statement"),
      size("max_query_results", "10GiB", &S::max_query_results, 1024,
           "results of a workspace's submitted statements that are kept; with more, no further one runs"),
      count("job_workers", "3", &S::job_workers, 1, 64,
            "jobs that run at once; one workspace has all but one of them, if there are two or more"),
      duration("keep_jobs_for", "7d", &S::keep_jobs_for, "how long a job that ended is shown"),
      count("keep_jobs", "10000", &S::keep_jobs, 1, 1'000'000, "jobs of a workspace that ended and are shown, at most"),
      count("keep_idempotency_keys", "10000000", &S::keep_idempotency_keys, 1, 1'000'000'000,
            "Idempotency-Keys that are remembered, at most; the oldest go first, and each after 24 hours"),
      duration("sweep_every", "10m", &S::sweep_every, "how often what has had its time is removed from the metadata"),
      no_least(duration("file_grace", "1h", &S::file_grace, "how long a file stays after its last reference")),
      text("maintenance", "on", &S::maintenance, "on or off: versions expire, small files are merged, old ones removed",
           {"on", "off"}),
      duration("maintenance_every", "1m", &S::maintenance_every,
               "how often the house looks for maintenance that is due"),
      text("profiles", "on", &S::profiles,
           "on or off: commits have their tables profiled; who asks is told in any case", {"on", "off"}),
      size("compact_target", "128MiB", &S::compact_target, 1 << 20, "size of the data files that small ones become"),
      text("tls_cert", "", &S::tls_cert, "PEM file with the certificate and its chain; with tls_key"),
      text("tls_key", "", &S::tls_key, "PEM file with the private key; with tls_cert"),
      list("cors_origins", &S::cors_origins, "origins whose pages may call, comma-separated, compared exactly"),
      text("public_url", "", &S::public_url, "what links and issuers are made of; http://<listen> when empty"),
      text("signup", "", &S::signup, "open or closed; when empty, open while the listener is loopback",
           {"open", "closed"}),
      text("warehouse_uri", "", &S::warehouse_uri, "where tables lie; file:// and the data folder when empty"),
      secret("admin_password", &S::admin_password, "password of the user admin in a fresh data folder"),
      secret("jwt_secret", &S::jwt_secret, "what signs access tokens, at least 32 bytes; fixed: not rotated"),
      duration("access_token_ttl", "1h", &S::access_token_ttl, "life of an access token"),
      duration("refresh_token_ttl", "7d", &S::refresh_token_ttl, "life of a refresh token"),
      boolean("allow_unconfined_engine", "false", &S::allow_unconfined_engine,
              "run the engine although this kernel cannot confine it"),
      size("engine_memory", "1GiB", &S::engine_memory, 64 << 20, "memory of one engine process"),
      size("engine_max_spill", "10GB", &S::engine_max_spill, 0, "temporary files of one engine process"),
      size("max_line_bytes", "16MiB", &S::max_line_bytes, 1024, "longest line or record of an upload"),
      count("max_columns", "5000", &S::max_columns, 1, 100'000, "columns of an upload at most"),
      count("max_partitions", "10000", &S::max_partitions, 1, 1'000'000, "partitions that one batch may touch"),
      size("max_data_file", "512MiB", &S::max_data_file, 64 << 10,
           "size of a data file that a Parquet body becomes as it is; a larger body is cut between its row groups"),
      size("max_dataframe_bytes", "1GiB", &S::max_dataframe_bytes, 1024,
           "size of a body of POST /dataframes/upload, once unfolded"),
      size("max_unfolded_bytes", "64GiB", &S::max_unfolded_bytes, 1024,
           "size of a body, once unfolded where it is compressed"),
      count("max_unfold_ratio", "200", &S::max_unfold_ratio, 1, 1'000'000,
            "how many times its size a body may unfold to"),
      count("max_queued_files", "100000", &S::max_queued_files, 1, 10'000'000,
            "files of a workspace that wait to become rows; past it a put is asked to come again later"),
      boolean("webhooks_inside", "false", &S::webhooks_inside,
              "let notifications of buckets call addresses of this machine and of private networks"),
      list("watched_folders", &S::watched_folders,
           "FOLDER=WORKSPACE/BUCKET/PREFIX, comma-separated: files of these folders are put into buckets"),
      size("max_header_bytes", "64KiB", &S::max_header_bytes, 1024, "size of a request's header"),
      duration("header_timeout", "10s", &S::header_timeout, "how long a client may take for its header"),
      size("min_body_rate", "1KiB", &S::min_body_rate, 0, "bytes a second that a body must bring at least"),
      count("max_connections", "4096", &S::max_connections, 1, 1'000'000, "open connections at most"),
      count("io_threads", "0", &S::io_threads, 0, 1024, "network threads; 0 is one for each core"),
      text("log_level", "info", &S::log_level, "debug, info, warning, error or off",
           {"debug", "info", "warning", "error", "off"}),
      text("log_format", "json", &S::log_format, "json, or text for people to read", {"json", "text"}),
      boolean("cognito.srp", "false", &S::cognito_srp, "let Cognito clients log in by SRP"),
      text("cognito.pool_name", "data_platform-user_pool", &S::cognito_pool_name,
           "what Cognito clients see the user pool named"),
      boolean("documents.authorization", "true", &S::documents_authorization,
              "ask for credentials at the documents door"),
      duration("documents.commit_every", "1s", &S::documents_commit_every,
               "how long an acknowledged document waits for company before it is committed to its table"),
      size("documents.commit_bytes", "64MiB", &S::documents_commit_bytes, 1 << 20, "documents in one commit at most"),
      size("documents.max_request", "64MiB", &S::documents_max_request, 1024,
           "size of a body of POST /table/{name}/objects, once unfolded"),
      size("documents.max_log", "4GiB", &S::documents_max_log, 64 << 20,
           "documents on disk that are acknowledged and not in their tables; past it none is taken"),
      size("flows.dataset_bytes", "1GiB", &S::flows_dataset_bytes, 1, "size of a flow's dataset"),
  };
  return settings;
}

// Puts one value in; `where` names its source in errors.
class Assignment {
 public:
  Assignment(const Setting& setting, std::string_view where, Settings& out)
      : setting_(setting), where_(where), out_(out) {}

  void operator()(const std::string& value) const {
    std::visit([&](auto member) { out_.*member = read(value, member); }, setting_.member);
  }

 private:
  [[noreturn]] void refuse(const std::string& message) const {
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: {}", where_, message));
  }

  std::string read(const std::string& value, std::string Settings::*) const {
    const auto& choices = setting_.choices;
    if (!choices.empty() && !value.empty() && std::find(choices.begin(), choices.end(), value) == choices.end()) {
      refuse(fmt::format("must be one of {}", fmt::join(choices, ", ")));
    }
    return value;
  }

  bool read(const std::string& value, bool Settings::*) const {
    std::string folded = base::fold_case(value);
    if (folded == "true" || folded == "1") return true;
    if (folded == "false" || folded == "0") return false;
    refuse("must be true or false");
  }

  std::uint64_t read(const std::string& value, std::uint64_t Settings::*) const {
    bool is_size = setting_.info.kind == SettingKind::size;
    std::optional<std::uint64_t> number = parse_size(value);
    bool plain = value.find_first_not_of("0123456789") == std::string::npos;
    if (!number || (!is_size && !plain)) {
      refuse(is_size ? "must be a size such as 16MiB, 1GB or 4096 (bytes)" : "must be a whole number");
    }
    if (*number < setting_.least || *number > setting_.most) {
      refuse(fmt::format("must be from {} to {}", setting_.least, setting_.most));
    }
    return *number;
  }

  base::Micros read(const std::string& value, base::Micros Settings::*) const {
    std::optional<base::Duration> parsed = base::parse_duration(value);
    if (!parsed || parsed->forever) refuse("must be a duration such as 500ms, 30s, 5m, 1h or 7d");
    if (parsed->micros < static_cast<base::Micros>(setting_.least)) refuse("must be at least 1ms");
    return parsed->micros;
  }

  std::vector<std::string> read(const std::string& value, std::vector<std::string> Settings::*) const {
    std::vector<std::string> out;
    for (std::size_t start = 0; start <= value.size();) {
      std::size_t end = std::min(value.find(',', start), value.size());
      std::string_view item = std::string_view(value).substr(start, end - start);
      while (item.starts_with(' ')) item.remove_prefix(1);
      while (item.ends_with(' ')) item.remove_suffix(1);
      if (!item.empty()) out.emplace_back(item);
      start = end + 1;
    }
    return out;
  }

  const Setting& setting_;
  const std::string_view where_;
  Settings& out_;
};

const Setting* find(std::string_view name) {
  for (const Setting& setting : table()) {
    if (setting.info.name == name) return &setting;
  }
  return nullptr;
}

// A value of the file as the text that a flag would have; nullopt for kinds that no setting has.
std::optional<std::string> file_text(const toml::node& node) {
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return std::to_string(value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  const toml::array* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::string joined;
  for (const toml::node& item : *list) {
    const auto* value = item.as_string();
    if (value == nullptr || value->get().find(',') != std::string::npos) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + value->get();
  }
  return joined;
}

void read_table(const toml::table& from, const std::string& prefix, const std::string& file, Settings& out) {
  for (const auto& [key, node] : from) {
    std::string name = prefix + std::string(key.str());
    std::string where = fmt::format("{}:{}: {}", file, key.source().begin.line, name);
    const Setting* setting = find(name);
    if (setting == nullptr && node.is_table()) {
      read_table(*node.as_table(), name + ".", file, out);
      continue;
    }
    if (setting == nullptr || name == "config") {
      throw Error(ErrorKind::invalid_argument, where + ": is no setting");
    }
    if (setting->info.environment_only) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("{}: is taken from the environment only: {}", where, setting->info.variable()));
    }
    std::optional<std::string> value = file_text(node);
    bool is_list = setting->info.kind == SettingKind::list;
    if (!value || (node.is_array() && !is_list)) {
      throw Error(ErrorKind::invalid_argument, where + (is_list ? ": must be a list of texts" : ": must be one value"));
    }
    Assignment(*setting, where, out)(*value);
  }
}

void read_file(const std::string& file, Settings& out) {
  std::string text;
  try {
    text = base::read_file(file);
  } catch (const Error&) {
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: the file of settings cannot be read", file));
  }
  try {
    read_table(toml::parse(text, file), "", file, out);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{}:{}: is not TOML: {}", file, error.source().begin.line, error.description()));
  }
}

// As browsers send it in the header Origin. Another spelling would never match, and nobody would be told.
bool is_origin(std::string_view text) {
  if (text == "null") return true;
  const std::size_t colon = text.find("://");
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view host = text.substr(colon + 3);
  return !host.empty() && host.find_first_of("/?#@* ") == std::string_view::npos && base::fold_case(text) == text;
}

void check_origins(const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    if (is_origin(origin)) continue;
    throw Error(ErrorKind::invalid_argument,
                fmt::format("cors_origins: \"{}\" is no origin: list each as browsers send it, as in "
                            "https://lake.example or http://localhost:3000, without a path; there are no wildcards",
                            origin));
  }
}

// What no single value shows.
void check_together(const Settings& settings) {
  auto refuse = [](const std::string& message) { throw Error(ErrorKind::invalid_argument, message); };
  check_origins(settings.cors_origins);
  if (settings.data.empty()) refuse("data: must name a folder");
  if (settings.listen.empty()) refuse("listen: must be an address such as 127.0.0.1:8000");
  if (settings.tls_cert.empty() != settings.tls_key.empty())
    refuse("tls_cert and tls_key go together: give both or none");
  if (!settings.jwt_secret.empty() && settings.jwt_secret.size() < 32) {
    refuse("BOATHOUSE_JWT_SECRET: must have at least 32 bytes");
  }
  const std::string& url = settings.public_url;
  if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://")) {
    refuse("public_url: must begin with http:// or https://");
  }
}

}  // namespace

std::string SettingInfo::flag() const {
  std::string out = "--" + std::string(name);
  std::replace(out.begin(), out.end(), '_', '-');
  std::replace(out.begin(), out.end(), '.', '-');
  return out;
}

std::string SettingInfo::variable() const {
  std::string out = "BOATHOUSE_";
  for (char c : name) out.push_back(c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  return out;
}

std::string_view SettingInfo::placeholder() const {
  switch (kind) {
    case SettingKind::text: return "TEXT";
    case SettingKind::boolean: return "";
    case SettingKind::count: return "N";
    case SettingKind::size: return "SIZE";
    case SettingKind::duration: return "DURATION";
    case SettingKind::list: return "LIST";
  }
  return "";
}

std::vector<SettingInfo> all_settings() {
  std::vector<SettingInfo> out;
  for (const Setting& setting : table()) out.push_back(setting.info);
  return out;
}

Settings load_settings(const FlagValues& flags, const Environment& environment) {
  Settings out;
  for (const Setting& setting : table()) {
    Assignment(setting, setting.info.name, out)(std::string(setting.info.default_text));
  }
  auto config_flag = flags.find("config");
  std::optional<std::string> config = environment("BOATHOUSE_CONFIG");
  if (config_flag != flags.end()) config = config_flag->second;
  if (config && !config->empty()) {
    read_file(*config, out);
  } else if (std::error_code failed; std::filesystem::exists("boathouse.toml", failed)) {
    read_file("boathouse.toml", out);
  }
  for (const Setting& setting : table()) {
    auto value = environment(setting.info.variable());
    if (value && !value->empty()) Assignment(setting, setting.info.variable(), out)(*value);
  }
  for (const auto& [name, value] : flags) {
    const Setting* setting = find(name);
    if (setting == nullptr || setting->info.environment_only) {
      throw Error(ErrorKind::invalid_argument, fmt::format("{}: is no setting that a flag can give", name));
    }
    Assignment(*setting, setting->info.flag(), out)(value);
  }
  check_together(out);
  return out;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  static constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {{"", 1},
                                                                          {"B", 1},
                                                                          {"KiB", 1ULL << 10},
                                                                          {"MiB", 1ULL << 20},
                                                                          {"GiB", 1ULL << 30},
                                                                          {"TiB", 1ULL << 40},
                                                                          {"kB", 1'000},
                                                                          {"KB", 1'000},
                                                                          {"MB", 1'000'000},
                                                                          {"GB", 1'000'000'000},
                                                                          {"TB", 1'000'000'000'000}};
  std::uint64_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc()) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (auto [name, scale] : kUnits) {
    std::uint64_t bytes = 0;
    if (unit == name && !__builtin_mul_overflow(number, scale, &bytes)) return bytes;
  }
  return std::nullopt;
}

}  // namespace boathouse::app
