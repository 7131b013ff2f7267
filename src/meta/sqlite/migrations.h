// SPDX-License-Identifier: Apache-2.0
// The schema's numbered steps, forward only. A step that was released is never changed; a new one is added.
#pragma once

#include "meta/sqlite/connection.h"

namespace boathouse::meta::sqlite {

// The number of the newest step that this binary knows.
int newest_schema();

// Brings the database to it in one transaction, which also keeps a second process out. Error{conflict} when the
// database is newer than this binary.
void migrate(Connection& connection);

}  // namespace boathouse::meta::sqlite
