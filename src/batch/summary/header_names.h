// SPDX-License-Identifier: Apache-2.0
// The names that pandas gives the columns of a CSV file. Pure; any thread.
#pragma once

#include <string>
#include <vector>

namespace boathouse::batch {

// An empty word becomes "Unnamed: 3" (its place from 0); a name that was there before gets ".1", ".2", .. with names that
// were written going before those that were made.
std::vector<std::string> header_names(std::vector<std::string> words);

}  // namespace boathouse::batch
