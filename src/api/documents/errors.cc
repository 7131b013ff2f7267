// SPDX-License-Identifier: Apache-2.0
#include "api/documents/errors.h"

#include <boost/json/value.hpp>

namespace boathouse::api::documents {

net::Response render_error(const net::Request&, const base::Error& error) {
  std::string message = error.kind() == base::ErrorKind::internal ? "Internal server error" : error.message();
  net::Response response =
      net::json_response(net::status_of(error), boost::json::object{{"success", false}, {"error", message}});
  net::add_error_headers(response, error);
  return response;
}

}  // namespace boathouse::api::documents
