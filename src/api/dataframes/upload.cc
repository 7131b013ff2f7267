// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/upload.h"

#include <boost/json/parse.hpp>

#include "api/common/await_or_drop.h"
#include "api/common/idempotency.h"
#include "api/common/query_params.h"
#include "api/dataframes/access.h"
#include "api/dataframes/upload_body.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/sha256.h"
#include "core/frame_upload.h"
#include "net/on_pool.h"

namespace boathouse::api::dataframes {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kParquet = "application/vnd.apache.parquet";

bool is_parquet(const net::Request& request) {
  auto type = net::parse_parameterized(request.headers.get("Content-Type"));
  return type && type->value == kParquet;
}

Error wrong_field(std::string_view field, const std::string& why) {
  return Error(ErrorKind::invalid_argument, fmt::format("\"{}\" {}", field, why)).with("field", std::string(field));
}

const json::value& field_of(const json::object& fields, std::string_view name) {
  static const json::value kAbsent;
  const json::value* value = fields.if_contains(name);
  return value == nullptr ? kAbsent : *value;
}

core::FrameUpload read_fields(const UploadBody& body) {
  core::FrameUpload upload;
  const json::value& name = field_of(body.fields(), "dataframe_name");
  if (!name.is_string()) throw wrong_field("dataframe_name", "is missing: give the frame's name as text");
  upload.name = std::string(name.as_string());
  const json::value& key = field_of(body.fields(), "external_key");
  if (!key.is_null() && !key.is_string()) throw wrong_field("external_key", "is a text, or null for NOW");
  if (key.is_string()) upload.key = std::string(key.as_string());
  const json::value& keep_last = field_of(body.fields(), "keep_last");
  if (!keep_last.is_null() && !keep_last.is_bool()) throw wrong_field("keep_last", "is true or false");
  upload.keep_last = keep_last.is_bool() && keep_last.get_bool();
  const json::value& keys = field_of(body.fields(), "columns_keys");
  if (!keys.is_null()) upload.columns_keys = core::parse_columns_keys(keys);
  upload.format = body.is_json() ? core::BodyFormat::json : core::BodyFormat::csv;
  return upload;
}

core::FrameUpload read_query(const net::Request& request, std::string name) {
  core::FrameUpload upload;
  upload.name = std::move(name);
  upload.format = core::BodyFormat::parquet;
  if (const std::string* key = request.query.find("external_key")) upload.key = *key;
  upload.keep_last = flag_of(request, "keep_last");
  if (const std::string* keys = request.query.find("columns_keys")) {
    boost::system::error_code broken;
    json::value parsed = json::parse(*keys, broken);
    if (broken) throw wrong_field("columns_keys", "is no JSON: give an object such as {\"day\":\"Date\"}");
    if (!parsed.is_null()) upload.columns_keys = core::parse_columns_keys(parsed);
  }
  return upload;
}

core::IngestRequest batch_of(const net::Request& request, const Caller& caller, const core::FrameUpload& upload) {
  core::IngestRequest batch = core::frame_batch(upload, caller.workspace,
                                                {.door = "dataframes",
                                                 .principal = caller.principal.name,
                                                 .request = base::RequestId(request.request_id),
                                                 .file_name = {}});
  batch.idempotency = idempotency_key(request, caller.principal.user.value, caller.workspace);
  return batch;
}

net::Response commit(const Services& services, core::Receiver receiver, const core::FrameUpload& upload) {
  core::Ingest& ingest = services.ingest;
  core::Committed done = ingest.commit(ingest.write(ingest.check(receiver.finish())));
  if (!done.replayed_answer) return net::json_response(200, core::frame_answer(upload, done.outcome));
  return first_answer_again(*done.replayed_answer);
}

asio::awaitable<net::Response> take_parquet(const Services& services, net::Request& request, std::string name) {
  std::optional<core::Receiver> receiver;
  core::FrameUpload upload;
  auto begin = [&] {
    Caller caller = decide(services, request, auth::Action::write);
    if (!is_parquet(request)) {
      throw Error(ErrorKind::unsupported_media, fmt::format("frames come here as Content-Type {}; other forms go to "
                                                            "POST /dataframes/upload",
                                                            kParquet));
    }
    upload = read_query(request, std::move(name));
    receiver.emplace(services.ingest.receive(batch_of(request, caller, upload)));
  };
  co_await net::on_pool(services.work, begin);
  net::ChunkConsumer spool = [&](std::string_view bytes) { receiver->write(bytes); };
  co_await await_or_drop(services.work, request.body.receive(spool), receiver);
  auto finish = [&] { return commit(services, std::move(*receiver), upload); };
  co_return co_await net::on_pool(services.engine_work, finish);
}

asio::awaitable<net::Response> take_json(const Services& services, net::Request& request) {
  std::optional<Caller> caller;
  auto begin = [&] { caller = decide(services, request, auth::Action::write); };
  co_await net::on_pool(services.work, begin);

  UploadBody body(services.spool);
  base::Sha256 hash;
  net::ChunkConsumer take = [&](std::string_view bytes) {
    hash.update(bytes);
    body.feed(bytes);
  };
  net::BodyLimits limits = request.body.limits();
  limits.max_bytes = std::min(limits.max_bytes, services.max_dataframe_bytes);
  co_await request.body.receive(take, limits);

  auto finish = [&] {
    body.finish();
    core::FrameUpload upload = read_fields(body);
    core::IngestRequest batch = batch_of(request, *caller, upload);
    if (batch.idempotency) batch.idempotency->body_hash = base::to_hex(hash.finish());
    core::Receiver receiver = services.ingest.receive(std::move(batch));
    body.frame().replay([&](std::string_view bytes) { receiver.write(bytes); });
    return commit(services, std::move(receiver), upload);
  };
  co_return co_await net::on_pool(services.engine_work, finish);
}

}  // namespace

net::Handler post_upload(const Services& services) {
  return [&services](net::Request& request) -> asio::awaitable<net::Response> {
    // A frame may be called so too.
    if (is_parquet(request)) return take_parquet(services, request, "upload");
    return take_json(services, request);
  };
}

net::Handler post_parquet(const Services& services) {
  return [&services](net::Request& request) { return take_parquet(services, request, request.param("name")); };
}

}  // namespace boathouse::api::dataframes
