// SPDX-License-Identifier: Apache-2.0
#include "app/commands/scope_options.h"

#include "base/time.h"

namespace boathouse::app {

void ScopeOptions::add_options(CLI::App& command) {
  command.add_option("--workspace", workspace_, "Only for this workspace");
  command.add_option("--role", role_, "At most this role")->check(CLI::IsMember({"viewer", "editor", "owner"}));
  command.add_option("--expires-in", expires_in_, "A duration such as 12h or 30d; never unless given");
}

void ScopeOptions::put_into(boost::json::object& body) const {
  if (!workspace_.empty()) body["workspace"] = workspace_;
  if (!role_.empty()) body["role"] = role_;
  if (expires_in_.empty()) return;
  auto duration = base::parse_duration(expires_in_);
  if (!duration || duration->forever) {
    throw WrongUsage("--expires-in is a duration such as 12h or 30d");
  }
  body["expires_in"] = duration->micros / base::kSecond;
}

}  // namespace boathouse::app
