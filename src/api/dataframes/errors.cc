// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/errors.h"

#include <boost/json/value.hpp>

namespace boathouse::api::dataframes {
namespace {

using base::Error;
using base::ErrorKind;
namespace json = boost::json;

constexpr std::string_view kRowsRejected = "rows-rejected";

// Rows of a frame are taken all or none: the first reason of the first row that failed.
std::string rejected_message(const Error& error) {
  const json::object& outcome = error.detail().at("outcome").as_object();
  const json::array& rows = outcome.at("rejected").as_array();
  if (rows.empty() || rows[0].at("reasons").as_array().empty()) return error.message();
  const json::object& reason = rows[0].at("reasons").at(0).as_object();
  std::string where = fmt::format("row {}", rows[0].at("row").to_number<std::int64_t>());
  if (reason.at("column").is_string()) {
    where += fmt::format(", column \"{}\"", std::string_view(reason.at("column").as_string()));
  }
  return fmt::format(
      "{}: {} ({} of {} rows failed, nothing was written)", where, std::string_view(reason.at("message").as_string()),
      outcome.at("rows_rejected").to_number<std::int64_t>(), outcome.at("rows_received").to_number<std::int64_t>());
}

}  // namespace

net::Response render_error(const net::Request&, const Error& error) {
  bool rejected = error.code() == kRowsRejected;
  int status = rejected ? 400 : net::status_of(error);
  std::string message = rejected ? rejected_message(error) : error.message();
  if (error.kind() == ErrorKind::internal) message = "Internal server error";
  net::Response response = net::json_response(status, json::object{{"error", message}});
  net::add_error_headers(response, error);
  return response;
}

}  // namespace boathouse::api::dataframes
