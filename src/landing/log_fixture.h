// SPDX-License-Identifier: Apache-2.0
// A landing log in a folder that goes with the test.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <thread>

#include "landing/log.h"

namespace boathouse::landing {

class LogFixture : public testing::Test {
 protected:
  std::filesystem::path folder() const { return folder_.path() / "landing"; }

  LogSettings settings() const {
    return {.folder = folder(), .node = "0198d3c4-7b5b-7fc0-ad7b-8944df9be83e", .segment_bytes = 1 << 20};
  }

  // Waits for its end; throws what it was told.
  static Position append(Log& log, std::string payload) {
    std::promise<Position> promise;
    log.append(std::move(payload), [&](Position position, const base::Error* error) {
      if (error != nullptr) {
        promise.set_exception(std::make_exception_ptr(*error));
      } else {
        promise.set_value(position);
      }
    });
    return promise.get_future().get();
  }

  static std::vector<std::string> payloads(const Log& log, Position after) {
    std::vector<std::string> read;
    Cursor cursor = log.read(after);
    while (const Record* record = cursor.next()) read.emplace_back(record->payload);
    return read;
  }

  std::vector<std::filesystem::path> segments() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      if (entry.is_regular_file()) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  // The code of the error that `call` throws.
  template <class Call>
  static std::string error_of(Call call) {
    try {
      call();
    } catch (const base::Error& error) {
      return std::string(error.code());
    }
    return "none";
  }

  template <class Condition>
  static void wait_until(Condition condition) {
    for (int i = 0; i < 10'000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ASSERT_TRUE(condition());
  }

 private:
  base::TemporaryFolder folder_{std::filesystem::temp_directory_path(), "landing-"};
};

// Holds up whoever passes while it is closed.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++visitors_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void close() { set(false); }
  void open() { set(true); }
  void wait_for_visitor() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return visitors_ > 0; });
  }

 private:
  void set(bool open) {
    std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int visitors_ = 0;
};

}  // namespace boathouse::landing
