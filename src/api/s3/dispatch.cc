// SPDX-License-Identifier: Apache-2.0
#include "api/s3/dispatch.h"

#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/operation.h"
#include "net/on_pool.h"

namespace boathouse::api::s3 {
namespace {

namespace asio = boost::asio;

// The longest document: DeleteObjects of 1000 keys of 1024 characters, each as an entity.
constexpr std::size_t kMostDocument = 8 << 20;

// What comes after the bucket, with every slash that it has.
std::string key_of(const net::Request& request, std::size_t depth) {
  std::string key;
  for (std::size_t i = depth + 1; i < request.segments.size(); ++i) {
    if (i > depth + 1) key += '/';
    key += request.segments[i];
  }
  if (request.trailing_slash && request.segments.size() > depth + 1) key += '/';
  return key;
}

Call call_of(const Services& services, net::Request& request, std::size_t depth) {
  Call call{services, request};
  if (request.segments.size() > depth) call.bucket_name = request.segments[depth];
  call.key = key_of(request, depth);
  return call;
}

Level level_of(const Call& call) {
  if (call.bucket_name.empty()) return Level::service;
  return call.key.empty() ? Level::bucket : Level::object;
}

net::Response told(net::Response response, const net::Request& request) {
  response.headers.set("x-amz-request-id", request.request_id);
  return response;
}

// What the bucket that shows documents does not do.
void check_ingress(const Operation& operation, const Call& call) {
  if (!core::is_lake_ingress(call.bucket_name) || operation.of_ingress != nullptr) return;
  throw refusal("AccessDenied", call.bucket_name + " shows the documents that were posted: it is read only.");
}

asio::awaitable<net::Response> run_whole(const Operation& operation, Call call) {
  const Services& services = call.services;
  std::string hash;
  const bool ingress = core::is_lake_ingress(call.bucket_name);
  auto judge = [&] {
    hash = payload_hash_of(call.request);
    authorise(call, operation.action, hash);
    check_ingress(operation, call);
    if (!call.key.empty()) core::check_object_key(call.key);
  };
  auto run = [&] {
    if (!operation.takes_document) judge();
    check_payload_hash(hash, call.body);
    if (operation.takes_document) check_document(call.request, call.body, !operation.names_checksum);
    return told(ingress ? operation.of_ingress(call) : operation.run(call), call.request);
  };
  if (operation.takes_document) {
    co_await net::on_pool(services.work, judge);
    call.body = co_await call.request.body.text(kMostDocument);
  }
  co_return co_await net::on_pool(operation.slow || ingress ? services.engine_work : services.work, run);
}

void begin(const Operation& operation, Incoming& incoming) {
  Call& call = incoming.call;
  std::string hash = payload_hash_of(call.request);
  authorise(call, operation.action, hash);
  check_ingress(operation, call);
  core::check_object_key(call.key);
  incoming.bucket = call.bucket();
  incoming.payload.emplace(call.request, call.signer, std::move(hash));
  incoming.checksum = incoming.payload->checksum();
  incoming.finish = operation.begin(incoming);
  std::vector<core::ChecksumKind> kinds;
  if (incoming.checksum) kinds.push_back(*incoming.checksum);
  if (auto given = incoming.payload->checksum(); given && given != incoming.checksum) kinds.push_back(*given);
  incoming.writer.emplace(call.services.objects.begin(incoming.bucket, kinds));
}

// The bytes are judged before they are waited for on the disk, and once they are there before anybody sees them.
net::Response finish(Incoming& incoming) {
  incoming.payload->check_end();
  incoming.writer->finish();
  incoming.payload->check(*incoming.writer);
  return incoming.finish(incoming);
}

asio::awaitable<net::Response> run_streamed(const Operation& operation, Call call) {
  const Services& services = call.services;
  net::Request& request = call.request;
  Incoming incoming(std::move(call));
  auto first = [&] { begin(operation, incoming); };
  co_await net::on_pool(services.work, first);
  net::BodyLimits limits = request.body.limits();
  limits.max_bytes = 2 * kMostBytes;  // chunks have heads; the payload counts its own bytes
  limits.as_sent = true;
  const net::ChunkConsumer consumer = [&](std::string_view bytes) { incoming.take(bytes); };
  co_await request.body.receive(consumer, limits);
  auto last = [&] { return told(finish(incoming), request); };
  co_return co_await net::on_pool(services.work, last);
}

asio::awaitable<net::Response> run(const Services& services, net::Request& request, std::size_t depth) {
  require_signature(request);
  Call call = call_of(services, request, depth);
  const Operation& operation = operation_of(request, level_of(call));
  if (operation.begin != nullptr) return run_streamed(operation, std::move(call));
  return run_whole(operation, std::move(call));
}

}  // namespace

net::Handler run_operation(const Services& services, std::size_t depth) {
  return [&services, depth](net::Request& request) { return run(services, request, depth); };
}

}  // namespace boathouse::api::s3
