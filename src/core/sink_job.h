// SPDX-License-Identifier: Apache-2.0
// The jobs that keep sinks up to date: one for each sink and table, which looks at how things are and makes them right.
#pragma once

#include "core/job_kind.h"
#include "meta/sink_rows.h"

namespace boathouse::core {

// A database that is away is tried again for a day, never more than half a minute apart.
JobKind sink_kind();

// Its object is TABLE@SINK; of another workspace than the sink's, also the table's workspace tells them apart.
meta::JobRow sink_job(const meta::SinkRow& sink, const meta::SinkTable& table);

// What such a job is about.
struct SinkOrder {
  meta::SinkId sink;
  meta::SinkTable table;
};
SinkOrder sink_order_of(const meta::JobRow& job);

}  // namespace boathouse::core
