// SPDX-License-Identifier: Apache-2.0
#include "api/dataapi/timed_response.h"

#include <boost/json/serialize.hpp>

namespace boathouse::api::dataapi {

net::Response timed_response(const boost::json::object& body, base::Micros duration) {
  // Written by hand: the serializer would say 2.83E1 for 28.3.
  std::string text = boost::json::serialize(body);
  text.back() = ',';
  text += fmt::format("\"duration(s)\":{:.3f}}}", static_cast<double>(duration) / base::kSecond);
  return net::text_response(200, std::move(text), "application/json");
}

}  // namespace boathouse::api::dataapi
