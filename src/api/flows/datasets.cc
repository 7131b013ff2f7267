// SPDX-License-Identifier: Apache-2.0
#include "api/flows/datasets.h"

#include <boost/json/value.hpp>

#include "api/common/await_or_drop.h"
#include "api/common/object_source.h"
#include "api/common/query_params.h"
#include "api/flows/wire.h"
#include "base/error.h"
#include "net/multipart.h"
#include "net/on_pool.h"

namespace boathouse::api::flows {
namespace {

namespace asio = boost::asio;
using base::Error;
using base::ErrorKind;

constexpr std::string_view kField = "dataset";
// Of a form beside its file: other fields, headers of parts.
constexpr std::uint64_t kFormBytes = 2 << 20;

Error no_file() { return {ErrorKind::invalid_argument, "Please specify a dataset: a file in the form field dataset"}; }

// Takes the file out of a form; what else it has is ignored.
class DatasetForm : public net::MultipartConsumer {
 public:
  DatasetForm(const core::FlowDatasets& datasets, core::DatasetUpload& upload) : datasets_(datasets), upload_(upload) {}

  void begin_part(const net::PartHeader& part) override {
    in_file_ = part.name == kField && part.filename.has_value();
    if (in_file_ && has_file_) throw Error(ErrorKind::invalid_argument, "A flow has one dataset: send one file");
    has_file_ = has_file_ || in_file_;
  }
  void data(std::string_view bytes) override {
    if (in_file_) datasets_.append(upload_, bytes);
  }
  void end_part() override { in_file_ = false; }

  void check_complete() const {
    if (!has_file_) throw no_file();
  }

 private:
  const core::FlowDatasets& datasets_;
  core::DatasetUpload& upload_;
  bool has_file_ = false;
  bool in_file_ = false;
};

bool is_form(const net::Request& request) {
  const auto type = net::parse_parameterized(request.headers.get("Content-Type"));
  return type && type->value == "multipart/form-data";
}

std::int64_t fid_of_query(const Services& services, const net::Request& request, const auth::Caller& caller) {
  const Fields fields(request, "");
  return require_fid({services, request, fields, caller});
}

asio::awaitable<void> receive(const Services& services, net::Request& request, core::DatasetUpload& upload) {
  if (!is_form(request)) throw no_file();
  net::MultipartLimits limits;
  limits.body = request.body.limits();
  limits.body.max_bytes = std::min(limits.body.max_bytes, services.flow_datasets.max_bytes() + kFormBytes);
  DatasetForm form(services.flow_datasets, upload);
  co_await net::receive_multipart(request, limits, form);
  form.check_complete();
}

asio::awaitable<net::Response> take(const Services& services, net::Request& request, bool is_first) {
  std::optional<core::DatasetUpload> upload;
  auto begin = [&] {
    const auth::Caller caller = decide(services, request, auth::Action::write);
    const bool has_header = flag_param(request, "header").value_or(false);
    upload.emplace(services.flow_datasets.begin(caller, fid_of_query(services, request, caller), is_first, has_header));
  };
  co_await net::on_pool(services.work, begin);
  co_await await_or_drop(services.work, receive(services, request, *upload), upload);
  auto finish = [&] {
    core::DatasetUpload whole = std::move(*upload);
    const meta::FlowDatasetRow dataset = services.flow_datasets.finish(whole);
    if (!is_first) return net::json_response(200, boost::json::array{to_json(dataset)});
    // What is beyond the seed is told by GET /flows/{fid}.
    return net::json_response(201, boost::json::array{boost::json::object{{"dataset_s3_key", dataset.key}}});
  };
  co_return co_await net::on_pool(services.engine_work, finish);
}

}  // namespace

net::Handler post_dataset(const Services& services) {
  return [&services](net::Request& request) { return take(services, request, true); };
}

net::Handler put_dataset(const Services& services) {
  return [&services](net::Request& request) { return take(services, request, false); };
}

net::Response get_dataset(const Call& call) {
  const std::int64_t fid = require_fid(call);
  const std::int64_t number = call.fields.number("number");
  core::Objects::Opened opened =
      call.services.flow_datasets.open(call.caller, fid, number == 0 ? std::nullopt : std::optional(number));
  const std::uint64_t size = opened.bytes.size();
  opened.bytes.select(0, size);
  return net::source_response(200, std::make_unique<ObjectSource>(std::move(opened.bytes)), "text/csv; charset=utf-8",
                              size);
}

net::Response get_summary(const Call& call) {
  const auto summary = call.services.flow_datasets.summary(call.caller, require_fid(call));
  if (!summary.text.empty()) return net::text_response(200, summary.text, "application/json");
  net::Response response = net::json_response(202, {{"status", "computing"}, {"job", summary.job.value}});
  response.headers.set("Retry-After", "1");
  return response;
}

}  // namespace boathouse::api::flows
