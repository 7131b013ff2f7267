// SPDX-License-Identifier: Apache-2.0
// The whole installation at once: for owners of main, written down in the audit log.
#pragma once

#include "api/native/call.h"

namespace boathouse::api::native {

// POST /v1/installation/backups {to,passphrase?} -> 201 {path,tables,files,bytes,keys}, once the copy is complete.
net::Response back_up_installation(const Call& call);

}  // namespace boathouse::api::native
