// SPDX-License-Identifier: Apache-2.0
// The server's side of Body: reading the wire while the pool unfolds and consumes what came before. Internal to net.
#pragma once

#include <string>

#include "base/thread_pool.h"
#include "net/body_stream.h"
#include "net/request.h"

namespace boathouse::net {

class ServerBody : public BodyReader {
 public:
  // Stream and pool outlive it.
  ServerBody(BodyStream& stream, base::ThreadPool& pool, Framing framing, std::string coding)
      : stream_(stream), pool_(pool), length_(framing.length), coding_(std::move(coding)) {}

  boost::asio::awaitable<void> receive(const ChunkConsumer& consumer, const BodyLimits& limits) override;
  boost::asio::awaitable<std::string> text(std::size_t max_bytes) override;

 private:
  struct Pump;
  void begin(std::uint64_t max_bytes);
  boost::asio::awaitable<void> run(Pump& pump);
  boost::asio::awaitable<std::string> plain_text(std::size_t max_bytes);

  BodyStream& stream_;
  base::ThreadPool& pool_;
  const std::optional<std::uint64_t> length_;
  const std::string coding_;
  bool begun_ = false;
};

}  // namespace boathouse::net
