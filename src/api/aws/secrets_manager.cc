// SPDX-License-Identifier: Apache-2.0
#include "api/aws/secrets_manager.h"

#include <boost/json/serialize.hpp>

#include "api/aws/json_service.h"
#include "auth/audited.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/numbers.h"
#include "core/aws_account.h"

namespace boathouse::api::aws {
namespace {

namespace json = boost::json;

constexpr const char* kCurrent = "AWSCURRENT";
constexpr const char* kNoValue = "Secrets Manager can't find the specified secret value for ";

std::string arn_of(std::string_view name) {
  return fmt::format("arn:aws:secretsmanager:{}:{}:secret:{}", core::kRegion, core::kAccount, name);
}

// A name, or what arn_of() made of it.
std::string required_name(JsonCall& call) {
  std::string id = call.fields.text("SecretId");
  const std::string start = arn_of("");
  return id.starts_with(start) ? id.substr(start.size()) : id;
}

// For owners: decides, runs `work()` and leaves a row in the audit log, also when there is no such secret.
template <class Work>
json::object audited(const JsonCall& call, const char* what, const std::string& name, Work work) {
  meta::MetaStore& store = call.services.parts.meta;
  const auth::Caller caller{call.principal, base::RequestId(call.request.request_id)};
  return auth::audited(store, caller, what, name, [&](meta::AuditRow& audit) {
    auth::decide(store, call.services.auth.access, call.principal, auth::Action::administer, call.workspace.name,
                 audit);
    json::object answer = work();
    auth::note(store, audit);
    return answer;
  });
}

json::object find_sink(const JsonCall& call, const std::string& name) {
  try {
    return call.services.sinks.describe(call.workspace, name);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::not_found) throw;
    throw no_such_resource("Secrets Manager can't find the specified secret.");
  }
}

// The same sink has the same id until it is changed.
std::string version_of(const json::object& sink) {
  const std::string hash = base::to_hex(
      base::sha256(std::string(sink.at("name").as_string()) + std::string(sink.at("updated_at").as_string())));
  return fmt::format("{}-{}-{}-{}-{}", hash.substr(0, 8), hash.substr(8, 4), hash.substr(12, 4), hash.substr(16, 4),
                     hash.substr(20, 12));
}

double seconds_of(const json::value& rfc3339) {
  return static_cast<double>(base::parse_rfc3339(std::string_view(rfc3339.as_string())).value_or(0)) / base::kSecond;
}

json::object get_secret_value(JsonCall& call) {
  const std::string name = required_name(call);
  const std::string stage = call.fields.optional_text("VersionStage").value_or(kCurrent);
  const auto version = call.fields.optional_text("VersionId");
  return audited(call, "read-sink-secret", name, [&] {
    const json::object sink = find_sink(call, name);
    // A sink keeps no URL but its newest.
    if (stage != kCurrent) throw no_such_resource(kNoValue + std::string("staging label: ") + stage);
    if (version && *version != version_of(sink))
      throw no_such_resource(kNoValue + std::string("VersionId: ") + *version);
    const postgres::Url url = call.services.sinks.url(call.workspace, name);
    const json::object secret{{"username", url.user()},   {"password", url.password()},
                              {"host", url.host()},       {"port", base::parse_number<int>(url.port()).value_or(0)},
                              {"dbname", url.database()}, {"engine", "postgres"}};
    return json::object{{"ARN", arn_of(name)},
                        {"Name", sink.at("name")},
                        {"VersionId", version_of(sink)},
                        {"SecretString", json::serialize(secret)},
                        {"VersionStages", json::array{kCurrent}},
                        {"CreatedDate", seconds_of(sink.at("created_at"))}};
  });
}

json::object described(const json::object& sink) {
  return {{"ARN", arn_of(std::string_view(sink.at("name").as_string()))},
          {"Name", sink.at("name")},
          {"Description", fmt::format("Sink to {}", std::string_view(sink.at("url").as_string()))},
          {"CreatedDate", seconds_of(sink.at("created_at"))},
          {"LastChangedDate", seconds_of(sink.at("updated_at"))}};
}

json::object describe_secret(JsonCall& call) {
  const std::string name = required_name(call);
  return audited(call, "describe-sink-secret", name, [&] {
    const json::object sink = find_sink(call, name);
    json::object answer = described(sink);
    answer["VersionIdsToStages"] = json::object{{version_of(sink), json::array{kCurrent}}};
    return answer;
  });
}

json::object list_secrets(JsonCall& call) {
  return audited(call, "list-sink-secrets", "", [&] {
    json::array list;
    for (const json::object& sink : call.services.sinks.list(call.workspace)) list.push_back(described(sink));
    return json::object{{"SecretList", std::move(list)}};
  });
}

constexpr std::array kOperations{JsonOperation{"GetSecretValue", get_secret_value},
                                 JsonOperation{"DescribeSecret", describe_secret},
                                 JsonOperation{"ListSecrets", list_secrets}};
constexpr JsonService kService{
    .target_prefix = "secretsmanager.", .signed_as = "secretsmanager", .operations = kOperations};

}  // namespace

net::Handler run_secrets_operation(const Services& services) { return run_json_operation(services, kService); }

}  // namespace boathouse::api::aws
