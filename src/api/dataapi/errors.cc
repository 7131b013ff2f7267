// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/errors.h"

#include <boost/json/value.hpp>

#include "core/backups.h"

namespace boathouse::api::dataapi {
namespace {

using base::Error;
using base::ErrorKind;
namespace json = boost::json;

net::Response answer(int status, std::string_view key, std::string_view text) {
  return net::json_response(status, json::object{{key, text}});
}

std::string row_count_message(const Error& error) {
  const json::value* most = error.detail().if_contains("max_rows");
  return fmt::format("The number of lines should be between 1 and {}",
                     most && most->is_int64() ? most->get_int64() : std::int64_t{1000});
}

net::Response render(const Error& error) {
  std::string_view code = error.code();
  if (code == kRowCount) return answer(405, "error", row_count_message(error));
  if (code == kNoTable || code == kNoInsight) return answer(405, "error", error.message());
  if (code == kInvalidFields) return net::json_response(422, json::object{{"detail", error.detail().at("fields")}});
  if (code == net::kMethodNotAllowed) return answer(405, "detail", "Method Not Allowed");
  if (code == core::kNoBackup) return answer(404, "error", error.message());
  if (error.kind() == ErrorKind::not_found) return answer(404, "detail", "Not Found");
  if (error.kind() == ErrorKind::internal) return answer(500, "detail", "Internal Server Error");
  return answer(net::status_of(error), "error", error.message());
}

net::Response with_retry(net::Response response, const Error& error) {
  const json::value* seconds = error.detail().if_contains("retry_after");
  if (seconds && seconds->is_number()) {
    response.headers.set("Retry-After", std::to_string(seconds->to_number<std::int64_t>()));
  }
  return response;
}

}  // namespace

json::object invalid_field(std::string_view place, std::string_view field, std::string_view message,
                           std::string_view type) {
  return {{"loc", json::array{place, field}}, {"msg", message}, {"type", type}};
}

json::object missing_field(std::string_view place, std::string_view field) {
  return invalid_field(place, field, "field required", "value_error.missing");
}

Error invalid_fields(json::array fields) {
  return Error(ErrorKind::unprocessable, "fields are missing or wrong")
      .code(std::string(kInvalidFields))
      .with("fields", std::move(fields));
}

net::Response render_upload_error(const net::Request&, const Error& error) {
  if (error.kind() == ErrorKind::unauthenticated) return answer(400, "detail", "Incorrect username or password");
  return with_retry(render(error), error);
}

net::Response render_insight_error(const net::Request&, const Error& error) {
  if (error.kind() == ErrorKind::unauthenticated) {
    return answer(401, "detail", "Not authenticated").with("WWW-Authenticate", "Bearer realm=\"boathouse\"");
  }
  return with_retry(render(error), error);
}

}  // namespace boathouse::api::dataapi
