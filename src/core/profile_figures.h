// SPDX-License-Identifier: Apache-2.0
// The figures of one version's columns, worked out by statements in a worker (docs/PROFILES.md says what each means, and
// which are exact). Blocking; one thread at a time.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "core/profile_columns.h"
#include "core/progress.h"
#include "engine/pool.h"

namespace boathouse::core {

// Up to where figures are exact and how much is shown.
struct ProfileBounds {
  std::int64_t exact_rows = 20'000'000;           // past it distinct is a HyperLogLog's, quantiles a t-digest's
  std::int64_t exact_distinct = 1'000'000;        // values of a column past which they are not counted one by one
  std::int64_t kept_cells = 5'000'000;            // rows times columns that are copied into the worker first
  std::int64_t held_values = 12'000'000;          // that quantiles hold in memory at once, or twice of a single column
  std::int64_t seen_patterns = 100'000;           // distinct texts whose pattern is looked at
  std::size_t correlated = 30;                    // columns
  std::int64_t correlated_cells = 2'000'000'000;  // rows times pairs of columns; past it a sample is taken
};

struct ProfileSource {
  std::string rows_sql;  // a SELECT that has the columns
  std::vector<ProfileColumn> columns;
  std::int64_t rows = 0;
};

// {rows,exact,columns:[{name,id,type,rows,missing,distinct,..}],correlations:{columns,matrix,exact,left_out}}. Leaves the
// rows as the relation kProfiled on the lease. Errors as engine/pool.h says.
boost::json::object profile_figures(engine::Lease& lease, const ProfileSource& source, const ProfileBounds& bounds,
                                    Progress& progress);

inline constexpr std::string_view kProfiled = "profiled";
// Makes such a relation on the lease, a copy of the rows where there are few.
void keep_profiled(engine::Lease& lease, const ProfileSource& source, const ProfileBounds& bounds,
                   std::string_view name);

}  // namespace boathouse::core
