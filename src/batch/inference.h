// SPDX-License-Identifier: Apache-2.0
// What types a batch's columns could have, judged over all of its records. Evidence of parts (ranges read in parallel,
// later batches) is merged, then resolved to BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMPTZ or STRING. Plain values, any
// thread.
//
// Text (CSV) becomes another type only if that type gives every value back: "007", "+5" and integers beyond 64 bits stay
// STRING, and so does a column that mixes fractions with integers beyond 2^53. JSON values keep their kind: a string may
// be a DATE or TIMESTAMPTZ, never a number; numbers without fraction or exponent are BIGINT, others DOUBLE, and what
// neither can hold exactly makes the column STRING, as do mixed kinds; objects and arrays become their JSON text there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "batch/record_reader.h"
#include "batch/types.h"

namespace boathouse::batch {

// Bits of ColumnEvidence::candidates: the types that every value so far has fitted.
enum Candidate : std::uint32_t {
  kCanInteger = 1,
  kCanBigint = 2,
  kCanDouble = 4,
  kCanBoolean = 8,
  kCanDate = 16,
  kCanTimestamptz = 32,
  kCanString = 64,
};
inline constexpr std::uint32_t kAllCandidates = 127;

// Bits of ColumnEvidence::kinds: what the values were.
enum ValueKind : std::uint32_t { kSawText = 1, kSawJsonString = 2, kSawNumber = 4, kSawBoolean = 8, kSawNested = 16 };

struct ColumnEvidence {
  std::string name = {};
  std::uint64_t rows = 0;     // records seen, those without the column too
  std::uint64_t missing = 0;  // of these without a value (a quoted empty CSV field counts as none)
  std::uint32_t candidates = kAllCandidates;
  std::uint32_t kinds = 0;

  bool only_missing() const { return rows == missing; }
  void add(const Cell& cell);
  // Evidence of other records of the same column.
  void merge(const ColumnEvidence& other);
  // The narrowest candidate; STRING for a column of which nothing is known, and for one of mixed kinds.
  ColumnType resolve() const;
  // What a STRING column must take from JSON so that all these values fit: nested values as their text, or anything
  // where kinds are mixed.
  JsonInString json_in_string() const;
};

// The evidence of a part of a batch: every column has the same `rows`.
struct BatchEvidence {
  std::uint64_t rows = 0;
  std::vector<ColumnEvidence> columns = {};

  // Joins the columns by name, first seen first. A column that one part lacks was missing in all its records.
  void merge(const BatchEvidence& other);
};

// What a batch would mean for a column that exists.
enum class Fit : std::uint8_t {
  same,   // every value fits, or the type is one whose values only the rows themselves can be asked about
  widen,  // fits after widening to `type`, as Iceberg allows it (INTEGER to BIGINT) or by a rewrite (BIGINT to DOUBLE)
  rows,   // some values do not fit: their rows are to be rejected
};
struct FitResult {
  Fit fit = Fit::same;
  ColumnType type = {};        // the column's type if core follows: the existing one unless `widen`
  bool needs_rewrite = false;  // Iceberg has no such promotion
};
FitResult fit_into(const ColumnType& existing, const ColumnEvidence& evidence);

// Reads the range and gathers the evidence of its columns: CSV by `field_names`, JSON by the keys as they appear. Rows
// that fail `fields` are left out. Throws as RecordReader does, and Error{invalid_argument} past `max_columns` keys.
BatchEvidence infer_columns(const std::filesystem::path& path, const StagedSpec& spec, std::size_t max_columns = 5000);

}  // namespace boathouse::batch
