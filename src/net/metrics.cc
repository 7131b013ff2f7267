// SPDX-License-Identifier: Apache-2.0
#include "net/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <shared_mutex>

namespace boathouse::net {
namespace {

const prometheus::Histogram::BucketBoundaries kBuckets(base::kDurationBounds.begin(), base::kDurationBounds.end());

// A method that nobody knows must not make a new series.
std::string_view known_method(std::string_view method) {
  static constexpr std::array<std::string_view, 7> kKnown{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
  auto found = std::find(kKnown.begin(), kKnown.end(), method);
  return found == kKnown.end() ? "other" : *found;
}

struct Asked {
  std::string name;
  std::string help;
  prometheus::MetricType type;
  std::map<std::string, std::string> labels;
  std::function<double()> read;
  const base::Durations* durations = nullptr;  // instead, for a histogram
};

void fill(prometheus::ClientMetric::Histogram& histogram, const base::Durations::Reading& reading) {
  for (std::size_t i = 0; i < reading.counts.size(); ++i) {
    histogram.sample_count += reading.counts[i];
    bool last = i == base::kDurationBounds.size();
    histogram.bucket.push_back(
        {histogram.sample_count, last ? std::numeric_limits<double>::infinity() : base::kDurationBounds[i]});
  }
  histogram.sample_sum = reading.seconds;
}

}  // namespace

struct Metrics::Impl {
  struct Series {
    prometheus::Counter* count;
    prometheus::Histogram* seconds;
  };

  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("boathouse_http_requests_total").Help("Requests answered").Register(registry);
  prometheus::Family<prometheus::Histogram>& durations = prometheus::BuildHistogram()
                                                             .Name("boathouse_http_request_duration_seconds")
                                                             .Help("From a request's first byte to its answer's last")
                                                             .Register(registry);
  prometheus::Family<prometheus::Counter>& bytes = prometheus::BuildCounter()
                                                       .Name("boathouse_http_bytes_total")
                                                       .Help("Bytes on the wire, TLS undone")
                                                       .Register(registry);
  prometheus::Counter& received = bytes.Add({{"direction", "in"}});
  prometheus::Counter& sent = bytes.Add({{"direction", "out"}});
  prometheus::Gauge& connections =
      prometheus::BuildGauge().Name("boathouse_http_connections").Help("Connections open").Register(registry).Add({});
  prometheus::Counter& refused = prometheus::BuildCounter()
                                     .Name("boathouse_http_connections_refused_total")
                                     .Help("Connections over the limit")
                                     .Register(registry)
                                     .Add({});

  mutable std::shared_mutex mutex;
  // Guarded by mutex. Looking a series up by its labels in the registry is slower than the rest of a small request.
  std::map<std::string, Series, std::less<>> series;
  std::vector<Asked> asked;

  const Series& find(std::string_view route, std::string_view method, int status);
  void ask(Asked figure);
};

const Metrics::Impl::Series& Metrics::Impl::find(std::string_view route, std::string_view method, int status) {
  thread_local std::string key;
  key.assign(method).append(std::to_string(status)).append(route);
  {
    std::shared_lock lock(mutex);
    auto found = series.find(key);
    if (found != series.end()) return found->second;
  }
  std::string route_label = route.empty() ? "none" : std::string(route);
  std::unique_lock lock(mutex);
  Series made{
      &requests.Add({{"route", route_label}, {"method", std::string(method)}, {"status", std::to_string(status)}}),
      &durations.Add({{"route", route_label}}, kBuckets)};
  return series.emplace(key, made).first->second;  // nodes of a map stay where they are
}

void Metrics::Impl::ask(Asked figure) {
  std::unique_lock lock(mutex);
  asked.push_back(std::move(figure));
}

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::add_gauge(const std::string& name, const std::string& help,
                        const std::map<std::string, std::string>& labels, std::function<double()> read) {
  impl_->ask({name, help, prometheus::MetricType::Gauge, labels, std::move(read), nullptr});
}

void Metrics::add_counter(const std::string& name, const std::string& help,
                          const std::map<std::string, std::string>& labels, std::function<double()> read) {
  impl_->ask({name, help, prometheus::MetricType::Counter, labels, std::move(read), nullptr});
}

void Metrics::add_durations(const std::string& name, const std::string& help,
                            const std::map<std::string, std::string>& labels, const base::Durations& durations) {
  impl_->ask({name, help, prometheus::MetricType::Histogram, labels, {}, &durations});
}

std::string Metrics::render() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  std::shared_lock lock(impl_->mutex);
  for (const Asked& figure : impl_->asked) {
    auto same =
        std::find_if(families.begin(), families.end(), [&](const auto& family) { return family.name == figure.name; });
    if (same == families.end()) same = families.insert(same, {figure.name, figure.help, figure.type, {}});
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : figure.labels) metric.label.push_back({name, value});
    if (figure.durations) {
      fill(metric.histogram, figure.durations->read());
    } else {
      metric.gauge.value = metric.counter.value = figure.read();
    }
    same->metric.push_back(std::move(metric));
  }
  return prometheus::TextSerializer().Serialize(families);
}

void Metrics::count_request(std::string_view route, std::string_view method, int status, double seconds) {
  const Impl::Series& series = impl_->find(route, known_method(method), status);
  series.count->Increment();
  series.seconds->Observe(seconds);
}

void Metrics::count_bytes(std::uint64_t received, std::uint64_t sent) {
  impl_->received.Increment(static_cast<double>(received));
  impl_->sent.Increment(static_cast<double>(sent));
}

void Metrics::connection_opened() { impl_->connections.Increment(); }
void Metrics::connection_closed() { impl_->connections.Decrement(); }
void Metrics::connection_refused() { impl_->refused.Increment(); }

}  // namespace boathouse::net
