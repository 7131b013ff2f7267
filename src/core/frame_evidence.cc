// SPDX-License-Identifier: Apache-2.0
#include "core/frame_evidence.h"

#include "core/column_types.h"
#include "iceberg/evolve.h"

namespace boathouse::core {
namespace {

using batch::ColumnEvidence;
using batch::ColumnType;
using batch::TypeKind;

bool can(const ColumnEvidence& evidence, std::uint32_t candidate) { return (evidence.candidates & candidate) != 0; }
bool only(const ColumnEvidence& evidence, std::uint32_t kind) { return evidence.kinds == kind; }

// Text of a CSV may be anything; elsewhere a number is a number.
bool may_be_number(const ColumnEvidence& evidence) {
  return only(evidence, batch::kSawNumber) || only(evidence, batch::kSawText);
}

}  // namespace

ColumnType frame_type(const ColumnEvidence& evidence) {
  if (evidence.only_missing() || only(evidence, batch::kSawJsonString)) return {.kind = TypeKind::string};
  if (only(evidence, batch::kSawBoolean)) return {.kind = TypeKind::boolean};
  if (may_be_number(evidence)) {
    if (can(evidence, batch::kCanBigint)) return {.kind = TypeKind::bigint};
    if (can(evidence, batch::kCanDouble)) return {.kind = TypeKind::double_};
  }
  if (!only(evidence, batch::kSawText)) return {.kind = TypeKind::json};
  return {.kind = can(evidence, batch::kCanBoolean) ? TypeKind::boolean : TypeKind::string};
}

std::optional<ColumnType> frame_type_with(const ColumnType& existing, const ColumnEvidence& evidence) {
  if (evidence.only_missing()) return existing;
  if (existing.kind == TypeKind::string) {
    bool text = only(evidence, batch::kSawText) || only(evidence, batch::kSawJsonString);
    return text ? std::optional(existing) : std::nullopt;
  }
  ColumnType coming = frame_type(evidence);
  if (existing.kind == TypeKind::integer && can(evidence, batch::kCanInteger)) return existing;
  if (existing.kind == TypeKind::double_ && coming.kind == TypeKind::bigint) {
    return can(evidence, batch::kCanDouble) ? std::optional(existing) : std::nullopt;
  }
  bool number = coming.kind == TypeKind::bigint || coming.kind == TypeKind::double_;
  // Whether a value of theirs fits only the value itself can say.
  if (existing.kind == TypeKind::decimal) return number ? std::optional(existing) : std::nullopt;
  if (existing.kind == TypeKind::time || existing.kind == TypeKind::uuid || existing.kind == TypeKind::binary) {
    return coming.kind == TypeKind::string ? std::optional(existing) : std::nullopt;
  }
  return frame_type_with(existing, coming);
}

std::optional<ColumnType> frame_type_with(const ColumnType& existing, const ColumnType& coming) {
  auto integer = [](const ColumnType& type) { return type.kind == TypeKind::integer || type.kind == TypeKind::bigint; };
  if (existing == coming) return existing;
  if (iceberg::can_widen(to_iceberg(existing), to_iceberg(coming))) return coming;
  if (integer(existing) && coming.kind == TypeKind::double_) return coming;
  // Narrower ones, each value of which is taken exactly or refused.
  if (integer(coming) && (integer(existing) || existing.kind == TypeKind::double_)) return existing;
  if (existing.kind == TypeKind::decimal && coming.is_number() && coming.kind != TypeKind::double_) return existing;
  if (to_iceberg(existing) == to_iceberg(coming)) return existing;
  return std::nullopt;
}

ColumnType staged_date(const ColumnEvidence& evidence) {
  if (may_be_number(evidence) && can(evidence, batch::kCanBigint)) return {.kind = TypeKind::bigint};
  bool text = evidence.only_missing() || only(evidence, batch::kSawText) || only(evidence, batch::kSawJsonString);
  return {.kind = text ? TypeKind::string : TypeKind::json};
}

}  // namespace boathouse::core
