// SPDX-License-Identifier: Apache-2.0
#include "batch/staged_rows.h"

#include <algorithm>
#include <cstring>

#include "batch/cell_rules.h"
#include "batch/row_report.h"

namespace boathouse::batch {
namespace {

void set_null(const ColumnTarget& target, std::size_t row) {
  if (target.validity != nullptr) target.validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
}

}  // namespace

struct StagedRows::State {
  State(const std::filesystem::path& path, StagedSpec the_spec)
      : spec(std::move(the_spec)), reader(open_records(path, spec)) {
    for (const StagedColumn& column : spec.columns) rules.emplace_back(column.type, column.format);
  }

  StagedSpec spec;
  std::unique_ptr<RecordReader> reader;
  std::vector<TextRule> rules;  // one for each column
  std::size_t next_only = 0;    // into spec.only_rows
  RecordBatch batch;
  std::vector<std::uint64_t> numbers;  // of the batch's rows, where only_rows chose them
  std::vector<std::uint8_t> ok;
  std::vector<BadCell> bad;  // by column, then sorted by row when `raw`

  bool next_batch(std::size_t capacity);
  void keep_only_rows();
  void judge_rows();
  void fill_column(std::size_t column, const ColumnTarget& target);
  template <typename Rule>
  void fill_values(std::size_t column, const ColumnTarget& target, const Rule& rule);
  template <typename Judge>
  void fill_strings(std::size_t column, const ColumnTarget& target, const Judge& judge);
  void fill_decimals(std::size_t column, const ColumnTarget& target);
  void mark_bad(std::size_t row, std::size_t column) {
    ok[row] = 0;
    if (spec.raw) bad.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(column)});
  }
  // Where the column's cells are in a record; RecordBatch::width for a column that the file lacks.
  std::size_t cell_of(std::size_t column) const {
    if (spec.format != Format::csv) return column;
    std::int64_t field = spec.columns[column].field;
    return field < 0 ? batch.width : static_cast<std::size_t>(field);
  }
};

// Moves the wanted records to the front of the batch.
void StagedRows::State::keep_only_rows() {
  numbers.clear();
  std::size_t kept = 0;
  std::vector<std::size_t> moved(batch.count, batch.count);
  const auto& wanted = spec.only_rows;
  while (next_only < wanted.size() && wanted[next_only] < batch.first_row) ++next_only;
  for (; next_only < wanted.size() && wanted[next_only] < batch.first_row + batch.count; ++next_only) {
    std::size_t from = wanted[next_only] - batch.first_row;
    if (kept > 0 && numbers.back() == wanted[next_only]) continue;
    auto cells = batch.cells.begin();
    auto width = static_cast<std::ptrdiff_t>(batch.width);
    auto source = cells + static_cast<std::ptrdiff_t>(from) * width;
    std::copy(source, source + width, cells + static_cast<std::ptrdiff_t>(kept) * width);
    batch.records[kept] = batch.records[from];
    moved[from] = kept++;
    numbers.push_back(wanted[next_only]);
  }
  std::erase_if(batch.unknown, [&](UnknownMember& member) {
    member.record = moved[member.record];
    return member.record == batch.count;
  });
  batch.count = kept;
  batch.records.resize(kept);
}

bool StagedRows::State::next_batch(std::size_t capacity) {
  do {
    if (!spec.only_rows.empty() && next_only == spec.only_rows.size()) return false;
    if (!reader->next(batch, capacity)) return false;
    if (!spec.only_rows.empty()) keep_only_rows();
  } while (batch.count == 0);
  return true;
}

void StagedRows::State::judge_rows() {
  ok.assign(batch.count, 1);
  bad.clear();
  for (std::size_t row = 0; row < batch.count; ++row) ok[row] = batch.records[row].fields_failed ? 0 : 1;
  if (!spec.reject_unknown) return;
  for (const UnknownMember& member : batch.unknown) ok[member.record] = 0;
}

template <typename Rule>
void StagedRows::State::fill_values(std::size_t column, const ColumnTarget& target, const Rule& rule) {
  using Value = typename Rule::Value;
  CellJudge judge(spec.strings_as_text, JsonInString::reject);
  const Cell* cell = batch.cells.data() + cell_of(column);
  auto* out = static_cast<char*>(target.data);
  for (std::size_t row = 0; row < batch.count; ++row, cell += batch.width) {
    Value value{};
    Verdict verdict = judge.judge(*cell, rule, value);
    if (verdict == Verdict::good) [[likely]] {
      if (out != nullptr) std::memcpy(out + row * sizeof(Value), &value, sizeof(Value));
    } else {
      set_null(target, row);
      if (verdict == Verdict::bad) mark_bad(row, column);
    }
  }
}

template <typename Judge>
void StagedRows::State::fill_strings(std::size_t column, const ColumnTarget& target, const Judge& judge) {
  const Cell* cell = batch.cells.data() + cell_of(column);
  for (std::size_t row = 0; row < batch.count; ++row, cell += batch.width) {
    std::string_view value;
    Verdict verdict = judge(*cell, value);
    if (verdict == Verdict::good) [[likely]] {
      if (target.strings != nullptr) target.strings->put(row, value);
    } else {
      set_null(target, row);
      if (verdict == Verdict::bad) mark_bad(row, column);
    }
  }
}

void StagedRows::State::fill_decimals(std::size_t column, const ColumnTarget& target) {
  const ColumnType& type = spec.columns[column].type;
  if (type.precision <= 4) {
    fill_values(column, target, DecimalRule<std::int16_t>{type});
  } else if (type.precision <= 9) {
    fill_values(column, target, DecimalRule<std::int32_t>{type});
  } else if (type.precision <= 18) {
    fill_values(column, target, DecimalRule<std::int64_t>{type});
  } else {
    fill_values(column, target, DecimalRule<Int128>{type});
  }
}

void StagedRows::State::fill_column(std::size_t column, const ColumnTarget& target) {
  if (cell_of(column) == batch.width && spec.format == Format::csv) {
    for (std::size_t row = 0; row < batch.count; ++row) set_null(target, row);
    return;
  }
  CellJudge judge(spec.strings_as_text, spec.columns[column].json_in_string);
  TypeKind kind = spec.columns[column].type.kind;
  if (const StrptimeFormat* format = rules[column].format()) {
    if (kind == TypeKind::date) return fill_values(column, target, FormatRule<std::int32_t>{*format});
    return fill_values(column, target, FormatRule<std::int64_t>{*format});
  }
  switch (kind) {
    case TypeKind::integer: return fill_values(column, target, IntegerRule());
    case TypeKind::bigint: return fill_values(column, target, BigintRule());
    case TypeKind::double_: return fill_values(column, target, DoubleRule());
    case TypeKind::decimal: return fill_decimals(column, target);
    case TypeKind::boolean: return fill_values(column, target, BooleanRule());
    case TypeKind::date: return fill_values(column, target, TextOnlyRule<std::int32_t, parse_date>());
    case TypeKind::time: return fill_values(column, target, TextOnlyRule<std::int64_t, parse_time>());
    case TypeKind::timestamp: return fill_values(column, target, TextOnlyRule<std::int64_t, parse_timestamp>());
    case TypeKind::timestamptz: return fill_values(column, target, TextOnlyRule<std::int64_t, parse_timestamptz>());
    case TypeKind::iso_date: return fill_values(column, target, TextOnlyRule<std::int64_t, parse_iso_date>());
    case TypeKind::uuid: return fill_values(column, target, UuidRule());
    case TypeKind::string:
      return fill_strings(column, target, [&](const Cell& c, std::string_view& v) { return judge.judge_string(c, v); });
    case TypeKind::json:
      return fill_strings(column, target, [&](const Cell& c, std::string_view& v) { return judge.judge_json(c, v); });
    case TypeKind::binary:
      return fill_strings(column, target, [&](const Cell& c, std::string_view& v) { return judge.judge_binary(c, v); });
  }
}

StagedRows::StagedRows(const std::filesystem::path& path, StagedSpec spec)
    : state_(std::make_unique<State>(path, std::move(spec))) {}

StagedRows::~StagedRows() = default;

const StagedSpec& StagedRows::spec() const { return state_->spec; }

std::size_t StagedRows::fill(const std::vector<ColumnTarget>& targets, std::size_t capacity, bool judge_all) {
  State& state = *state_;
  if (!state.next_batch(capacity)) return 0;
  state.judge_rows();
  for (std::size_t column = 0; column < targets.size(); ++column) {
    const ColumnTarget& target = targets[column];
    bool wanted = target.data != nullptr || target.strings != nullptr;
    // CSV text is always a good STRING.
    bool never_bad = state.spec.format == Format::csv && state.spec.columns[column].type.kind == TypeKind::string;
    if (wanted || (judge_all && !never_bad)) state.fill_column(column, target);
  }
  std::sort(state.bad.begin(), state.bad.end());
  return state.batch.count;
}

std::uint64_t StagedRows::row_number(std::size_t row) const {
  return state_->numbers.empty() ? state_->batch.first_row + row : state_->numbers[row];
}

bool StagedRows::ok(std::size_t row) const { return state_->ok[row] != 0; }

RowReport StagedRows::report(std::size_t row) const {
  auto [first, last] =
      std::equal_range(state_->bad.begin(), state_->bad.end(), BadCell{static_cast<std::uint32_t>(row), 0},
                       [](const BadCell& a, const BadCell& b) { return a.row < b.row; });
  return make_report(state_->spec, state_->batch, row, {first, last});
}

}  // namespace boathouse::batch
