// SPDX-License-Identifier: Apache-2.0
#include "api/native/rows.h"

#include "api/common/await_or_drop.h"
#include "api/common/credentials.h"
#include "api/common/idempotency.h"
#include "api/common/query_params.h"
#include "api/native/batch_answer.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::native {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;
using core::BodyFormat;
using CsvHeader = core::IngestRequest::CsvHeader;

// Bodies are not translated: in another charset most would still look like UTF-8, with other characters.
void check_charset(const net::ParameterizedValue& type) {
  std::string_view charset = type.parameters.get("charset", "utf-8");
  for (std::string_view known : {"utf-8", "utf8", "us-ascii"}) {
    if (net::equals_ignoring_case(charset, known)) return;
  }
  throw Error(
      ErrorKind::unsupported_media,
      fmt::format("the charset {} is not read here: send the body as UTF-8, with charset=utf-8 or without a charset",
                  charset));
}

BodyFormat body_format(const net::Request& request) {
  auto type = net::parse_parameterized(request.headers.get("Content-Type"));
  std::string_view name = type ? std::string_view(type->value) : std::string_view();
  if (type) check_charset(*type);
  if (name == "text/csv") return BodyFormat::csv;
  if (name == "application/json") return BodyFormat::json;
  if (name == "application/x-ndjson") return BodyFormat::ndjson;
  if (name == "application/vnd.apache.parquet") return BodyFormat::parquet;
  throw Error(ErrorKind::unsupported_media,
              "rows come as Content-Type text/csv, application/json, application/x-ndjson or "
              "application/vnd.apache.parquet");
}

CsvHeader csv_header(const net::Request& request, BodyFormat format) {
  auto header = flag_param(request, "header");
  if (header && format != BodyFormat::csv) {
    throw Error(ErrorKind::invalid_argument, "header is for text/csv only").with("parameter", "header");
  }
  return header.value_or(true) ? CsvHeader::present : CsvHeader::absent;
}

bool fails_on_reject(const net::Request& request) {
  std::string_view value = request.query.get("on_reject", "quarantine");
  if (value == "fail") return true;
  if (value == "quarantine") return false;
  throw Error(ErrorKind::invalid_argument, "on_reject is fail or quarantine").with("parameter", "on_reject");
}

core::IngestRequest ingest_request(const Services& services, const net::Request& request) {
  auth::Principal principal = services.auth.authenticator.authenticate(credentials_of(request));
  auth::Access access = services.auth.access.decide(principal, auth::Action::write, request.param("workspace"));
  allow_params(request, {"mode", "key", "branch", "header", "on_reject"});
  core::IngestRequest out;
  out.origin = {
      .door = "native", .principal = principal.name, .request = base::RequestId(request.request_id), .file_name = {}};
  out.idempotency = idempotency_key(request, principal.user.value, access.workspace);
  out.workspace = std::move(access.workspace);
  out.table = request.param("table");
  out.mode = core::parse_write_mode(request.query.get("mode", "append"));
  out.key = list_param(request, "key");
  out.branch = request.query.get("branch", "main");
  out.format = body_format(request);
  out.header = csv_header(request, out.format);
  out.fail_on_reject = fails_on_reject(request);
  return out;
}

asio::awaitable<net::Response> handle(const Services& services, net::Request& request) {
  std::optional<core::Receiver> receiver;
  auto begin = [&] { receiver.emplace(services.ingest.receive(ingest_request(services, request))); };
  co_await net::on_pool(services.work, begin);

  net::ChunkConsumer spool = [&](std::string_view bytes) { receiver->write(bytes); };
  co_await await_or_drop(services.work, request.body.receive(spool), receiver);

  auto finish = [&] {
    core::Received received = receiver->finish();
    return services.ingest.commit(services.ingest.write(services.ingest.check(std::move(received))));
  };
  core::Committed done = co_await net::on_pool(services.engine_work, finish);
  co_return batch_answer(done);
}

}  // namespace

net::Handler post_rows(const Services& services) {
  return [&services](net::Request& request) { return handle(services, request); };
}

}  // namespace boathouse::api::native
