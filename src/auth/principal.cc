// SPDX-License-Identifier: Apache-2.0
#include "auth/principal.h"

namespace boathouse::auth {

Principal Principal::system() {
  Principal principal;
  principal.name = "system";
  principal.is_admin = true;
  principal.is_system = true;
  return principal;
}

}  // namespace boathouse::auth
