// SPDX-License-Identifier: Apache-2.0
// The Data API's errors: what its clients know from the service it replaces ({"error":..} and FastAPI's {"detail":..}).
#pragma once

#include "net/errors.h"

namespace boathouse::api::dataapi {

// Codes of this door's own refusals.
inline constexpr std::string_view kNoTable = "no-table-for-file";
inline constexpr std::string_view kNoInsight = "no-insight";
inline constexpr std::string_view kInvalidFields = "invalid-fields";  // detail `fields`: FastAPI's list
// Core's code for a count of rows that the request does not allow; detail `max_rows`.
inline constexpr std::string_view kRowCount = "row-count";

// One field of FastAPI's list: {"loc":["body","file"],"msg":"field required","type":"value_error.missing"}.
boost::json::object invalid_field(std::string_view place, std::string_view field, std::string_view message,
                                  std::string_view type);
boost::json::object missing_field(std::string_view place, std::string_view field);
base::Error invalid_fields(boost::json::array fields);

// For /upload, /backup and /restore, where wrong credentials are a 400.
net::Response render_upload_error(const net::Request& request, const base::Error& error);
// For /insights, where they are a 401.
net::Response render_insight_error(const net::Request& request, const base::Error& error);

}  // namespace boathouse::api::dataapi
