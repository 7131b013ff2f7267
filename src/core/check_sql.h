// SPDX-License-Identifier: Apache-2.0
// The rules of a contract as SQL for the ingest worker (DuckDB). Fragments only: core composes them into statements
// over a staged relation. All functions are pure, any thread; every name and text is quoted here.
//
// The relation that fragments apply to:
//   defaulted:  SELECT <defaults_projection(c)>, _row, _ok[, _bad, _reasons, _data] FROM <staged>
//     typed columns of the contract (NULL = missing, or of the wrong type and then _ok is false), _row BIGINT (from 1),
//     _ok BOOLEAN (every cell has its type); in the pass over failing rows also _bad VARCHAR[] (columns whose text is
//     not of their type), _reasons VARCHAR (JSON array of the reasons found while reading), _data VARCHAR (JSON object,
//     column to raw text).
//
// A whole check:
//   accepted    SELECT * FROM defaulted WHERE _ok AND <accept_predicate>
//   collisions  <unique_violations(accepted, table)>: (_row, _unique) of accepted rows that a unique rule refuses;
//               usually none
//   kept        accepted without collisions; for an upsert without <superseded_rows(kept)>, which count as accepted
//   rejected    SELECT _row, <reasons_expression> AS reasons, _data FROM defaulted LEFT JOIN collisions USING (_row)
//               WHERE (_ok AND <accept_predicate>) IS NOT TRUE OR _unique IS NOT NULL
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/contract.h"
#include "core/partitioning.h"

namespace boathouse::core {

// What is checked: a contract, and the key columns where the batch is an upsert (empty otherwise). A row without a
// value in a key column is refused by `required`, one below a floor of the table's partitions by `partition`.
struct Check {
  const Contract& contract;
  std::vector<std::string> upsert_key;
  std::vector<PartitionFloor> floors = {};
};

// The contract's columns in order, `default` filled in where the value is missing: `coalesce("a", 1) AS "a", "b"`.
// Empty for a contract without columns.
std::string defaults_projection(const Contract& contract);

// All rules that one row alone decides, as one condition that is TRUE or FALSE, never NULL; "TRUE" when there are none.
std::string accept_predicate(const Check& check);

// The JSON array (as VARCHAR) of all reasons of a row, in column order: those of `_reasons` (a reason `fields` stays
// the only one), the failed rules, and `unique` for the columns in `_unique VARCHAR[]` (NULL: none) when `with_unique`.
// A reason is {"column","rule","value","message"}; `value` is the raw text of `_data`, null where the value is missing.
std::string reasons_expression(const Check& check, bool with_unique);

bool has_unique(const Contract& contract);

// SQL of (_row BIGINT, _unique VARCHAR[]): the rows of `accepted` that a unique rule refuses, with the columns that
// collide. Of equal values the first row that no rule refuses is kept; missing values never collide; in an upsert rows
// of one key do not collide with each other nor with the row of the table that they replace. `accepted` is the SQL of a
// relation of locally accepted rows, read several times, so better a table than a scan of text; `table` the SQL of the
// current rows of the table with the same column names and types, or empty when there are none. Empty text when
// !has_unique.
std::string unique_violations(const Check& check, std::string_view accepted, std::string_view table);

// SQL of (_row BIGINT): the rows of `kept` after which another row of the same key comes. Empty text without a key.
std::string superseded_rows(const Check& check, std::string_view kept);

}  // namespace boathouse::core
