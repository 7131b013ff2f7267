// SPDX-License-Identifier: Apache-2.0
// The metadata store, by subject. One is opened by the wiring and lives longer than everyone who was given it.
#pragma once

#include "meta/account_store.h"
#include "meta/audit_store.h"
#include "meta/catalog_store.h"
#include "meta/insight_store.h"
#include "meta/job_store.h"

namespace boathouse::meta {

class MetaStore {
 public:
  virtual ~MetaStore() = default;

  virtual AccountStore& accounts() = 0;
  virtual CatalogStore& catalog() = 0;
  virtual InsightStore& insights() = 0;
  virtual AuditStore& audit() = 0;
  virtual JobStore& jobs() = 0;
};

}  // namespace boathouse::meta
