// SPDX-License-Identifier: Apache-2.0
#include "api/common/aws_json.h"

#include <boost/json/serialize.hpp>

namespace boathouse::api {
namespace {

namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr const char* kContentType = "application/x-amz-json-1.1";

}  // namespace

Error unknown_operation() {
  return Error(ErrorKind::invalid_argument, "The header X-Amz-Target names no operation of this service.")
      .code(std::string(kUnknownOperation));
}

net::Response aws_json_answer(const net::Request& request, const json::object& told) {
  return net::text_response(200, json::serialize(told), kContentType).with("x-amzn-RequestId", request.request_id);
}

int aws_json_status(const net::Request& request, const Error& error) {
  const int status = net::status_of(error);
  const bool is_operation = request.method == "POST" && !request.route.empty();
  return is_operation && status < 500 ? 400 : status;
}

net::Response aws_json_error(const net::Request& request, const Error& error, std::string_view type) {
  const std::string message = error.kind() == ErrorKind::internal ? "Internal server error" : error.message();
  const json::object told{{"__type", type}, {"message", message}};
  net::Response response = net::text_response(aws_json_status(request, error), json::serialize(told), kContentType);
  response.headers.set("x-amzn-ErrorType", std::string(type) + ":");
  net::add_error_headers(response, error);
  return response;
}

}  // namespace boathouse::api
