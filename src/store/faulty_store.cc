// SPDX-License-Identifier: Apache-2.0
#include "store/faulty_store.h"

#include "base/error.h"

namespace boathouse::store {
using base::Error;
using base::ErrorKind;

void FaultyStore::arm(Plan& plan, int nth, Fault fault, bool onwards) {
  std::lock_guard lock(mutex_);
  plan = {nth, fault, onwards};
}

void FaultyStore::fail_write(int nth, Fault fault, bool onwards) { arm(writes_, nth, fault, onwards); }
void FaultyStore::fail_sync(int nth, Fault fault, bool onwards) { arm(syncs_, nth, fault, onwards); }
void FaultyStore::fail_read(int nth, Fault fault, bool onwards) { arm(reads_, nth, fault, onwards); }
void FaultyStore::fail_remove(int nth, Fault fault, bool onwards) { arm(removes_, nth, fault, onwards); }

void FaultyStore::heal() {
  std::lock_guard lock(mutex_);
  writes_ = syncs_ = reads_ = removes_ = {};
}

std::optional<Fault> FaultyStore::next(Plan& plan) {
  std::lock_guard lock(mutex_);
  if (plan.countdown == 0 || --plan.countdown > 0) return std::nullopt;
  if (plan.onwards) plan.countdown = 1;
  return plan.fault;
}

template <class Call>
auto FaultyStore::guarded(Plan& plan, Call call) -> decltype(call()) {
  std::optional<Fault> fault = next(plan);
  if (!fault) return call();
  switch (*fault) {
    case Fault::fail: throw Error(ErrorKind::unavailable, "a fault was injected");
    case Fault::disk_full: throw Error(ErrorKind::storage_full, "a full disk was injected");
    case Fault::unknown_done: static_cast<void>(call()); break;
    case Fault::unknown_not_done: break;
  }
  throw Error(ErrorKind::unknown_outcome, "an unknown outcome was injected");
}

void FaultyStore::put(const std::string& location, std::string_view bytes, Durability durability) {
  guarded(writes_, [&] { inner_.put(location, bytes, durability); });
}

void FaultyStore::adopt(const std::filesystem::path& path, const std::string& location, Durability durability) {
  guarded(writes_, [&] { inner_.adopt(path, location, durability); });
}

void FaultyStore::sync_all(std::span<const std::string> locations) {
  guarded(syncs_, [&] { inner_.sync_all(locations); });
}

std::string FaultyStore::get(const std::string& location) {
  return guarded(reads_, [&] { return inner_.get(location); });
}

std::uint64_t FaultyStore::size(const std::string& location) {
  return guarded(reads_, [&] { return inner_.size(location); });
}

bool FaultyStore::exists(const std::string& location) {
  return guarded(reads_, [&] { return inner_.exists(location); });
}

bool FaultyStore::remove(const std::string& location) {
  return guarded(removes_, [&] { return inner_.remove(location); });
}

std::vector<ObjectInfo> FaultyStore::list(const std::string& prefix) {
  return guarded(reads_, [&] { return inner_.list(prefix); });
}

std::optional<std::filesystem::path> FaultyStore::local_path(const std::string& location) {
  return inner_.local_path(location);
}

}  // namespace boathouse::store
