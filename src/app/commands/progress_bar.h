// SPDX-License-Identifier: Apache-2.0
// How far long work has come, as one line on a terminal that is written over and goes away at the end. Silent where
// nobody could read it: standard error is no terminal, TERM=dumb, NO_COLOR is set, or the command answers in JSON. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/progress.h"

namespace boathouse::app {

// "uploading jobs.csv  [#######.......]  50 %  12.0 of 24.0 MiB"; without a total only how much is done. Pure.
std::string progress_line(std::string_view title, std::int64_t done, std::int64_t total, std::string_view unit);

class ProgressBar final : public core::Progress {
 public:
  explicit ProgressBar(std::string title, bool wanted = true);
  // Leaves the line empty.
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` of `total`, which is 0 while it is not known. Bytes are told in larger units.
  void advance(std::int64_t done, std::int64_t total, std::string_view unit) override;
  // Empties the line, for what is printed next.
  void clear();
  void log(std::string_view) override {}
  void check() override {}

 private:
  const std::string title_;
  const bool visible_;
  bool drawn_ = false;
  base::Micros drawn_at_ = 0;
};

}  // namespace boathouse::app
