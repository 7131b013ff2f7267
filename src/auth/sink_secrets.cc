// SPDX-License-Identifier: Apache-2.0
#include "auth/sink_secrets.h"

#include "base/error.h"
#include "base/log.h"

namespace boathouse::auth {
namespace {

constexpr std::size_t kPage = 500;

std::string seat_of(const meta::SinkId& sink) { return "sink:" + sink.value; }

}  // namespace

std::string SinkSecrets::seal(const meta::SinkId& sink, std::string_view url) const {
  return sealer_.seal(url, seat_of(sink));
}

std::string SinkSecrets::open(const meta::SinkRow& sink) const {
  return sealer_.open(sink.sealed_url, seat_of(sink.id));
}

std::size_t SinkSecrets::reseal() const {
  std::size_t resealed = 0;
  meta::SinkId last;
  while (true) {
    auto page = store_.sinks().list_all_sinks(last, kPage);
    for (const meta::SinkRow& sink : page) resealed += reseal(sink);
    if (page.size() < kPage) return resealed;
    last = page.back().id;
  }
}

bool SinkSecrets::reseal(const meta::SinkRow& sink) const {
  if (sealer_.is_current(sink.sealed_url)) return false;
  try {
    return store_.sinks().reseal_sink(sink.id, sink.sealed_url, seal(sink.id, open(sink)));
  } catch (const base::Error& error) {
    if (error.code() != "seal-broken") throw;
    base::log_warning("sink_not_resealed", {{"sink", sink.name}, {"error", error.message()}});
    return false;
  }
}

}  // namespace boathouse::auth
