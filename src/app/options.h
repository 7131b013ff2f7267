// SPDX-License-Identifier: Apache-2.0
// From settings to what each room calls its options. Pure, but for worker_executable() and
// node_id().
#pragma once

#include <filesystem>

#include "app/settings.h"
#include "auth/auth.h"
#include "core/documents.h"
#include "core/long_queries.h"
#include "core/parts.h"
#include "core/watched_folders.h"
#include "jobs/scheduler.h"
#include "net/server.h"

namespace boathouse::app {

// The folder behind `warehouse_uri`; Error{invalid_argument} for what is no file:// location.
std::filesystem::path warehouse_folder(const Settings& settings, const std::filesystem::path& data);

// The id of the node whose data folder this is; made at the first start.
std::string node_id(const std::filesystem::path& data);

// The worker beside this executable.
std::filesystem::path worker_executable();

// `data` is the data folder's real path.
engine::PoolOptions pool_options(const Settings& settings, const std::filesystem::path& data,
                                 const std::filesystem::path& worker);
auth::AuthOptions auth_options(const Settings& settings, const std::filesystem::path& data);
// What the installation is called from outside, without a slash at the end; `listen` is the address of the listener.
std::string public_url(const Settings& settings, std::string_view listen);
// Whether anybody may make an account.
bool signup_is_open(const Settings& settings);
core::Limits core_limits(const Settings& settings);
core::LongQueryRules long_query_rules(const Settings& settings);
jobs::SchedulerOptions scheduler_options(const Settings& settings, std::string node);
core::UpkeepOptions upkeep_options(const Settings& settings);
core::DocumentOptions document_options(const Settings& settings, const std::filesystem::path& data);
std::vector<core::WatchedFolder> watched_folders(const Settings& settings, const std::filesystem::path& data);
net::ServerOptions server_options(const Settings& settings);

}  // namespace boathouse::app
