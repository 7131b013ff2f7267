// SPDX-License-Identifier: Apache-2.0
#include "jobs/kinds.h"

namespace boathouse::jobs {

void Kinds::add(core::JobKind promise, Handler handler, Failing failing) {
  auto kind = std::make_unique<Kind>();
  kind->promise = std::move(promise);
  kind->handler = std::move(handler);
  kind->failing = std::move(failing);
  std::string name = kind->promise.name;
  kinds_[name] = std::move(kind);
}

Kind* Kinds::find(std::string_view name) const {
  auto at = kinds_.find(name);
  return at == kinds_.end() ? nullptr : at->second.get();
}

std::vector<std::string> Kinds::names(core::JobLane lane) const {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kinds_) {
    if (kind->promise.lane == lane) names.push_back(name);
  }
  return names;
}

std::vector<Kind*> Kinds::all() const {
  std::vector<Kind*> all;
  for (const auto& [name, kind] : kinds_) all.push_back(kind.get());
  return all;
}

}  // namespace boathouse::jobs
