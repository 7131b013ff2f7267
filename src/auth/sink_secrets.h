// SPDX-License-Identifier: Apache-2.0
// The URLs of sinks, which hold passwords: sealed at rest, each bound to its sink. Any thread; calls block.
#pragma once

#include <string>
#include <string_view>

#include "auth/sealing.h"
#include "meta/meta_store.h"

namespace boathouse::auth {

class SinkSecrets {
 public:
  SinkSecrets(meta::MetaStore& store, const Sealer& sealer) : store_(store), sealer_(sealer) {}

  std::string seal(const meta::SinkId& sink, std::string_view url) const;
  // Error{unavailable, "seal-broken"}.
  std::string open(const meta::SinkRow& sink) const;

  // Seals every one with the newest sealing key; how many were sealed anew. A row that cannot be opened is left as it is and
  // told in the log. May be broken off and run again.
  std::size_t reseal() const;

 private:
  bool reseal(const meta::SinkRow& sink) const;

  meta::MetaStore& store_;
  const Sealer& sealer_;
};

}  // namespace boathouse::auth
