// SPDX-License-Identifier: Apache-2.0
// Brings the copy of one table in one sink up to date: what a job of kind `sink` does. Rows and watermark become visible in one
// transaction there, so that a copy is whole and its rows there exactly once, wherever either side is cut off. Blocking; any
// thread; memory does not grow with the table.
#pragma once

#include <boost/json/object.hpp>

#include "auth/sink_secrets.h"
#include "core/parts.h"
#include "core/progress.h"
#include "core/sink_job.h"

namespace boathouse::core {

class SinkCopies {
 public:
  // Both outlive this.
  SinkCopies(const Parts& parts, const auth::SinkSecrets& secrets) : parts_(parts), secrets_(secrets) {}

  // What the job shows as its result. Whatever the database or the way to it has against it may pass, and says so in the
  // sink's state until it does.
  boost::json::object run(const meta::JobRow& job, Progress& progress) const;

 private:
  const Parts& parts_;
  const auth::SinkSecrets& secrets_;
};

}  // namespace boathouse::core
