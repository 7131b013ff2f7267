// SPDX-License-Identifier: Apache-2.0
// Trusted statements whose results are small and go back in one piece.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/worker/duck.h"
#include "engine/worker/interrupts.h"

namespace boathouse::engine {

using Statements = std::vector<std::string>;

// Runs them in order and appends each result to `out` as JSON, `{columns:[..],rows:[..]}`, with commas between them; only
// the last one with `last_only`. Throws DuckError, "Result too large" past what a frame holds.
void execute(const Connection& connection, Interrupts& interrupts, const Statements& statements, bool last_only,
             std::string& out);

// Runs each list on a connection that `open` makes, all at once; the last results of all in the order of the lists.
void execute_parallel(const std::function<Connection()>& open, Interrupts& interrupts,
                      const std::vector<Statements>& lists, std::string& out);

}  // namespace boathouse::engine
