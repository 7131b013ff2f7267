// SPDX-License-Identifier: Apache-2.0
// What the text formats of results agree on, in the worker that writes a result and in the server that writes a kept one
// again. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace boathouse::engine {

// The keys of a row's object. What SELECT a, a gives has no second "a" there: it is "a_1", or the next number that is free.
std::vector<std::string> distinct_names(const std::vector<std::string>& names);

// Quotes the CSV field that stands in `out` from `at` on, where it needs it. An empty one does: without quotes it is NULL.
void quote_csv_field(std::string& out, std::size_t at);

}  // namespace boathouse::engine
