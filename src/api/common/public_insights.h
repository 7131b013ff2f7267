// SPDX-License-Identifier: Apache-2.0
// Insights that anyone may read. Blocking; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "api/common/services.h"

namespace boathouse::api {

struct FoundInsight {
  meta::WorkspaceRow workspace;
  meta::InsightRow insight;
};

// The insight of that name, whoever asks: the caller answers with it only where it is public or the asker may read the
// workspace. nullopt also where there is no such workspace.
std::optional<FoundInsight> look_for_insight(const Services& services, std::string_view workspace,
                                             std::string_view name);

}  // namespace boathouse::api
