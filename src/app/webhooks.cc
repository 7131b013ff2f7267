// SPDX-License-Identifier: Apache-2.0
#include "app/webhooks.h"

#include "base/error.h"
#include "net/client.h"

namespace boathouse::app {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::chrono::milliseconds kConnect{5'000};
constexpr std::chrono::milliseconds kSilence{10'000};
// What a receiver says beside its status is of no interest; so much of it is read for the connection to end well.
constexpr std::uint64_t kMostAnswer = 64 << 10;

}  // namespace

core::PostWebhook webhook_poster(bool inside) {
  return [inside](const core::WebhookCall& call) {
    net::ClientRequest request{.method = "POST", .url = call.url, .body = call.body};
    for (const auto& [name, value] : call.headers) request.headers.add(name, value);
    net::ClientOptions options{.connect_timeout = kConnect, .idle_timeout = kSilence, .max_body = kMostAnswer};
    options.public_addresses_only = !inside;
    bool is_taken = false;  // the status was 2xx
    std::uint64_t read = 0;
    const net::ResponseSink sink = [&](std::string_view bytes) {
      is_taken = true;
      read += bytes.size();
      if (read > kMostAnswer) throw Error(ErrorKind::too_large, "the answer is too long");
    };
    try {
      return net::fetch(request, options, sink).status;
    } catch (const Error& error) {
      if (!is_taken) throw;
      return 200;
    }
  };
}

}  // namespace boathouse::app
