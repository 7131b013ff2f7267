// SPDX-License-Identifier: Apache-2.0
#include "api/common/query_answer.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>

#include "api/common/accept.h"
#include "api/common/byte_queue.h"
#include "api/common/spool.h"
#include "base/error.h"
#include "net/errors.h"
#include "net/on_pool.h"

namespace boathouse::api {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;
using engine::ResultFormat;

constexpr std::string_view kMediaTypes[] = {"application/json", "application/x-ndjson", "text/csv",
                                            "application/vnd.apache.parquet"};
constexpr ResultFormat kFormats[] = {ResultFormat::json_rows, ResultFormat::ndjson, ResultFormat::csv,
                                     ResultFormat::parquet};
constexpr std::string_view kFormatNames[] = {"json", "ndjson", "csv", "parquet"};
constexpr std::size_t kQueueBytes = 4 << 20;

// {"columns":[..],"rows":[..],...}: columns come first, bytes are rows with commas between them.
class JsonDocument : public engine::ResultConsumer {
 public:
  explicit JsonDocument(std::filesystem::path folder) : spool_(std::move(folder)) {}

  void on_columns(const std::vector<engine::Column>& columns) override {
    boost::json::array list;
    for (const engine::Column& column : columns) list.push_back({{"name", column.name}, {"type", column.type}});
    spool_.append(R"({"columns":)" + boost::json::serialize(list) + R"(,"rows":[)");
  }
  void on_bytes(std::string_view bytes) override { spool_.append(bytes); }

  net::Response finish(const engine::QueryResult& result, base::Micros duration) && {
    spool_.append(fmt::format(R"(],"row_count":{},"truncated":{},"duration_ms":{}}})", result.row_count,
                              result.truncated, duration / base::kMillisecond));
    return std::move(spool_).to_response(200, "application/json");
  }

 private:
  Spool spool_;
};

asio::awaitable<net::Response> answer_whole(const Services& services, const net::Request& request,
                                            const QueryCall& query) {
  auto run = [&] {
    base::Micros started = base::steady_micros();
    JsonDocument document(services.spool);
    engine::QueryResult result = query(ResultFormat::json_rows, document, request.abandoned);
    return std::move(document).finish(result, base::steady_micros() - started);
  };
  co_return co_await net::on_pool(services.engine_work, run);
}

// What the query's thread and the answer share. The query says once, by `ready`, that the answer can begin: with the
// first bytes, the end, or a failure.
class Stream : public engine::ResultConsumer {
 public:
  Stream(std::function<void()> ready, const std::stop_token& abandoned)
      : ready_(std::move(ready)), on_abandoned_(abandoned, Abandon{this}) {}

  void on_columns(const std::vector<engine::Column>&) override {}
  void on_bytes(std::string_view bytes) override {
    queue_.push(bytes);
    say_ready();
  }

  void run(const QueryCall& query, ResultFormat format) noexcept {
    try {
      query(format, *this, stop_.get_token());
      queue_.finish();
    } catch (...) {
      if (!said_ready_) early_failure_ = std::current_exception();
      queue_.fail(std::current_exception());
    }
    say_ready();
  }

  // Valid once `ready` was called.
  std::exception_ptr early_failure() const { return early_failure_; }
  std::size_t read(std::span<char> into) { return queue_.pop(into); }
  void abandon() {
    queue_.abandon();
    stop_.request_stop();
  }

 private:
  struct Abandon {
    Stream* stream;
    void operator()() const { stream->abandon(); }
  };

  void say_ready() {
    if (said_ready_) return;
    said_ready_ = true;
    ready_();
  }

  ByteQueue queue_{kQueueBytes};
  std::stop_source stop_;
  // Of the query's thread:
  std::function<void()> ready_;
  bool said_ready_ = false;
  std::exception_ptr early_failure_;  // written before `ready` is called, read after

  std::stop_callback<Abandon> on_abandoned_;  // last: no callback runs once the rest goes away
};

class StreamSource : public net::BodySource {
 public:
  explicit StreamSource(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
  ~StreamSource() override { stream_->abandon(); }
  std::size_t read(std::span<char> into) override { return stream_->read(into); }

 private:
  std::shared_ptr<Stream> stream_;
};

// A flag that the query's thread raises and the handler waits for on its own executor.
struct Raised {
  explicit Raised(const asio::any_io_executor& executor) : timer(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer timer;
  bool is = false;
};

asio::awaitable<net::Response> answer_stream(const Services& services, const net::Request& request, ResultFormat format,
                                             QueryCall query) {
  asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto begun = std::make_shared<Raised>(executor);
  auto say_begun = [executor, begun] {
    asio::post(executor, [begun] {
      begun->is = true;
      begun->timer.cancel();
    });
  };
  auto stream = std::make_shared<Stream>(say_begun, request.abandoned);
  auto source = std::make_unique<StreamSource>(stream);  // from here on, leaving stops the query
  auto run = [stream, format, query = std::move(query)] { stream->run(query, format); };
  if (!services.engine_work.submit(std::move(run))) {
    throw Error(ErrorKind::too_many_requests, "too many statements wait already: try again in a moment");
  }
  while (!begun->is) {
    boost::system::error_code cancelled;
    co_await begun->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  if (stream->early_failure()) std::rethrow_exception(stream->early_failure());
  co_return net::source_response(200, std::move(source), content_type(format));
}

}  // namespace

std::string content_type(ResultFormat format) {
  if (format == ResultFormat::records) return std::string(kMediaTypes[0]);
  auto at = std::find(std::begin(kFormats), std::end(kFormats), format) - std::begin(kFormats);
  return std::string(kMediaTypes[at]) + (format == ResultFormat::csv ? "; charset=utf-8" : "");
}

ResultFormat wanted_format(const net::Request& request) {
  auto chosen = negotiate(request.headers.get("Accept"), kMediaTypes);
  if (chosen) return kFormats[*chosen];
  throw Error(ErrorKind::unsupported_media,
              "results come as application/json, application/x-ndjson, text/csv or application/vnd.apache.parquet")
      .code(std::string(net::kNotAcceptable));
}

ResultFormat parse_format(std::string_view name) {
  auto found = std::find(std::begin(kFormatNames), std::end(kFormatNames), name);
  if (found != std::end(kFormatNames)) return kFormats[found - std::begin(kFormatNames)];
  throw Error(ErrorKind::invalid_argument, "format is json, ndjson, csv or parquet").with("parameter", "format");
}

asio::awaitable<net::Response> answer_query(const Services& services, const net::Request& request, ResultFormat format,
                                            QueryCall query) {
  if (format == ResultFormat::json_rows) co_return co_await answer_whole(services, request, query);
  co_return co_await answer_stream(services, request, format, std::move(query));
}

}  // namespace boathouse::api
