// SPDX-License-Identifier: Apache-2.0
// A store that fails on command, around another one: how the code above behaves when a disk is full, a sync fails or a
// put is left without an answer. For tests. Any thread.
#pragma once

#include <mutex>
#include <optional>

#include "store/object_store.h"

namespace boathouse::store {

enum class Fault {
  fail,             // Error{unavailable}, nothing happens
  disk_full,        // Error{storage_full}, nothing happens
  unknown_done,     // it happens, then Error{unknown_outcome}
  unknown_not_done  // nothing happens, Error{unknown_outcome}
};

class FaultyStore : public ObjectStore {
 public:
  // `inner` must outlive this.
  explicit FaultyStore(ObjectStore& inner) : inner_(inner) {}

  // The `nth` call from now (1 is the next) meets `fault`; with `onwards`, so do all after it until heal(). put and adopt
  // count together as writes.
  void fail_write(int nth, Fault fault, bool onwards = false);
  void fail_sync(int nth, Fault fault, bool onwards = false);
  void fail_read(int nth, Fault fault, bool onwards = false);
  void fail_remove(int nth, Fault fault, bool onwards = false);
  void heal();

  const std::string& root() const override { return inner_.root(); }
  void put(const std::string& location, std::string_view bytes, Durability durability = Durability::now) override;
  void adopt(const std::filesystem::path& path, const std::string& location,
             Durability durability = Durability::now) override;
  void sync_all(std::span<const std::string> locations) override;
  std::string get(const std::string& location) override;
  std::uint64_t size(const std::string& location) override;
  bool exists(const std::string& location) override;
  bool remove(const std::string& location) override;
  std::vector<ObjectInfo> list(const std::string& prefix) override;
  std::optional<std::filesystem::path> local_path(const std::string& location) override;

 private:
  struct Plan {
    int countdown = 0;  // 0: nothing planned
    Fault fault = Fault::fail;
    bool onwards = false;
  };
  std::optional<Fault> next(Plan& plan);
  void arm(Plan& plan, int nth, Fault fault, bool onwards);
  template <class Call>
  auto guarded(Plan& plan, Call call) -> decltype(call());

  ObjectStore& inner_;
  // Guarded by mutex_:
  std::mutex mutex_;
  Plan writes_;
  Plan syncs_;
  Plan reads_;
  Plan removes_;
};

}  // namespace boathouse::store
