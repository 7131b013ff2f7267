// SPDX-License-Identifier: Apache-2.0
#include "api/native/errors.h"

#include <boost/json/value.hpp>

namespace boathouse::api::native {

net::Response render_error(const net::Request& request, const base::Error& error) {
  const boost::json::value* outcome = error.detail().if_contains("outcome");
  if (!outcome || !outcome->is_object()) return net::render_problem(request, error);
  base::Error flat = base::Error(error.kind(), error.message()).code(std::string(error.code()));
  for (const auto& [key, value] : outcome->get_object()) flat = base::Error(std::move(flat).with(key, value));
  return net::render_problem(request, flat);
}

}  // namespace boathouse::api::native
