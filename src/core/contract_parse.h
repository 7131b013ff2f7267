// SPDX-License-Identifier: Apache-2.0
// The one reading of a contract, behind parse_contract_json and parse_contract_toml. Pure, any thread.
#pragma once

#include "core/contract.h"
#include "core/contract_reader.h"

namespace boathouse::core {

// Reads and judges all fields but those that the caller has taken already. `list_key` is what the list of columns is
// called. What comes back is sound only when `problems` did not grow.
Contract read_contract(FieldReader& fields, std::string_view list_key, std::vector<FieldProblem>& problems);

}  // namespace boathouse::core
