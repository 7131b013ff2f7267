// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/upload.h"

#include "api/dataapi/upload_answer.h"
#include "api/dataapi/upload_form.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::dataapi {
namespace {

namespace asio = boost::asio;

asio::awaitable<net::Response> handle(const Services& services, net::Request& request) {
  base::Micros started = base::steady_micros();
  UploadForm form(services, request);
  // A body that is no form is a form without fields: the answer names what is missing.
  co_await receive_form(request, form);
  auto commit = [&] { return form.commit(); };
  core::Outcome outcome = co_await net::on_pool(services.engine_work, commit);
  co_return upload_answer(form.file_name(), outcome, base::steady_micros() - started);
}

}  // namespace

net::Handler post_upload(const Services& services) {
  return [&services](net::Request& request) { return handle(services, request); };
}

}  // namespace boathouse::api::dataapi
