// SPDX-License-Identifier: Apache-2.0
// A document and how far it has come; a table's documents one after another; tables.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::documents {

net::Handler get_object(const Services& services);
net::Handler get_objects(const Services& services);
net::Handler get_table(const Services& services);
net::Handler list_tables(const Services& services);

}  // namespace boathouse::api::documents
