// SPDX-License-Identifier: Apache-2.0
#include "net/response.h"

#include <boost/beast/http/status.hpp>
#include <boost/json/serialize.hpp>

namespace boathouse::net {

Response json_response(int status, const boost::json::value& value) {
  return text_response(status, boost::json::serialize(value), "application/json");
}

Response text_response(int status, std::string text, std::string content_type) {
  Response response{status, {}, std::move(text)};
  response.headers.add("Content-Type", std::move(content_type));
  return response;
}

Response empty_response(int status) { return Response{status, {}, std::string()}; }

Response file_response(const std::filesystem::path& path, std::string content_type) {
  base::UniqueFd file = base::open_for_read(path);
  std::uint64_t length = base::file_size(path);
  Response response{200, {}, FileBody{std::move(file), 0, length}};
  response.headers.add("Content-Type", std::move(content_type));
  return response;
}

Response source_response(int status, std::unique_ptr<BodySource> source, std::string content_type,
                         std::optional<std::uint64_t> length) {
  Response response{status, {}, SourceBody{std::move(source), length}};
  response.headers.add("Content-Type", std::move(content_type));
  return response;
}

std::string_view reason_phrase(int status) {
  namespace http = boost::beast::http;
  // Newer than Beast's list.
  if (status == 422) return "Unprocessable Content";
  if (status == 413) return "Content Too Large";
  http::status known = http::int_to_status(static_cast<unsigned>(status));
  if (known == http::status::unknown) return "Unknown";
  auto text = http::obsolete_reason(known);
  return {text.data(), text.size()};
}

}  // namespace boathouse::net
