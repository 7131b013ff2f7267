// SPDX-License-Identifier: Apache-2.0
// The process's Prometheus figures: what the servers count, and gauges that app adds for the rooms that cannot include
// net. No label ever names a user, table or workspace. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/figures.h"

namespace boathouse::net {

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // A figure asked for at each render(); `read` is called from the rendering thread and must not block. Throws
  // std::invalid_argument for a name or label that Prometheus refuses.
  void add_gauge(const std::string& name, const std::string& help, const std::map<std::string, std::string>& labels,
                 std::function<double()> read);
  // The same for a figure that only grows.
  void add_counter(const std::string& name, const std::string& help, const std::map<std::string, std::string>& labels,
                   std::function<double()> read);
  // A histogram that somebody keeps, who outlives this.
  void add_durations(const std::string& name, const std::string& help, const std::map<std::string, std::string>& labels,
                     const base::Durations& durations);

  // The text exposition format 0.0.4.
  std::string render() const;

  // What the server tells. `route` is a pattern, or empty where no route matched.
  void count_request(std::string_view route, std::string_view method, int status, double seconds);
  void count_bytes(std::uint64_t received, std::uint64_t sent);
  void connection_opened();
  void connection_closed();
  void connection_refused();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace boathouse::net
