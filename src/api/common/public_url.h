// SPDX-License-Identifier: Apache-2.0
// What this installation is called from outside: scheme and host, without a slash at the end. Issuers and links are made
// of it, never of what a request says. Any thread.
#pragma once

#include <mutex>
#include <string>

namespace boathouse::api {

class PublicUrl {
 public:
  explicit PublicUrl(std::string url) : url_(std::move(url)) {}

  std::string get() const {
    std::lock_guard lock(mutex_);
    return url_;
  }
  // Once more at start, when a listener that takes a free port knows which.
  void set(std::string url) {
    std::lock_guard lock(mutex_);
    url_ = std::move(url);
  }

 private:
  mutable std::mutex mutex_;
  std::string url_;
};

}  // namespace boathouse::api
