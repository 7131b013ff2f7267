// SPDX-License-Identifier: Apache-2.0
// A query's result as an HTTP answer, in bounded memory. JSON is one document that is no use in part: it is spooled and
// answered whole, so every error is a proper status. The other formats stream: the answer begins with the first bytes of
// the result, what fails before that is a proper status, what fails later breaks the answer off. Whoever goes away, before the
// first byte or later, stops the query.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "api/common/services.h"
#include "net/request.h"
#include "net/response.h"

namespace boathouse::api {

// Runs the query on a thread that may block. It outlives the request's handler: what it needs it owns.
using QueryCall = std::function<engine::QueryResult(engine::ResultFormat format, engine::ResultConsumer& consumer,
                                                    std::stop_token stop)>;

// By the request's Accept header, JSON unless it says otherwise. Error{unsupported_media, "not-acceptable"}.
engine::ResultFormat wanted_format(const net::Request& request);
// "json", "ndjson", "csv" or "parquet". Error{invalid_argument}.
engine::ResultFormat parse_format(std::string_view name);

// The Content-Type of an answer in that format.
std::string content_type(engine::ResultFormat format);

boost::asio::awaitable<net::Response> answer_query(const Services& services, const net::Request& request,
                                                   engine::ResultFormat format, QueryCall query);

}  // namespace boathouse::api
