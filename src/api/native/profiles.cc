// SPDX-License-Identifier: Apache-2.0
#include "api/native/profiles.h"

#include "base/error.h"
#include "base/numbers.h"

namespace boathouse::api::native {
namespace {

constexpr double kMaxThreshold = 100;

// The text, or where to look for the job that makes it.
net::Response answer(core::ProfileText told, const char* type = "application/json") {
  if (std::string* text = std::get_if<std::string>(&told)) {
    return net::text_response(200, std::move(*text), type);
  }
  const meta::JobRow& job = std::get<meta::JobRow>(told);
  return net::json_response(202, {{"id", job.id.value}, {"state", meta::to_string(job.state)}})
      .with("Location", "/v1/jobs/" + job.id.value)
      .with("Retry-After", "1");
}

[[noreturn]] void refuse(const char* parameter, const char* why) {
  throw base::Error(base::ErrorKind::invalid_argument, fmt::format("{} {}", parameter, why))
      .with("parameter", parameter);
}

std::optional<double> threshold_param(const net::Request& request) {
  const auto text = text_param(request, "threshold");
  if (!text) return std::nullopt;
  const auto number = base::parse_number<double>(*text);
  if (!number || !(*number > 0 && *number <= kMaxThreshold)) refuse("threshold", "is a number above 0, at most 100");
  return number;
}

core::ProfilePlot kind_param(const net::Request& request) {
  const std::string kind = text_param(request, "kind").value_or("");
  if (kind == "histogram") return core::ProfilePlot::histogram;
  if (kind == "missing") return core::ProfilePlot::missing;
  if (kind == "correlation") return core::ProfilePlot::correlation;
  refuse("kind", "is histogram, missing or correlation");
}

}  // namespace

net::Response get_profile(const Call& call) {
  allow_params(call.request, {"version"});
  const meta::WorkspaceRow workspace = call.workspace(auth::Action::read);
  return answer(call.services.profiles.get(workspace, call.table(), text_param(call.request, "version")));
}

net::Response get_profile_diff(const Call& call) {
  allow_params(call.request, {"from", "to", "threshold"});
  const meta::WorkspaceRow workspace = call.workspace(auth::Action::read);
  return answer(call.services.profiles.diff(workspace, call.table(), text_param(call.request, "from"),
                                            text_param(call.request, "to"), threshold_param(call.request)));
}

net::Response get_profile_plot(const Call& call) {
  allow_params(call.request, {"kind", "column", "version"});
  const meta::WorkspaceRow workspace = call.workspace(auth::Action::read);
  const core::ProfilePlot kind = kind_param(call.request);
  const auto column = text_param(call.request, "column");
  if (column.has_value() != (kind == core::ProfilePlot::histogram)) {
    refuse("column", column ? "goes with a histogram only" : "says of which column the histogram is to be");
  }
  // What a picture from elsewhere could do in a page it may not do here either.
  return answer(call.services.profiles.plot(workspace, call.table(), text_param(call.request, "version"), kind,
                                            column.value_or("")),
                "image/svg+xml")
      .with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
}

}  // namespace boathouse::api::native
