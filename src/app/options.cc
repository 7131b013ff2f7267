// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <boost/asio/ip/address.hpp>
#include "base/error.h"
#include "base/file.h"
#include "store/location.h"

namespace boathouse::app {
namespace fs = std::filesystem;
namespace {

std::chrono::milliseconds to_milliseconds(base::Micros micros) {
  return std::chrono::milliseconds(micros / base::kMillisecond);
}

}  // namespace

fs::path warehouse_folder(const Settings& settings, const fs::path& data) {
  if (settings.warehouse_uri.empty()) return data / "warehouse";
  try {
    std::string_view uri = settings.warehouse_uri;
    while (uri.ends_with('/')) uri.remove_suffix(1);
    return store::path_of(uri);
  } catch (const base::Error& error) {
    throw base::Error(base::ErrorKind::invalid_argument, "warehouse_uri: " + error.message());
  }
}

fs::path worker_executable() { return fs::read_symlink("/proc/self/exe").parent_path() / "boathouse-worker"; }

std::string node_id(const fs::path& data) {
  fs::path file = data / "node";
  if (!fs::exists(file)) base::replace_file_durably(file, base::uuid_v4());
  return base::read_file(file);
}

engine::PoolOptions pool_options(const Settings& settings, const fs::path& data, const fs::path& worker) {
  engine::PoolOptions options;
  options.worker_executable = worker;
  options.spill_root = data / "run" / "spill";
  options.max_workers = settings.workers;
  options.memory_limit_bytes = settings.engine_memory;
  options.max_temp_directory_bytes = settings.engine_max_spill;
  options.allow_unconfined = settings.allow_unconfined_engine;
  return options;
}

auth::AuthOptions auth_options(const Settings& settings, const fs::path& data) {
  auth::AuthOptions options{.jwt_secret = settings.jwt_secret, .keys = data / "keys"};
  options.authenticator.access_lifetime = settings.access_token_ttl;
  options.authenticator.refresh_lifetime = settings.refresh_token_ttl;
  options.pool_name = settings.cognito_pool_name;
  options.srp = settings.cognito_srp;
  return options;
}

std::string public_url(const Settings& settings, std::string_view listen) {
  if (settings.public_url.empty()) return (settings.tls_cert.empty() ? "http://" : "https://") + std::string(listen);
  std::string_view url = settings.public_url;
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string(url);
}

bool signup_is_open(const Settings& settings) {
  if (!settings.signup.empty()) return settings.signup == "open";
  std::string_view host = std::string_view(settings.listen).substr(0, settings.listen.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(host, failure);
  return failure ? host == "localhost" : address.is_loopback();
}

core::Limits core_limits(const Settings& settings) {
  core::Limits limits;
  limits.max_columns = settings.max_columns;
  limits.max_line_bytes = settings.max_line_bytes;
  limits.max_partitions = settings.max_partitions;
  limits.max_data_file = settings.max_data_file;
  limits.query_timeout = settings.query_timeout;
  limits.max_queued_files = static_cast<std::int64_t>(settings.max_queued_files);
  limits.max_unfolded_bytes = settings.max_unfolded_bytes;
  limits.max_unfold_ratio = settings.max_unfold_ratio;
  return limits;
}

core::LongQueryRules long_query_rules(const Settings& settings) {
  return {.timeout = settings.long_query_timeout,
          .keep = settings.keep_query_results,
          .max_bytes = settings.max_query_result,
          .max_kept_bytes = settings.max_query_results};
}

jobs::SchedulerOptions scheduler_options(const Settings& settings, std::string node) {
  // One worker process stays for statements whose client waits, where there is more than one.
  std::uint64_t engine_users = std::min(settings.job_workers, std::max<std::uint64_t>(settings.workers - 1, 1));
  return {.owner = std::move(node),
          .workers = settings.job_workers,
          .query_workers = engine_users,
          .file_workers = engine_users};
}

core::UpkeepOptions upkeep_options(const Settings& settings) {
  core::UpkeepOptions options;
  options.enabled = settings.maintenance == "on";
  options.every = settings.maintenance_every;
  options.file_grace = settings.file_grace;
  options.target_file_bytes = settings.compact_target;
  return options;
}

core::DocumentOptions document_options(const Settings& settings, const fs::path& data) {
  core::DocumentOptions options{
      .folder = data / "landing", .node = node_id(data), .log_bytes = settings.documents_max_log};
  options.rules.commit_every = settings.documents_commit_every;
  options.rules.commit_bytes = settings.documents_commit_bytes;
  return options;
}

std::vector<core::WatchedFolder> watched_folders(const Settings& settings, const fs::path& data) {
  std::vector<core::WatchedFolder> folders;
  for (const std::string& text : settings.watched_folders) {
    folders.push_back(core::parse_watched_folder(text, data));
  }
  return folders;
}

net::ServerOptions server_options(const Settings& settings) {
  net::ServerOptions options;
  options.listen = settings.listen;
  options.threads = settings.io_threads;
  options.tls_cert = settings.tls_cert;
  options.tls_key = settings.tls_key;
  options.cors_origins = settings.cors_origins;
  options.timeouts.headers = to_milliseconds(settings.header_timeout);
  options.timeouts.body_bytes_per_second = settings.min_body_rate;
  options.limits.header_bytes = settings.max_header_bytes;
  options.limits.connections = settings.max_connections;
  options.limits.body.max_bytes = settings.max_unfolded_bytes;
  options.limits.body.max_ratio = settings.max_unfold_ratio;
  return options;
}

}  // namespace boathouse::app
