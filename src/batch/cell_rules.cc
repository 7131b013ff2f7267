// SPDX-License-Identifier: Apache-2.0
#include "batch/cell_rules.h"

namespace boathouse::batch {

Verdict CellJudge::judge_string(const Cell& cell, std::string_view& value) {
  if (cell.kind == CellKind::missing) return Verdict::missing;
  value = cell.text;
  if (cell.kind == CellKind::text) return Verdict::good;
  char first = cell.text.front();
  if (json_in_string_ == JsonInString::any && first != '"') return Verdict::good;
  if (first == '{' || first == '[') return json_in_string_ == JsonInString::reject ? Verdict::bad : Verdict::good;
  return first == '"' && json_string(cell.text, buffer_, value) ? Verdict::good : Verdict::bad;
}

Verdict CellJudge::judge_json(const Cell& cell, std::string_view& value) {
  if (cell.kind == CellKind::missing) return Verdict::missing;
  value = cell.text;
  bool is_text = cell.kind == CellKind::text;
  if (!is_text && strings_as_text_ && value.front() == '"') {
    if (!json_string(cell.text, buffer_, value)) return Verdict::bad;
    is_text = true;
  }
  if (!is_text) return Verdict::good;  // a token of a checked document
  if (value.empty()) return Verdict::missing;
  return is_json(value) ? Verdict::good : Verdict::bad;
}

Verdict CellJudge::judge_binary(const Cell& cell, std::string_view& value) {
  static constexpr TextOnlyRule<std::string, parse_binary> kRule;
  std::string bytes;
  Verdict verdict = judge(cell, kRule, bytes);
  buffer_ = std::move(bytes);
  value = buffer_;
  return verdict;
}

}  // namespace boathouse::batch
