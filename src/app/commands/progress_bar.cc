// SPDX-License-Identifier: Apache-2.0
#include "app/commands/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>

namespace boathouse::app {
namespace {

constexpr std::int64_t kCells = 24;
constexpr base::Micros kBetweenDrawings = 100 * base::kMillisecond;
constexpr std::string_view kClearLine = "\r\x1b[2K";

struct Scale {
  double divisor = 1;
  std::string unit;
};

Scale scale_of(std::int64_t largest, std::string_view unit) {
  if (unit != "bytes" || largest < 1024) return {.unit = std::string(unit)};
  static constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB"};
  Scale scale;
  for (const char* larger : kUnits) {
    scale.divisor *= 1024;
    scale.unit = larger;
    if (static_cast<double>(largest) < scale.divisor * 1024) break;
  }
  return scale;
}

std::string amount(std::int64_t value, const Scale& scale) {
  return scale.divisor > 1 ? fmt::format("{:.1f}", static_cast<double>(value) / scale.divisor) : std::to_string(value);
}

bool set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

bool can_draw() {
  const char* terminal = std::getenv("TERM");
  bool dumb = terminal && std::string_view(terminal) == "dumb";
  return ::isatty(STDERR_FILENO) == 1 && !dumb && !set("NO_COLOR");
}

}  // namespace

std::string progress_line(std::string_view title, std::int64_t done, std::int64_t total, std::string_view unit) {
  Scale scale = scale_of(std::max(done, total), unit);
  if (total <= 0) return fmt::format("{}  {} {}", title, amount(done, scale), scale.unit);
  done = std::clamp<std::int64_t>(done, 0, total);
  double part = static_cast<double>(done) / static_cast<double>(total);
  auto full = static_cast<std::size_t>(part * static_cast<double>(kCells));
  return fmt::format("{}  [{}{}] {:3} %  {} of {} {}", title, std::string(full, '#'), std::string(kCells - full, '.'),
                     static_cast<int>(part * 100), amount(done, scale), amount(total, scale), scale.unit);
}

ProgressBar::ProgressBar(std::string title, bool wanted) : title_(std::move(title)), visible_(wanted && can_draw()) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (drawn_) std::cerr << kClearLine << std::flush;
  drawn_ = false;
}

void ProgressBar::advance(std::int64_t done, std::int64_t total, std::string_view unit) {
  base::Micros now = base::steady_micros();
  if (!visible_ || (drawn_ && done < total && now - drawn_at_ < kBetweenDrawings)) return;
  std::cerr << kClearLine << progress_line(title_, done, total, unit) << std::flush;
  drawn_ = true;
  drawn_at_ = now;
}

}  // namespace boathouse::app
