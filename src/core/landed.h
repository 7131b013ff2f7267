// SPDX-License-Identifier: Apache-2.0
// What readers ask of rows that were acknowledged and are not in their table yet. Any thread; calls block.
#pragma once

#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace boathouse::core {

class Landed {
 public:
  virtual ~Landed() = default;

  // Whether every row of the table that was acknowledged before the call is committed. Does not wait.
  virtual bool is_settled(const base::WorkspaceId& workspace, std::string_view table) = 0;

  // As settle() does, for every table of every workspace.
  virtual void settle_all(base::Micros deadline) = 0;

  // Returns once every row of the table that was acknowledged before the call is committed; at once where there is none.
  // `deadline` is base::steady_micros(). Error{timeout} past it, Error{unavailable, "not-committed"} while commits of the
  // table fail.
  virtual void settle(const base::WorkspaceId& workspace, std::string_view table, base::Micros deadline) = 0;
};

}  // namespace boathouse::core
