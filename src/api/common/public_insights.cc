// SPDX-License-Identifier: Apache-2.0
#include "api/common/public_insights.h"

#include "base/error.h"

namespace boathouse::api {

std::optional<FoundInsight> look_for_insight(const Services& services, std::string_view workspace,
                                             std::string_view name) {
  try {
    // On the house's own behalf: whether something is public has to be looked up before anyone is asked who they are.
    auth::Access access = services.auth.access.decide(auth::Principal::system(), auth::Action::read, workspace);
    auto insight = services.insights.find(access.workspace, name);
    if (!insight) return std::nullopt;
    return FoundInsight{std::move(access.workspace), std::move(*insight)};
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
    return std::nullopt;
  }
}

}  // namespace boathouse::api
