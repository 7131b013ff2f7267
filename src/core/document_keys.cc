// SPDX-License-Identifier: Apache-2.0
#include "core/document_keys.h"

#include "base/error.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

std::string name_of(std::string_view scope, std::string_view key) { return fmt::format("{}\n{}", scope, key); }

}  // namespace

DocumentKeys::Claim& DocumentKeys::Claim::operator=(Claim&& other) noexcept {
  std::swap(keys_, other.keys_);
  std::swap(name_, other.name_);
  return *this;
}

DocumentKeys::Claim::~Claim() {
  if (keys_ != nullptr) keys_->release(name_);
}

void DocumentKeys::Claim::landed() {
  if (keys_ == nullptr) return;
  std::lock_guard lock(keys_->mutex_);
  auto entry = keys_->entries_.find(name_);
  if (entry != keys_->entries_.end()) entry->second.landed = true;
  keys_ = nullptr;
}

void DocumentKeys::release(const std::string& name) {
  std::lock_guard lock(mutex_);
  entries_.erase(name);
}

std::optional<std::vector<std::string>> DocumentKeys::find_or_claim(const IdempotencyKey& key,
                                                                    std::vector<std::string> ids, Claim& claim) {
  std::string name = name_of(key.scope, key.key);
  std::lock_guard lock(mutex_);
  auto found = entries_.find(name);
  if (found != entries_.end()) {
    if (found->second.body_hash != key.body_hash) throw_key_reused();
    if (!found->second.landed) throw_key_in_use();
    return found->second.ids;
  }
  if (entries_.size() >= most_keys_) {
    throw Error(ErrorKind::unavailable, "too many documents with an Idempotency-Key wait to be committed")
        .code("landing-full")
        .with("retry_after", 1);
  }
  claim = Claim(*this, name);
  entries_.emplace(std::move(name), Entry{key.body_hash, std::move(ids), false});
  return std::nullopt;
}

void DocumentKeys::add_landed(const IdempotencyKey& key, std::vector<std::string> ids) {
  std::lock_guard lock(mutex_);
  entries_.emplace(name_of(key.scope, key.key), Entry{key.body_hash, std::move(ids), true});
}

void DocumentKeys::forget(std::string_view scope, std::string_view key) {
  std::lock_guard lock(mutex_);
  entries_.erase(name_of(scope, key));
}

std::string ids_to_text(const std::vector<std::string>& ids) { return fmt::format("{}", fmt::join(ids, " ")); }

std::vector<std::string> ids_of_text(std::string_view text) {
  std::vector<std::string> ids;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    ids.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ids;
}

}  // namespace boathouse::core
