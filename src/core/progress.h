// SPDX-License-Identifier: Apache-2.0
// How long work (backups, maintenance, queries that run on after their answer) tells how far it has come and hears that it
// should end. The use case calls it now and then, from one thread at a time; whoever runs the work implements it.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string_view>

namespace boathouse::core {

class Progress {
 public:
  virtual ~Progress() = default;

  // `done` of `total` units ("rows", "files", "bytes"); a total of 0 is not known yet. Cheap enough for every file or
  // row group, not for every row.
  virtual void advance(std::int64_t done, std::int64_t total, std::string_view unit) = 0;
  // One line for people who follow the work: no secret, no line break.
  virtual void log(std::string_view line) = 0;
  // Throws base::Error{cancelled} once the work should end. To be called between steps that can be undone or left as
  // they are.
  virtual void check() = 0;
  // Requested once the work should end: for what waits or runs long inside one step, such as WorkerPool::acquire().
  virtual std::stop_token stop_token() const { return {}; }
};

// For work that nobody follows.
class NoProgress final : public Progress {
 public:
  void advance(std::int64_t, std::int64_t, std::string_view) override {}
  void log(std::string_view) override {}
  void check() override {}
};

}  // namespace boathouse::core
