// SPDX-License-Identifier: Apache-2.0
#include "batch/inference.h"

#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "batch/json_text.h"
#include "batch/strict_text.h"

namespace boathouse::batch {
namespace {

// Beyond it neighbouring integers are one double.

bool is_integer_literal(std::string_view text) { return text.find_first_of(".eE") == std::string_view::npos; }

// The integer types whose text for this number is this very text.
std::uint32_t integer_candidates(std::string_view text) {
  std::int64_t value = 0;
  bool negative = text.starts_with('-');
  std::string_view digits = text.substr(negative ? 1 : 0);
  bool canonical = !digits.empty() && digits.front() >= '0' && digits.front() <= '9' &&
                   (digits.front() != '0' || (digits.size() == 1 && !negative));
  if (!canonical || !parse_bigint(text, value)) return 0;
  bool small = value == static_cast<std::int32_t>(value);
  bool exact = value >= -kExactInDouble && value <= kExactInDouble;
  return kCanBigint | (small ? kCanInteger : 0U) | (exact ? kCanDouble : 0U);
}

std::uint32_t double_candidate(std::string_view text) {
  double value = 0;
  if (!parse_double(text, value)) return 0;
  // Integers were judged as such; what is left of them would be rounded, but for a negative zero.
  bool is_word = text.back() > '9';
  return is_word || !is_integer_literal(text) || text == "-0" ? kCanDouble : 0U;
}

std::uint32_t date_candidates(std::string_view text) {
  std::int32_t days = 0;
  std::int64_t micros = 0;
  if (text.size() < 10 || text[4] != '-') return 0;
  return parse_date(text, days) ? kCanDate : parse_timestamptz(text, micros) ? kCanTimestamptz : 0U;
}

std::uint32_t boolean_candidate(std::string_view text) {
  bool value = false;
  return text.size() > 1 && parse_boolean(text, value) ? kCanBoolean : 0U;
}

// Tests only what the column may still be.
std::uint32_t text_candidates(std::string_view text, std::uint32_t alive) {
  std::uint32_t found = kCanString;
  if ((alive & (kCanInteger | kCanBigint | kCanDouble)) != 0) {
    found |= integer_candidates(text);
    if ((found & kCanBigint) == 0) found |= double_candidate(text);
  }
  if ((alive & (kCanDate | kCanTimestamptz)) != 0) found |= date_candidates(text);
  if ((alive & kCanBoolean) != 0) found |= boolean_candidate(text);
  return found;
}

// A JSON number with a fraction or exponent is a double; one past the range of doubles spoils its row, not its column. An
// integer that a double would round can only stay whole as BIGINT or, past that, as text.
std::uint32_t number_candidates(std::string_view token) {
  if (!is_integer_literal(token)) return kCanDouble;
  std::int64_t value = 0;
  if (!parse_bigint(token, value)) return kCanString;
  bool exact = value >= -kExactInDouble && value <= kExactInDouble;
  bool small = value == static_cast<std::int32_t>(value);
  return kCanBigint | (exact ? kCanDouble : kCanString) | (small ? kCanInteger : 0U);
}

std::uint32_t json_string_candidates(std::string_view token) {
  std::string buffer;
  std::string_view text;
  if (!json_string(token, buffer, text)) return kCanString;
  return kCanString | date_candidates(text);
}

// Evidence of the members of JSON objects, by their names.
class MemberEvidence {
 public:
  explicit MemberEvidence(std::size_t max_columns) : max_columns_(max_columns) {}

  void add(const UnknownMember& member) {
    if (member.record != record_) expected_ = 0;
    record_ = member.record;
    ColumnEvidence& column = columns_[index_of(member.key_token)];
    bool is_null = member.value == "null";
    column.add(is_null ? Cell{} : Cell{member.value, CellKind::json, false});
  }
  void end_batch() { record_ = std::numeric_limits<std::size_t>::max(); }
  std::vector<ColumnEvidence> finish() { return std::move(columns_); }

 private:
  std::size_t index_of(std::string_view key_token) {
    std::string_view name;
    if (!json_string(key_token, buffer_, name)) {
      throw base::Error(base::ErrorKind::invalid_argument,
                        "a name holds half of a surrogate pair: " + std::string(key_token));
    }
    if (expected_ < columns_.size() && columns_[expected_].name == name) return expected_++;
    auto [found, fresh] = index_.try_emplace(std::string(name), columns_.size());
    if (fresh) {
      if (columns_.size() == max_columns_) {
        throw base::Error(base::ErrorKind::invalid_argument,
                          "the objects have more than " + std::to_string(max_columns_) + " different names")
            .with("limit", max_columns_);
      }
      columns_.push_back({.name = std::string(name)});
    }
    expected_ = found->second + 1;
    return found->second;
  }

  std::size_t max_columns_;
  std::vector<ColumnEvidence> columns_;
  std::unordered_map<std::string, std::size_t> index_;
  std::size_t record_ = std::numeric_limits<std::size_t>::max();
  std::size_t expected_ = 0;
  std::string buffer_;
};

constexpr std::size_t kBatchRows = 2048;

BatchEvidence infer_csv(RecordReader& reader, const StagedSpec& spec) {
  BatchEvidence out;
  for (const std::string& name : spec.field_names) out.columns.push_back({.name = name});
  RecordBatch batch;
  while (reader.next(batch, kBatchRows)) {
    for (const RecordInfo& record : batch.records) out.rows += record.fields_failed ? 0 : 1;
    for (std::size_t column = 0; column < batch.width; ++column) {
      for (std::size_t row = 0; row < batch.count; ++row) {
        if (!batch.records[row].fields_failed) out.columns[column].add(batch.cell(row, column));
      }
    }
  }
  return out;
}

BatchEvidence infer_json(RecordReader& reader, std::size_t max_columns) {
  BatchEvidence out;
  MemberEvidence members(max_columns);
  RecordBatch batch;
  while (reader.next(batch, kBatchRows)) {
    out.rows += batch.count;
    for (const UnknownMember& member : batch.unknown) members.add(member);
    members.end_batch();
  }
  out.columns = members.finish();
  for (ColumnEvidence& column : out.columns) {
    std::uint64_t present = column.rows - column.missing;
    column.rows = out.rows;
    // A name that one object has twice counts twice here; as a row that object fails.
    column.missing = out.rows - std::min(present, out.rows);
  }
  return out;
}

}  // namespace

void ColumnEvidence::add(const Cell& cell) {
  ++rows;
  if (cell.kind == CellKind::missing || cell.text.empty()) {
    ++missing;
    return;
  }
  if (cell.kind == CellKind::text) {
    kinds |= kSawText;
    if (candidates != kCanString) candidates &= text_candidates(cell.text, candidates);
    return;
  }
  switch (cell.text.front()) {
    case '"':
      kinds |= kSawJsonString;
      candidates &= json_string_candidates(cell.text);
      break;
    case '{':
    case '[':
      kinds |= kSawNested;
      candidates &= kCanString;
      break;
    case 't':
    case 'f':
      kinds |= kSawBoolean;
      candidates &= kCanBoolean;
      break;
    default: kinds |= kSawNumber; candidates &= number_candidates(cell.text);
  }
}

void ColumnEvidence::merge(const ColumnEvidence& other) {
  rows += other.rows;
  missing += other.missing;
  candidates &= other.candidates;
  kinds |= other.kinds;
}

ColumnType ColumnEvidence::resolve() const {
  if (only_missing()) return {TypeKind::string};
  if ((candidates & kCanBigint) != 0) return {TypeKind::bigint};
  if ((candidates & kCanDouble) != 0) return {TypeKind::double_};
  if ((candidates & kCanBoolean) != 0) return {TypeKind::boolean};
  if ((candidates & kCanDate) != 0) return {TypeKind::date};
  if ((candidates & kCanTimestamptz) != 0) return {TypeKind::timestamptz};
  return {TypeKind::string};
}

JsonInString ColumnEvidence::json_in_string() const {
  bool is_string = resolve().kind == TypeKind::string;
  if (is_string && (kinds & (kSawNumber | kSawBoolean)) != 0) return JsonInString::any;
  return (kinds & kSawNested) != 0 ? JsonInString::nested : JsonInString::reject;
}

void BatchEvidence::merge(const BatchEvidence& other) {
  std::unordered_map<std::string_view, const ColumnEvidence*> theirs;
  for (const ColumnEvidence& column : other.columns) theirs.emplace(column.name, &column);
  for (ColumnEvidence& column : columns) {
    auto found = theirs.find(column.name);
    if (found == theirs.end()) {
      column.rows += other.rows;
      column.missing += other.rows;
    } else {
      column.merge(*found->second);
      theirs.erase(found);
    }
  }
  for (const ColumnEvidence& column : other.columns) {
    if (!theirs.contains(column.name)) continue;
    columns.push_back(column);
    columns.back().rows += rows;
    columns.back().missing += rows;
  }
  rows += other.rows;
}

FitResult fit_into(const ColumnType& existing, const ColumnEvidence& evidence) {
  auto can = [&](std::uint32_t candidate) { return (evidence.candidates & candidate) != 0; };
  auto fits_if = [&](bool fits) { return FitResult{fits ? Fit::same : Fit::rows, existing}; };
  if (evidence.only_missing()) return fits_if(true);
  switch (existing.kind) {
    case TypeKind::integer:
      if (!can(kCanInteger) && can(kCanBigint)) return {Fit::widen, {TypeKind::bigint}};
      [[fallthrough]];
    case TypeKind::bigint:
      if (!can(kCanBigint) && can(kCanDouble)) return {Fit::widen, {TypeKind::double_}, true};
      return fits_if(can(kCanBigint));
    case TypeKind::double_: return fits_if(can(kCanDouble) || can(kCanBigint));
    case TypeKind::boolean: return fits_if(can(kCanBoolean));
    case TypeKind::date: return fits_if(can(kCanDate));
    case TypeKind::timestamptz: return fits_if(can(kCanTimestamptz));
    case TypeKind::string: return fits_if((evidence.kinds & (kSawNumber | kSawBoolean)) == 0);
    default: return fits_if(true);
  }
}

BatchEvidence infer_columns(const std::filesystem::path& path, const StagedSpec& spec, std::size_t max_columns) {
  StagedSpec members = spec;
  members.columns.clear();
  auto reader = open_records(path, members);
  return spec.format == Format::csv ? infer_csv(*reader, spec) : infer_json(*reader, max_columns);
}

}  // namespace boathouse::batch
