// SPDX-License-Identifier: Apache-2.0
// A workspace's documents as objects of a bucket that nobody makes and nobody writes: what was posted as a document of id I
// is the object "id=I", its text in base64. Blocking; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/documents.h"
#include "core/object_listing.h"

namespace boathouse::core {

// Under its own name, and under that which guides give it, after the account's number.
bool is_lake_ingress(std::string_view bucket);

struct IngressObject {
  meta::ObjectRow row{};  // key, size, etag, facts (type, request-time, table), at; no file
  std::string bytes{};
};

class LakeIngress {
 public:
  // Both outlive it.
  LakeIngress(const Parts& parts, Documents& documents) : parts_(parts), documents_(documents) {}

  // Error{not_found, "no-such-key"}.
  IngressObject find(const meta::WorkspaceRow& workspace, const std::string& key) const;
  // Documents that are rows, or in quarantine; rows as find() has them. What came while pages are asked for is on a later
  // one.
  ListingPage<meta::ObjectRow> list(const meta::WorkspaceRow& workspace, const ListingWanted& wanted) const;

 private:
  std::vector<std::string> tables(const meta::WorkspaceRow& workspace) const;
  std::optional<IngressObject> find_now(const meta::WorkspaceRow& workspace, std::string_view id) const;

  const Parts& parts_;
  Documents& documents_;
};

}  // namespace boathouse::core
