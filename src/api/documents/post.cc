// SPDX-License-Identifier: Apache-2.0
#include "api/documents/post.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/common/idempotency.h"
#include "api/documents/access.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/sha256.h"
#include "net/on_pool.h"

namespace boathouse::api::documents {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

// Bodies of many documents that are in memory at once, all requests together.
constexpr std::uint64_t kMostInMemory = std::uint64_t{192} << 20;

// Stays where it is, since the documents are views into it.
struct Posted {
  Posted() = default;
  Posted(const Posted&) = delete;
  Posted& operator=(const Posted&) = delete;

  core::DocumentPost post;
  std::string body;
  std::vector<std::string_view> documents;  // views into the body
  bool many = false;
};

// A share of the memory that all bodies may take; goes back when this goes away.
class Room {
 public:
  ~Room() { taken().fetch_sub(bytes_); }
  void take(std::uint64_t bytes) {
    bytes_ += bytes;
    if (taken().fetch_add(bytes) + bytes <= kMostInMemory) return;
    throw Error(ErrorKind::unavailable, "too many documents are being received at once: try again")
        .code("landing-full")
        .with("retry_after", 1);
  }

 private:
  static std::atomic<std::uint64_t>& taken() {
    static std::atomic<std::uint64_t> bytes{0};
    return bytes;
  }
  std::uint64_t bytes_ = 0;
};

void require_content_type(const net::Request& request) {
  if (!request.headers.get("Content-Type").empty()) return;
  throw Error(ErrorKind::unsupported_media, "say what the body is: Content-Type application/json");
}

asio::awaitable<core::DocumentPost> begin(const Services& services, const net::Request& request) {
  Caller caller = co_await may_write(services, request);
  core::Documents::check_table(request.param("name"));
  require_content_type(request);
  core::DocumentPost post;
  post.idempotency = idempotency_key(request, caller.user, caller.workspace);
  post.workspace = std::move(caller.workspace);
  post.table = request.param("name");
  post.principal = std::move(caller.name);
  post.request = base::RequestId(request.request_id);
  co_return post;
}

std::string answer(const Posted& posted, const std::vector<std::string>& ids) {
  if (!posted.many) return fmt::format(R"({{"success":true,"data":{{"id":"{}"}}}})", ids.at(0));
  std::string list;
  for (const std::string& id : ids) list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", id);
  return fmt::format(R"({{"success":true,"data":{{"count":{},"ids":[{}]}}}})", ids.size(), list);
}

// A client that sends faster than its table takes documents in is slowed down instead of building up a backlog, so that what
// is acknowledged is queryable soon; not for longer than it might believe the server to be there.
asio::awaitable<void> keep_pace(const Services& services, const core::DocumentPost& post) {
  constexpr auto kPause = std::chrono::milliseconds(10);
  constexpr int kPauses = 500;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int i = 0; i < kPauses && services.documents.is_behind(post.workspace.id, post.table); ++i) {
    timer.expires_after(kPause);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

bool wants_commit(const net::Request& request) {
  const std::string* wait = request.query.find("wait");
  return wait != nullptr && *wait == "true";
}

// The documents are durable whatever becomes of the waiting, and whoever sends them again has them twice.
void wait_for_commit(const Services& services, const core::DocumentPost& post, const std::string& first_id) {
  try {
    services.parts.settle(post.workspace.id, post.table);
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("what was sent is kept, and not in its table yet; do not send it again: GET "
                                          "/table/{}/object/{} tells how far it has come. {}",
                                          post.table, first_id, error.message()))
        .code(std::string(error.code()));
  }
}

asio::awaitable<net::Response> land(const Services& services, const net::Request& request, Posted& posted) {
  if (posted.documents.empty()) co_return net::text_response(200, answer(posted, {}), "application/json");
  std::optional<core::DocumentsToLand> made;
  std::optional<std::vector<std::string>> first;
  auto prepare = [&] {
    if (posted.post.idempotency) posted.post.idempotency->body_hash = base::to_hex(base::sha256(posted.body));
    made = services.documents.prepare(posted.post, posted.documents, first);
  };
  if (posted.post.blocks() || posted.many) {
    co_await net::on_pool(services.work, prepare);
  } else {
    prepare();
  }
  std::vector<std::string> ids = first ? *first : made->ids();
  if (!first) {
    std::function<void(net::Completion)> begin_landing = [&](net::Completion done) {
      services.documents.land(std::move(*made), [done = std::move(done)](const Error* error) {
        done(error == nullptr ? nullptr : std::make_exception_ptr(*error));
      });
    };
    co_await net::end_of(begin_landing);
  }
  if (wants_commit(request)) {
    auto settle = [&] { wait_for_commit(services, posted.post, ids.front()); };
    co_await net::on_pool(services.engine_work, settle);
  }
  std::string text = answer(posted, ids);
  if (first) co_return first_answer_again(std::move(text));
  co_return net::text_response(200, std::move(text), "application/json");
}

}  // namespace

net::Handler post_object(const Services& services) {
  return [&services](net::Request& request) -> asio::awaitable<net::Response> {
    Posted posted;
    posted.post = co_await begin(services, request);
    posted.body = co_await request.body.text(core::kMaxDocumentBytes);
    posted.documents.push_back(core::Documents::one(posted.body));
    co_return co_await land(services, request, posted);
  };
}

net::Handler post_objects(const Services& services) {
  return [&services](net::Request& request) -> asio::awaitable<net::Response> {
    Posted posted;
    posted.many = true;
    posted.post = co_await begin(services, request);
    Room room;
    net::ChunkConsumer take = [&](std::string_view bytes) {
      room.take(bytes.size());
      posted.body += bytes;
    };
    net::BodyLimits limits = request.body.limits();
    limits.max_bytes = std::min(limits.max_bytes, services.max_documents_bytes);
    co_await request.body.receive(take, limits);
    auto split = [&] { posted.documents = core::Documents::many(posted.body); };
    co_await net::on_pool(services.work, split);
    co_await keep_pace(services, posted.post);
    co_return co_await land(services, request, posted);
  };
}

}  // namespace boathouse::api::documents
