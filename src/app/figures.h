// SPDX-License-Identifier: Apache-2.0
// What the rooms count, as Prometheus metrics: they know nothing of net, so app puts the two together. docs/METRICS.md lists
// them all. At start, before anybody renders.
#pragma once

#include "base/thread_pool.h"
#include "core/documents.h"
#include "core/parts.h"
#include "jobs/kinds.h"
#include "net/metrics.h"

namespace boathouse::app {

// All of it outlives the metrics' last rendering.
struct FigureSources {
  const engine::WorkerPool& engine;
  const core::Figures& core;
  const iceberg::MetadataCache& cache;
  const base::Durations& metadata_commits;
  const base::ThreadPool& work;
  const base::ThreadPool& engine_work;
  const core::Documents& documents;
  const jobs::Kinds& jobs;  // with every kind that there will be
};

void add_figures(net::Metrics& metrics, const FigureSources& sources);

}  // namespace boathouse::app
