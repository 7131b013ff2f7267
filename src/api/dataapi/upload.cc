// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/upload.h"

#include "api/dataapi/upload_answer.h"
#include "api/dataapi/upload_form.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::dataapi {
namespace {

namespace asio = boost::asio;

// Of a form without files, which can only be told what it lacks.
constexpr std::size_t kMaxPlainForm = 1 << 20;

std::string media_type(const net::Request& request) {
  auto type = net::parse_parameterized(request.headers.get("Content-Type"));
  return type ? type->value : "";
}

asio::awaitable<net::Response> handle(const Services& services, net::Request& request) {
  base::Micros started = base::steady_micros();
  UploadForm form(services, request);
  net::MultipartLimits limits;
  limits.body = request.body.limits();
  // A body that is no form is a form without fields: the answer names what is missing.
  std::string type = media_type(request);
  if (type == "multipart/form-data") {
    co_await net::receive_multipart(request, limits, form);
  } else if (type == "application/x-www-form-urlencoded") {
    std::string body = co_await request.body.text(kMaxPlainForm);
    form.take_fields(net::parse_form(body));
  }
  auto commit = [&] { return form.commit(); };
  core::Outcome outcome = co_await net::on_pool(services.engine_work, commit);
  co_return upload_answer(form.file_name(), outcome, base::steady_micros() - started);
}

}  // namespace

net::Handler post_upload(const Services& services) {
  return [&services](net::Request& request) { return handle(services, request); };
}

}  // namespace boathouse::api::dataapi
