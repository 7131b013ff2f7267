// SPDX-License-Identifier: Apache-2.0
// Tasks that open themselves: a flow's rules say which events of its workspace become tasks. Of one cause there is one open
// task in a flow, however often it is told. Blocking; any thread.
#pragma once

#include <boost/json/array.hpp>

#include "core/flows.h"

namespace boathouse::core {

inline constexpr std::size_t kMaxFlowRules = 20;

// What happened in a workspace.
struct FlowIncident {
  std::string event{};    // trigger_failed, sink_failed or drift
  std::string subject{};  // what it happened to; with the event it is the cause
  std::string message{};  // for people
  std::string table{};    // that it is about; empty: none
};

class FlowRules {
 public:
  // Both outlive this.
  FlowRules(const Parts& parts, const Flows& flows) : parts_(parts), flows_(flows) {}

  // [{event, title?}]
  boost::json::array get(const auth::Caller& caller, std::int64_t fid) const;
  // Takes the place of those before. Error{invalid_argument}.
  boost::json::array set(const auth::Caller& caller, std::int64_t fid, const boost::json::value& rules) const;

  // Opens a task in each flow of the workspace whose rules ask for it. Tells how many.
  std::size_t open_tasks(const base::WorkspaceId& workspace, const FlowIncident& incident) const;
  // The same for a job that has used up its attempts, parked as failed or still tried for a while; what fails here is
  // logged and not told.
  void job_failed(const meta::JobRow& job, const std::string& error) const noexcept;

 private:
  bool open_task(const meta::FlowRow& flow, std::string title, const FlowIncident& incident) const;

  const Parts& parts_;
  const Flows& flows_;
};

}  // namespace boathouse::core
