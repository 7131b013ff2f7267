// SPDX-License-Identifier: Apache-2.0
// The Idempotency-Keys of documents that are acknowledged, or about to be, and not yet in a table: until then the log has
// them, afterwards the metadata store. Any thread.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ingest.h"

namespace boathouse::core {

class DocumentKeys {
 public:
  static constexpr std::size_t kMostKeys = 1'000'000;

  explicit DocumentKeys(std::size_t most_keys = kMostKeys) : most_keys_(most_keys) {}

  // A request's hold of its key. Let go without landed(), the key is free again.
  class Claim {
   public:
    Claim() = default;
    Claim(DocumentKeys& keys, std::string name) : keys_(&keys), name_(std::move(name)) {}
    Claim(Claim&& other) noexcept : keys_(other.keys_), name_(std::move(other.name_)) { other.keys_ = nullptr; }
    Claim& operator=(Claim&& other) noexcept;
    ~Claim();
    // The request's documents are durable.
    void landed();

   private:
    DocumentKeys* keys_ = nullptr;
    std::string name_;
  };

  // The documents' ids where the key's first request has landed already; else a claim is given for this one.
  // Error{conflict, "idempotency-key-in-use"} while the first runs, {unprocessable, "idempotency-key-reused"} for another
  // body, {unavailable, "landing-full"} past the most keys.
  std::optional<std::vector<std::string>> find_or_claim(const IdempotencyKey& key, std::vector<std::string> ids,
                                                        Claim& claim);
  // Of a record that the log has: its key is there.
  void add_landed(const IdempotencyKey& key, std::vector<std::string> ids);
  // The metadata store has it now.
  void forget(std::string_view scope, std::string_view key);

 private:
  struct Entry {
    std::string body_hash;
    std::vector<std::string> ids;
    bool landed = false;
  };
  void release(const std::string& name);

  const std::size_t most_keys_;

  std::mutex mutex_;
  // Guarded by mutex_, by scope and key:
  std::unordered_map<std::string, Entry> entries_;
};

// The first answer's text in the metadata store, and back: the documents' ids.
std::string ids_to_text(const std::vector<std::string>& ids);
std::vector<std::string> ids_of_text(std::string_view text);

}  // namespace boathouse::core
