// SPDX-License-Identifier: Apache-2.0
// A profile beside its table's contract: what breaks it, and what it could promise besides. Blocking; one thread at a time.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>

#include "core/contract.h"
#include "core/profile_figures.h"

namespace boathouse::core {

// [{severity:"error|warning|info",kind,column,message,rows?}], column by column. `profile` is what profile_figures() gave,
// whose rows are still on the lease.
boost::json::array profile_findings(engine::Lease& lease, const ProfileSource& source,
                                    const std::optional<Contract>& contract, const boost::json::object& profile);

}  // namespace boathouse::core
