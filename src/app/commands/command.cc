// SPDX-License-Identifier: Apache-2.0
#include "app/commands/command.h"

namespace boathouse::app {

ExitStatus status_of(const base::Error& error) {
  if (dynamic_cast<const WrongUsage*>(&error) != nullptr) return kUsage;
  switch (error.kind()) {
    case base::ErrorKind::unavailable:
    case base::ErrorKind::timeout: return kUnreachable;
    case base::ErrorKind::unauthenticated:
    case base::ErrorKind::permission_denied: return kNotAllowed;
    default: return kFailed;
  }
}

}  // namespace boathouse::app
