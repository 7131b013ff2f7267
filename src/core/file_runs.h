// SPDX-License-Identifier: Apache-2.0
// A run: the job that makes rows of one object version, as its trigger says. Blocking; any thread.
#pragma once

#include <boost/json/object.hpp>

#include "core/object_files.h"
#include "core/progress.h"
#include "core/sinks.h"
#include "core/triggers.h"

namespace boathouse::core {

// What such a batch gets beside the columns of its file.
inline constexpr std::string_view kProcessedAt = "processed_at";

class FileRuns {
 public:
  // All outlive this.
  FileRuns(const Parts& parts, Ingest& ingest, ObjectFiles& files, const Sinks& sinks)
      : parts_(parts), ingest_(ingest), files_(files), sinks_(sinks) {}

  // The handler of ingest_kind(). Its effect is one commit, whose batch is the job's. Error{invalid_argument} for a file that
  // cannot become rows, {not_found} when the trigger is gone; others as the stages of a batch have them.
  boost::json::object run(const meta::JobRow& job, Progress& progress) const;

  // Takes back the bytes of runs that need them no more, where a crash came before that. Tells how many runs.
  std::int64_t sweep(Progress& progress) const;

 private:
  Trigger trigger_for(const meta::RunRow& run, const boost::json::object& payload) const;
  Committed work(const meta::JobRow& job, const meta::RunRow& run, Progress& progress) const;
  std::optional<boost::json::object> done_before(const meta::JobRow& job, Progress& progress) const;
  void release(const base::JobId& job) const;

  const Parts& parts_;
  Ingest& ingest_;
  ObjectFiles& files_;
  const Sinks& sinks_;
};

}  // namespace boathouse::core
