// SPDX-License-Identifier: Apache-2.0
#include "net/request.h"

#include "base/error.h"

namespace boathouse::net {
namespace {

class TextBody : public BodyReader {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}

  boost::asio::awaitable<void> receive(const ChunkConsumer& consumer, const BodyLimits& limits) override {
    check(limits.max_bytes);
    if (!text_.empty()) consumer(text_);
    co_return;
  }

  boost::asio::awaitable<std::string> text(std::size_t max_bytes) override {
    check(max_bytes);
    co_return std::move(text_);
  }

 private:
  void check(std::uint64_t max_bytes) const {
    if (text_.size() <= max_bytes) return;
    throw base::Error(base::ErrorKind::too_large,
                      "the request's body is larger than " + std::to_string(max_bytes) + " bytes");
  }

  std::string text_;
};

}  // namespace

Body::Body(std::string text) : content_length_(text.size()) { reader_ = std::make_unique<TextBody>(std::move(text)); }

boost::asio::awaitable<void> Body::receive(const ChunkConsumer& consumer, const BodyLimits& limits) {
  if (reader_) co_await reader_->receive(consumer, limits);
}

boost::asio::awaitable<void> Body::receive(const ChunkConsumer& consumer) { return receive(consumer, limits_); }

boost::asio::awaitable<std::string> Body::text(std::size_t max_bytes) {
  if (!reader_) co_return std::string();
  co_return co_await reader_->text(max_bytes);
}

const std::string& Request::param(std::string_view name) const {
  const std::string* value = params.find(name);
  if (!value)
    throw base::Error(base::ErrorKind::internal, "the route " + route + " has no capture " + std::string(name));
  return *value;
}

}  // namespace boathouse::net
