// SPDX-License-Identifier: Apache-2.0
// Tables: list, describe, settings, drop, contract, versions, deleting rows.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response list_tables(const Call& call);
net::Response describe_table(const Call& call);
net::Response patch_table(const Call& call);
net::Response drop_table(const Call& call);

net::Response put_contract(const Call& call);
net::Response get_contract(const Call& call);
net::Response delete_contract(const Call& call);

net::Response delete_rows(const Call& call);

}  // namespace boathouse::api::native
