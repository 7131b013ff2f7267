// SPDX-License-Identifier: Apache-2.0
// The rows of a statement, printed in the format that --output names.
#pragma once

#include <string>

#include "app/commands/connection.h"

namespace boathouse::app {

class RowsOutput {
 public:
  // --output, also called --format; `parquet` where the server answers in it.
  void add_option(CLI::App& command, bool parquet);

  // Sends the request for the rows, as JSON a page of them, and prints what comes as it comes.
  void fetch(Connection& connection, net::ClientRequest request) const;

 private:
  std::string format_;
};

}  // namespace boathouse::app
