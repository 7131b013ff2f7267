// SPDX-License-Identifier: Apache-2.0
// Sinks: copies of tables in PostgreSQL that are kept up to date. Here they are defined and told of; the copying is a job
// (sink_copy.h), which each commit to a table that a sink follows queues in its own transaction. Callers have decided the
// permission already, unless said. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/access.h"
#include "auth/sink_secrets.h"
#include "core/parts.h"
#include "core/sink_definition.h"
#include "postgres/url.h"

namespace boathouse::core {

enum class SinkPut { created, changed, left };

class Sinks {
 public:
  // All outlive this.
  Sinks(const Parts& parts, const auth::AccessControl& access, const auth::SinkSecrets& secrets)
      : parts_(parts), access_(access), secrets_(secrets) {}

  // Makes or replaces it and queues a job for each table that it follows, also where it is `left`, exactly as it was. A URL
  // without a password that is otherwise that of before keeps the password. Tables of another workspace must be ones that
  // `principal` owns: Error{permission_denied}, or not_found where it must not be seen.
  SinkPut put(const meta::WorkspaceRow& workspace, SinkDefinition sink, const auth::Principal& principal) const;

  // {name,kind,url,schema,types,tables?,lag_rows,lag_seconds,state,error?,created_at,updated_at,copies:[{table,target?,
  // version?,rows?,lag_rows,lag_seconds,state,error?,at?}]}, the URL without its password. Error{not_found}.
  boost::json::object describe(const meta::WorkspaceRow& workspace, std::string_view name) const;
  std::vector<boost::json::object> list(const meta::WorkspaceRow& workspace) const;
  // What was copied stays where it is. Error{not_found}.
  void remove(const meta::WorkspaceRow& workspace, std::string_view name) const;
  // With the password. Error{not_found}.
  postgres::Url url(const meta::WorkspaceRow& workspace, std::string_view name) const;

  // A trigger feeds the table: the workspace's sinks of these names (nullopt: every one), as far as they do not name their
  // tables themselves, follow it from now on. To be said before the commit; cheap where it was said before.
  void fed(const base::WorkspaceId& workspace, const std::string& table,
           const std::optional<std::vector<std::string>>& sinks) const;

 private:
  std::optional<std::vector<meta::SinkTable>> tables_of(const meta::WorkspaceRow& workspace, const SinkDefinition& sink,
                                                        const auth::Principal& principal) const;
  meta::SinkRow require(const meta::WorkspaceRow& workspace, std::string_view name) const;
  boost::json::object to_json(const meta::WorkspaceRow& workspace, const meta::SinkRow& sink) const;

  const Parts& parts_;
  const auth::AccessControl& access_;
  const auth::SinkSecrets& secrets_;
};

}  // namespace boathouse::core
