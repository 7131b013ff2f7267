// SPDX-License-Identifier: Apache-2.0
// Flows: projects of a workspace with members, tasks and one dataset each. Who is a member sees and changes a flow and its
// tasks; its owner alone removes it and says who its members are. Whoever calls has decided that the caller may act in their
// own workspace; about the flow it is decided here. Blocking; any thread.
//
// Errors: not_found with code "invalid-flow" (also for who is no member) or "invalid-task", already_exists for what is there
// already, permission_denied for what is the owner's to do, invalid_argument.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "core/parts.h"
#include "core/tables.h"
#include "meta/flow_store.h"

namespace boathouse::core {

using meta::kMaxFlowTitle;
inline constexpr std::size_t kMaxFlowDescription = 10'000;  // code points; of a comment too

struct NewFlow {
  std::string title{};
  std::optional<std::string> description{};
};

// A page of rows, and the token of the next one: empty on the last.
template <class Row>
struct FlowPage {
  std::vector<Row> rows{};
  std::string next{};
};

class Flows {
 public:
  explicit Flows(const Parts& parts) : parts_(parts) {}

  // In the caller's personal workspace.
  meta::FlowRow create(const auth::Caller& caller, const NewFlow& wanted) const;
  // Those that the caller is a member of, by their numbers.
  FlowPage<meta::FlowRow> list(const auth::Caller& caller, const std::string& search, const Page& page) const;
  meta::FlowRow find(const auth::Caller& caller, std::int64_t fid) const;
  meta::FlowRow change(const auth::Caller& caller, std::int64_t fid, meta::FlowChange change) const;
  // As it was. Its dataset's file and table stay in the workspace.
  meta::FlowRow remove(const auth::Caller& caller, std::int64_t fid) const;

  // The owner first.
  std::vector<meta::FlowMemberRow> members(const auth::Caller& caller, std::int64_t fid) const;
  // `who`: an e-mail or a name. The member that was made or removed.
  meta::FlowMemberRow add_member(const auth::Caller& caller, std::int64_t fid, const std::string& who) const;
  meta::FlowMemberRow remove_member(const auth::Caller& caller, std::int64_t fid, const std::string& who) const;

  // Newest first.
  FlowPage<meta::FlowEventRow> activity(const auth::Caller& caller, std::int64_t fid, const Page& page) const;

 private:
  meta::FlowRow find_own(const auth::Caller& caller, std::int64_t fid, std::string_view to_do) const;
  meta::FlowMemberRow member_of(std::int64_t fid, const base::UserId& user) const;

  const Parts& parts_;
};

// Where a flow's dataset lies in the bucket of datasets.
std::string dataset_key(std::int64_t fid);

// Shared with the other use cases of flows.

base::Error invalid_flow();
// Error{invalid_argument} with the field as detail: too long, or text that cannot be kept.
void check_flow_text(std::string_view field, std::string_view text, std::size_t most);
// The event of what the caller does now.
meta::FlowEventRow flow_event(const auth::Caller& caller, std::int64_t fid, std::string what,
                              const boost::json::object& detail = {});

// The page of rows of which one more than the limit was asked for; `number` says which number a row has.
template <class Row, class Number>
FlowPage<Row> flow_page(std::vector<Row> rows, const Page& page, Number number) {
  FlowPage<Row> out{.rows = std::move(rows)};
  if (out.rows.size() > page.limit) {
    out.rows.resize(page.limit);
    out.next = std::to_string(number(out.rows.back()));
  }
  return out;
}

}  // namespace boathouse::core
