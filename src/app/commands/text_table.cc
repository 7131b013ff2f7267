// SPDX-License-Identifier: Apache-2.0
#include "app/commands/text_table.h"

#include <algorithm>

#include "base/encoding.h"

namespace boathouse::app {
namespace {

constexpr std::size_t kMostCharacters = 60;

std::string cell_text(const std::string& value) {
  std::string out = value;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (base::code_points(out) <= kMostCharacters) return out;
  return std::string(base::prefix_code_points(out, kMostCharacters - 1)) + "…";
}

void append_cell(std::string& line, const std::string& text, std::size_t width, bool right, bool last) {
  std::string padding(width - base::code_points(text), ' ');
  if (right) line += padding;
  line += text;
  if (!right && !last) line += padding;
}

}  // namespace

std::string text_table(const std::vector<TextColumn>& columns, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines(1);
  for (const TextColumn& column : columns) lines[0].push_back(cell_text(column.name));
  for (const auto& row : rows) {
    auto& line = lines.emplace_back();
    for (const std::string& value : row) line.push_back(cell_text(value));
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], base::code_points(line[i]));
  }
  std::string out;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += "  ";
      append_cell(out, lines[n][i], widths[i], columns[i].right, i + 1 == columns.size());
    }
    out += '\n';
    if (n > 0) continue;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += "  ";
      for (std::size_t k = 0; k < widths[i]; ++k) out += "─";
    }
    out += '\n';
  }
  return out;
}

}  // namespace boathouse::app
