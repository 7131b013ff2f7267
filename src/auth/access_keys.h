// SPDX-License-Identifier: Apache-2.0
// The use cases of access keys, with which S3 clients sign, and of the installation's own keys. Each decides, does, and
// leaves a row in the audit log, also when it refused; secrets stand in none. Any thread; calls block. Errors:
// not_found, permission_denied, invalid_argument.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/access.h"
#include "auth/key_ring.h"
#include "auth/principal.h"
#include "auth/scope.h"
#include "auth/sealing.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

struct NewAccessKey {
  std::string name{};
  WantedScope scope{};
};

struct AccessKeyShown {
  meta::AccessKeyRow row{};
  std::string secret{};  // never to be had again
};

class AccessKeys {
 public:
  AccessKeys(meta::MetaStore& store, const AccessControl& access, const Sealer& sealer)
      : store_(store), access_(access), sealer_(sealer) {}

  // Keys of one's own; they narrow as API tokens do (accounts.h). A narrowed token neither sees nor removes keys.
  AccessKeyShown create(const Caller& caller, const NewAccessKey& wanted);
  std::vector<meta::AccessKeyRow> list(const Principal& principal);
  void remove(const Caller& caller, const base::AccessKeyId& id);

  // The secret of a row. Error{unavailable, "seal-broken"}.
  std::string secret_of(const meta::AccessKeyRow& row) const;

  // Seals every secret with the newest sealing key; how many were sealed anew. A row that cannot be opened is left as it
  // is and told in the log. May be broken off and run again.
  std::size_t reseal();

 private:
  bool reseal(const meta::AccessKeyRow& row);

  meta::MetaStore& store_;
  const AccessControl& access_;
  const Sealer& sealer_;
};

struct Rotation {
  KeyFacts key{};
  std::size_t resealed = 0;  // secrets sealed with the new key
};

// For owners of `main`.
class KeyAdministration {
 public:
  // `reseal` seals everything anew that is sealed; it returns how much.
  KeyAdministration(meta::MetaStore& store, const AccessControl& access, KeyRing& keys,
                    std::function<std::size_t()> reseal)
      : store_(store), access_(access), keys_(keys), reseal_(std::move(reseal)) {}

  std::vector<KeyFacts> list(const Caller& caller);
  // Makes a new key; after a sealing key everything sealed is sealed anew. Error{conflict, "fixed-key"}.
  Rotation rotate(const Caller& caller, KeyKind kind);

 private:
  meta::MetaStore& store_;
  const AccessControl& access_;
  KeyRing& keys_;
  const std::function<std::size_t()> reseal_;
};

}  // namespace boathouse::auth
