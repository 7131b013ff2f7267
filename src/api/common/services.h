// SPDX-License-Identifier: Apache-2.0
// What every door is given: the use cases, who decides, and where blocking work runs. Made once by app, which outlives the
// doors; any thread.
#pragma once

#include <filesystem>

#include "api/common/public_url.h"
#include "auth/auth.h"
#include "base/thread_pool.h"
#include "core/backups.h"
#include "core/buckets.h"
#include "core/documents.h"
#include "core/flow_datasets.h"
#include "core/flow_rules.h"
#include "core/flow_tasks.h"
#include "core/flows.h"
#include "core/frames.h"
#include "core/ingest.h"
#include "core/insights.h"
#include "core/jobs.h"
#include "core/kept_files.h"
#include "core/lake_ingress.h"
#include "core/long_queries.h"
#include "core/multipart.h"
#include "core/notifications.h"
#include "core/objects.h"
#include "core/profiles.h"
#include "core/quarantine.h"
#include "core/query.h"
#include "core/sinks.h"
#include "core/table_history.h"
#include "core/tables.h"
#include "core/triggers.h"

namespace boathouse::api {

struct Services {
  auth::Auth& auth;
  const core::Parts& parts;
  const core::Tables& tables;
  const core::TableHistory& history;
  core::Ingest& ingest;
  core::Documents& documents;
  const core::Quarantine& quarantine;
  const core::Queries& queries;
  const core::Frames& frames;
  core::KeptFiles& downloads;  // frames as files
  const core::LongQueries& long_queries;
  const core::Insights& insights;
  const core::Profiles& profiles;
  const core::Backups& backups;
  store::ObjectStore& archive;  // where they lie
  const core::Jobs& jobs;
  const core::Sinks& sinks;
  const core::Buckets& buckets;
  const core::Objects& objects;
  const core::Multipart& multipart;
  const core::LakeIngress& lake_ingress;
  const core::Triggers& triggers;
  const core::Notifications& notifications;
  const core::Flows& flows;
  const core::FlowTasks& flow_tasks;
  const core::FlowRules& flow_rules;
  core::FlowDatasets& flow_datasets;
  base::ThreadPool& work;         // short work: metadata, disk
  base::ThreadPool& engine_work;  // work that may wait long for a worker: check, write, queries, password hashing
  std::filesystem::path spool;    // a folder for unnamed files
  std::uint64_t max_dataframe_bytes = 0;  // of a body of POST /dataframes/upload
  const PublicUrl& public_url;            // what issuers and links are made of
  std::uint64_t max_documents_bytes = 0;  // of a body of POST /table/{name}/objects
  bool signup_open = false;               // anybody may make an account
  bool documents_authorization = true;    // off: anyone may write documents to `main`
};

}  // namespace boathouse::api
