// SPDX-License-Identifier: Apache-2.0
// What narrows a new token or access key, as options of a command and as fields of a request.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "app/commands/command.h"

namespace boathouse::app {

class ScopeOptions {
 public:
  // --workspace, --role, --expires-in
  void add_options(CLI::App& command);
  // Error{invalid_argument} for an expiry that is no duration.
  void put_into(boost::json::object& body) const;

 private:
  std::string workspace_;
  std::string role_;
  std::string expires_in_;
};

}  // namespace boathouse::app
