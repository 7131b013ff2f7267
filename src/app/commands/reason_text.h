// SPDX-License-Identifier: Apache-2.0
// Why a row was rejected, for people.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace boathouse::app {

// "column: message" of one of a rejected row's reasons; the message alone where no column is at fault.
std::string reason_text(const boost::json::value& reason);

}  // namespace boathouse::app
