// SPDX-License-Identifier: Apache-2.0
// How the columns of one version differ from those of an earlier one (docs/PROFILES.md), and whether that is drift.
// Blocking; one thread at a time.
#pragma once

#include <boost/json/object.hpp>

#include "core/profile_figures.h"

namespace boathouse::core {

struct DriftRules {
  double psi = 0.25;                // a population stability index from which a column has drifted
  double ks = 0.2;                  // alike, a Kolmogorov-Smirnov statistic
  double missing = 0.1;             // alike, a change of the share of missing values
  std::int64_t cells = 20'000'000;  // rows times columns, of both versions, past which samples are compared
};

struct ProfiledVersion {
  const ProfileSource& source;
  const boost::json::object& profile;  // what profile_figures() gave
};

// {exact,columns:[{name,change,..}],findings:[..],drift}. Errors as engine/pool.h says.
boost::json::object profile_diff(engine::Lease& lease, const ProfiledVersion& from, const ProfiledVersion& to,
                                 const DriftRules& rules, const ProfileBounds& bounds, Progress& progress);

}  // namespace boathouse::core
