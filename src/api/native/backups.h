// SPDX-License-Identifier: Apache-2.0
// A table's backups. Making one and bringing one back are jobs: the answer is 202 with the job's id, which is also the
// backup's. Viewers see which there are; making and restoring them is for editors.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

net::Response create_backup(const Call& call);
net::Response list_backups(const Call& call);
net::Response restore_backup(const Call& call);

}  // namespace boathouse::api::native
