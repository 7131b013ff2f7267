// SPDX-License-Identifier: Apache-2.0
#include "api/aws/errors.h"

#include <boost/json/value.hpp>

#include "api/aws/sts.h"
#include "api/common/signature_errors.h"
#include "api/common/xml.h"

namespace boathouse::api::aws {
namespace {

using base::Error;
using base::ErrorKind;

struct Named {
  std::string_view query;
  std::string_view rest;
  int status;
};

Named name_of(const Error& error) {
  if (const SignatureError* wrong = find_signature_error(error)) return {wrong->query, wrong->type, wrong->status};
  if (error.code() == kUnknownAction) return {"InvalidAction", "BadRequestException", 400};
  const int status = net::status_of(error);
  if (status == 404) return {"InvalidAction", "NotFoundException", status};
  if (status == 429) return {"Throttling", "TooManyRequestsException", status};
  if (error.kind() == ErrorKind::internal) return {"InternalFailure", "InternalFailure", status};
  if (status >= 500) return {"ServiceUnavailable", "ServiceUnavailableException", status};
  return {"ValidationError", "BadRequestException", status};
}

std::string message_of(const Error& error) {
  return error.kind() == ErrorKind::internal ? "Internal server error" : error.message();
}

}  // namespace

net::Response render_query_error(const net::Request& request, const Error& error) {
  const Named named = name_of(error);
  pugi::xml_document document;
  pugi::xml_node answer = document.append_child("ErrorResponse");
  answer.append_attribute("xmlns") = kStsNamespace;
  pugi::xml_node told = answer.append_child("Error");
  add_text(told, "Type", named.status < 500 ? "Sender" : "Receiver");
  add_text(told, "Code", named.query);
  add_text(told, "Message", message_of(error));
  add_text(answer, "RequestId", request.request_id);
  net::Response response = xml_response(named.status, document, kQueryContentType);
  net::add_error_headers(response, error);
  return response;
}

net::Response render_rest_error(const net::Request&, const Error& error) {
  const Named named = name_of(error);
  net::Response response = net::json_response(named.status, boost::json::object{{"message", message_of(error)}});
  response.headers.set("x-amzn-ErrorType", std::string(named.rest));
  net::add_error_headers(response, error);
  return response;
}

}  // namespace boathouse::api::aws
