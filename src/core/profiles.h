// SPDX-License-Identifier: Apache-2.0
// Profiles of tables (docs/PROFILES.md): what the columns of a version are like. They are worked out when somebody asks, and
// by a job after commits, and kept while their version is. Callers have decided the permission already. Blocking; any
// thread.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/parts.h"
#include "core/profile_diff.h"
#include "core/progress.h"
#include "core/table_state.h"

namespace boathouse::core {

struct ProfileRules {
  ProfileBounds bounds{};
  DriftRules drift{};
  // Rows times columns up to which commits have a job make the profile, and an answer waits for it; past it a job makes it
  // when it is asked for.
  std::int64_t awaited_cells = 20'000'000;
  std::int64_t awaited_columns = 2'000;  // the same, since each has statements of its own
};

// What a job has found: the newest version of a table is no longer like the one that was profiled before it.
struct Drift {
  base::WorkspaceId workspace;
  std::string table;
  base::SnapshotId from = 0;
  base::SnapshotId to = 0;
  boost::json::array findings;  // those of kind `drift`
};
// "columns of T have drifted since version N: a, b", for people.
std::string drift_in_words(const Drift& drift);
using DriftListener = std::function<void(const Drift&)>;

// How a profile is shown.
enum class ProfilePlot { histogram, missing, correlation };

// JSON or a picture, or the job that is making what it is made of.
using ProfileText = std::variant<std::string, meta::JobRow>;

class Profiles {
 public:
  explicit Profiles(const Parts& parts, ProfileRules rules = {}) : parts_(parts), rules_(rules) {}

  // {table,version,at,rows,exact,columns,correlations,findings,computed_at,duration_ms}; of the newest version of main unless
  // said. Error{not_found} when there is no such table or version.
  ProfileText get(const meta::WorkspaceRow& workspace, std::string_view table,
                  const std::optional<std::string>& version) const;

  // {table,from,to,exact,drift,columns,findings}: how `to` (the newest of main unless said) differs from `from` (the version
  // that it came after). A column whose population stability index is `threshold` or more has drifted. Errors as above.
  ProfileText diff(const meta::WorkspaceRow& workspace, std::string_view table, const std::optional<std::string>& from,
                   const std::optional<std::string>& to, const std::optional<double>& threshold) const;

  // SVG. `column` goes with a histogram. Errors as above, and not_found when there is no such column.
  ProfileText plot(const meta::WorkspaceRow& workspace, std::string_view table,
                   const std::optional<std::string>& version, ProfilePlot plot, std::string_view column) const;

  // Called by the thread of the job that found it; errors are logged. Before the jobs begin.
  void on_drift(DriftListener listener) { listeners_.push_back(std::move(listener)); }

  // The job's handler: makes the profile that it is about, where it is not there, and of a newest version looks for drift. A
  // table that is still fed waits for another job, one of many cells for whoever asks. Nothing when the table or version is
  // gone.
  boost::json::object run(const meta::JobRow& job, Progress& progress) const;

 private:
  struct Subject;
  struct Where;
  Subject subject(const TableState& table, const iceberg::SnapshotPtr& version) const;
  std::optional<std::string> stored(const Subject& subject) const;
  std::string made(const Subject& subject, const Where& where, Progress& progress) const;
  boost::json::object compute(const Subject& subject, const Where& where, Progress& progress) const;
  meta::JobRow queued(const Subject& subject) const;
  bool is_small(const Subject& subject) const;
  ProfileText kept_or_made(const meta::WorkspaceRow& workspace, const Subject& subject) const;
  Where asked_by(const meta::WorkspaceRow& workspace) const;
  boost::json::object compare(const Subject& from, std::string_view from_kept, const Subject& to,
                              std::string_view to_kept, const DriftRules& rules, const Where& where,
                              Progress& progress) const;
  void tell(const Drift& drift) const;
  iceberg::SnapshotPtr earlier_than(const Subject& subject) const;
  bool look_for_drift(const Subject& to, std::string_view to_kept, const Where& where, Progress& progress) const;

  const Parts& parts_;
  const ProfileRules rules_;
  std::vector<DriftListener> listeners_;  // constant once jobs run
  mutable TableLocks turns_;              // by table and version: two that ask make one profile
};

// Forgets the profiles of versions that the table does not have any more.
void forget_expired_profiles(const Parts& parts, const meta::TableRow& table);

}  // namespace boathouse::core
