// SPDX-License-Identifier: Apache-2.0
// Rows as an aligned table for people.
#pragma once

#include <string>
#include <vector>

namespace boathouse::app {

struct TextColumn {
  std::string name;
  bool right = false;  // numbers
};

// A line of names, a line under it, the rows. Cells are cut at 60 characters; control characters become spaces. Pure.
std::string text_table(const std::vector<TextColumn>& columns, const std::vector<std::vector<std::string>>& rows);

}  // namespace boathouse::app
