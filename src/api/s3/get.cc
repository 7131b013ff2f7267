// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "api/common/object_source.h"
#include "api/s3/errors.h"
#include "api/s3/handlers.h"
#include "api/s3/object_headers.h"
#include "api/s3/reading.h"
#include "base/encoding.h"

namespace boathouse::api::s3 {
namespace {

std::optional<std::int64_t> part_asked_for(const Call& call) { return call.number("partNumber", 1, core::kMostParts); }

// One part of those that the object came in.
net::Selection select_numbered(const core::ObjectBytes& bytes, std::int64_t number) {
  net::Selection selection{.status = 206, .whole = bytes.size()};
  for (const core::ObjectBytes::Piece& piece : bytes.pieces()) {
    selection.length = piece.size;
    if (piece.part == number) {
      if (piece.size == 0) selection.status = 200;  // no range can name it
      return selection;
    }
    selection.offset += piece.size;
  }
  throw refusal("InvalidPartNumber", "The requested partnumber is not satisfiable");
}

net::Selection select(const Call& call, const core::ObjectBytes& bytes, const net::Validators& validators) {
  net::Selection selection = select_range(call.request, validators, bytes.size());
  auto number = part_asked_for(call);
  if (number && call.request.headers.has("Range")) {
    throw refusal("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
  }
  if (!number || selection.status != 200) return selection;
  return select_numbered(bytes, *number);
}

// What became of the version: every run that a trigger gave it, and the state that asks for most attention.
void add_runs(net::Response& response, const Call& call, const meta::ObjectRow& row) {
  constexpr std::array kByAttention{meta::JobState::succeeded, meta::JobState::cancelled, meta::JobState::queued,
                                    meta::JobState::running, meta::JobState::failed};
  const std::vector<meta::RunState> runs = call.services.triggers.runs_of(row);
  if (runs.empty()) return;
  auto attention = [&](meta::JobState state) { return std::find(kByAttention.begin(), kByAttention.end(), state); };
  auto worst = kByAttention.begin();
  std::string ids;
  for (const meta::RunState& run : runs) {
    ids += (ids.empty() ? "" : ", ") + run.job.value;
    worst = std::max(worst, attention(run.state));
  }
  response.headers.set("x-boathouse-run", ids);
  response.headers.set("x-boathouse-state", std::string(to_string(*worst)));
}

// Of the type that the object's is of.
void add_checksum_of_part(net::Response& response, const Call& call, const meta::ObjectRow& row, std::int64_t number,
                          bool composite) {
  const auto parts = call.services.multipart.list_parts(row.upload, number - 1, 1);
  if (parts.empty() || parts.front().number != number) return;
  auto checksum = core::parse_checksum(parts.front().checksum);
  if (!checksum) return;
  checksum->composite = composite;
  add_checksum(response, *checksum);
}

void add_what_it_is(net::Response& response, const Call& call, const meta::BucketRow& bucket,
                    const core::Objects::Opened& opened) {
  const core::ObjectFacts facts = core::parse_object_facts(opened.row.facts);
  add_facts(response, facts);
  add_overrides(response, call.request);
  add_version(response, bucket, opened.row.version);
  add_runs(response, call, opened.row);
  const std::size_t tags = core::parse_tags(opened.row.tags).size();
  if (tags > 0) response.headers.set("x-amz-tagging-count", std::to_string(tags));
  const auto part = opened.row.upload.empty() ? std::nullopt : part_asked_for(call);
  if (part) response.headers.set("x-amz-mp-parts-count", std::to_string(opened.bytes.pieces().size()));
  const bool wants_checksum = base::fold_case(call.request.headers.get("x-amz-checksum-mode")) == "enabled";
  if (!wants_checksum || !facts.checksum) return;
  if (part) {
    add_checksum_of_part(response, call, opened.row, *part, facts.checksum->composite);
  } else if (response.status == 200) {
    add_checksum(response, *facts.checksum);
  }
}

}  // namespace

net::Response get_object(Call& call) {
  refuse_unkept_promises(call.request);
  meta::BucketRow bucket = call.bucket();
  core::Objects::Opened opened = call.services.objects.open(bucket, call.key, call.version());
  const net::Validators validators = validators_of(opened.row);
  const net::Selection selection = select(call, opened.bytes, validators);
  net::Response response;
  net::tell_part(response, validators, selection);
  if (selection.status == 304) return response;
  add_what_it_is(response, call, bucket, opened);
  if (call.request.method == "HEAD") {
    response.body = net::SourceBody{nullptr, selection.length};
  } else if (selection.length > 0) {
    opened.bytes.select(selection.offset, selection.length);
    response.body = net::SourceBody{std::make_unique<ObjectSource>(std::move(opened.bytes)), selection.length};
  }
  return response;
}

}  // namespace boathouse::api::s3
