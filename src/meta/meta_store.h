// SPDX-License-Identifier: Apache-2.0
// The metadata store, by subject. One is opened by the wiring and lives longer than everyone who was given it.
#pragma once

#include <filesystem>

#include "meta/account_store.h"
#include "meta/audit_store.h"
#include "meta/bucket_store.h"
#include "meta/catalog_store.h"
#include "meta/flow_store.h"
#include "meta/insight_store.h"
#include "meta/job_store.h"
#include "meta/pool_store.h"
#include "meta/profile_store.h"
#include "meta/sink_store.h"
#include "meta/trigger_store.h"

namespace boathouse::meta {

class MetaStore {
 public:
  virtual ~MetaStore() = default;

  virtual AccountStore& accounts() = 0;
  virtual CatalogStore& catalog() = 0;
  virtual InsightStore& insights() = 0;
  virtual AuditStore& audit() = 0;
  virtual JobStore& jobs() = 0;
  virtual PoolStore& pools() = 0;
  virtual BucketStore& buckets() = 0;
  virtual SinkStore& sinks() = 0;
  virtual TriggerStore& triggers() = 0;
  virtual FlowStore& flows() = 0;
  virtual ProfileStore& profiles() = 0;

  // Everything as it is at one moment, in a new file that open_sqlite_store() opens; others go on meanwhile. The file is not
  // synced. Error{already_exists} when there is a file.
  virtual void copy_to(const std::filesystem::path& file) = 0;
};

}  // namespace boathouse::meta
