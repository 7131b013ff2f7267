// SPDX-License-Identifier: Apache-2.0
#include "api/dataframes/read.h"

#include <boost/json/parse.hpp>

#include "api/common/accept.h"
#include "api/common/query_answer.h"
#include "api/common/query_params.h"
#include "api/dataframes/access.h"
#include "base/error.h"
#include "net/conditional.h"
#include "net/on_pool.h"

namespace boathouse::api::dataframes {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kMediaTypes[] = {"application/json", "application/vnd.apache.parquet"};

bool wants_parquet(const net::Request& request) {
  return negotiate(request.headers.get("Accept"), kMediaTypes).value_or(0) == 1;
}

// "a,b", or a JSON list for names with commas in them.
std::vector<std::string> columns_param(const net::Request& request) {
  std::string_view text = request.query.get("columns");
  if (!text.starts_with('[')) return list_param(request, "columns");
  boost::system::error_code broken;
  json::value list = json::parse(text, broken);
  std::vector<std::string> names;
  for (const json::value& name : broken ? json::array() : list.as_array()) {
    if (!name.is_string()) broken = json::error::incomplete;
    if (!broken) names.emplace_back(name.as_string());
  }
  if (broken) {
    throw Error(ErrorKind::invalid_argument, "columns is a list of names with commas, or a JSON list of texts")
        .with("parameter", "columns");
  }
  return names;
}

core::FrameRequested read_query(const net::Request& request) {
  core::FrameRequested wanted;
  wanted.name = request.param("name");
  wanted.key = text_param(request, "external_key");
  wanted.last_upload = flag_of(request, "use_last");
  wanted.version = text_param(request, "version");
  if (auto text = text_param(request, "as_of")) {
    wanted.as_of = base::parse_rfc3339(*text);
    if (!wanted.as_of) {
      throw Error(ErrorKind::invalid_argument, "as_of is a time such as 2024-06-01T12:00:00Z")
          .with("parameter", "as_of");
    }
  }
  wanted.columns = columns_param(request);
  wanted.where = text_param(request, "where").value_or("");
  constexpr std::int64_t kMostRows = std::int64_t{1} << 53;
  if (auto limit = number_param(request, "limit", 0, kMostRows)) wanted.limit = static_cast<std::uint64_t>(*limit);
  return wanted;
}

net::Response parquet_answer(const Services& services, const net::Request& request) {
  Caller caller = decide(services, request, auth::Action::read);
  core::Frames::ParquetRead read = services.frames.parquet(caller.workspace, read_query(request));
  net::Validators validators{.etag = '"' + read.tag() + '"'};
  std::string type(kMediaTypes[1]);
  if (net::is_known(request, validators)) return net::conditional_response(request, validators, {}, type);
  auto make = [&](engine::ResultConsumer& bytes) { read.run(bytes, request.abandoned); };
  core::KeptFiles::File file = services.downloads.open(read.tag(), make);
  return net::conditional_response(request, validators, {std::move(file.fd), 0, file.size}, type);
}

asio::awaitable<net::Response> answer_parquet(const Services& services, net::Request& request) {
  auto answer = [&] { return parquet_answer(services, request); };
  co_return co_await net::on_pool(services.engine_work, answer);
}

QueryCall records_of(const Services& services, const net::Request& request) {
  Caller caller = decide(services, request, auth::Action::read);
  return [&services, workspace = std::move(caller.workspace), wanted = read_query(request)](
             engine::ResultFormat, engine::ResultConsumer& consumer, const std::stop_token& stop) {
    return services.frames.read_records(workspace, wanted, consumer, stop);
  };
}

asio::awaitable<net::Response> answer_records(const Services& services, net::Request& request) {
  auto prepare = [&] { return records_of(services, request); };
  QueryCall query = co_await net::on_pool(services.work, prepare);
  co_return co_await answer_query(services, request, engine::ResultFormat::records, std::move(query));
}

asio::awaitable<net::Response> answer_list(const Services& services, net::Request& request) {
  auto list = [&] {
    Caller caller = decide(services, request, auth::Action::read);
    json::array frames = services.frames.list(caller.workspace, text_param(request, "prefix").value_or(""));
    return net::json_response(200, json::object{{"dataframes", std::move(frames)}});
  };
  co_return co_await net::on_pool(services.work, list);
}

}  // namespace

net::Handler get_frame(const Services& services) {
  return [&services](net::Request& request) {
    return wants_parquet(request) ? answer_parquet(services, request) : answer_records(services, request);
  };
}

net::Handler list_frames(const Services& services) {
  return [&services](net::Request& request) { return answer_list(services, request); };
}

}  // namespace boathouse::api::dataframes
