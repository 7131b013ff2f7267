// SPDX-License-Identifier: Apache-2.0
// POST /backup and POST /restore: one table of the workspace `main` into its backups and back. /backup answers once the work
// is queued for good, /restore once the table is what the newest backup says.
#pragma once

#include "api/common/services.h"
#include "net/router.h"

namespace boathouse::api::dataapi {

net::Handler post_backup(const Services& services);
net::Handler post_restore(const Services& services);

}  // namespace boathouse::api::dataapi
