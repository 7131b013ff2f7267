// SPDX-License-Identifier: Apache-2.0
#include "core/triggers.h"

#include "base/encoding.h"
#include "base/error.h"
#include "core/lake_ingress.h"

namespace boathouse::core {
namespace {

using base::Error;
using base::ErrorKind;

bool is_default(std::string_view name) { return base::fold_case(name) == base::fold_case(kDefaultTrigger); }

Error no_such_trigger(std::string_view name) {
  return Error(ErrorKind::not_found, fmt::format("there is no trigger \"{}\" in this workspace", name));
}

std::vector<meta::BucketRow> with_default(const Parts& parts, const meta::WorkspaceRow& workspace,
                                          std::string_view name) {
  std::vector<meta::BucketRow> found = parts.meta.buckets().list_buckets(workspace.id);
  std::erase_if(found, [&](const meta::BucketRow& bucket) {
    return !bucket.has_default_trigger || (!name.empty() && bucket.name != name);
  });
  return found;
}

ListedTrigger built_in(const meta::BucketRow& bucket) {
  ListedTrigger listed{.trigger = default_trigger(bucket.name), .built_in = true};
  listed.trigger.created_at = listed.trigger.updated_at = bucket.created_at;
  return listed;
}

}  // namespace

bool Triggers::put(const meta::WorkspaceRow& workspace, Trigger trigger) const {
  if (is_lake_ingress(trigger.bucket)) {
    throw Error(ErrorKind::invalid_argument, "bucket shows documents, which are rows of their tables already")
        .with("field", "bucket");
  }
  trigger.created_at = trigger.updated_at = base::now_micros();
  return parts_.meta.triggers().put_trigger(row_of(trigger, workspace.id));
}

ListedTrigger Triggers::find(const meta::WorkspaceRow& workspace, std::string_view name,
                             std::string_view bucket) const {
  auto row = parts_.meta.triggers().find_trigger(workspace.id, name);
  if (row && (bucket.empty() || row->bucket == bucket)) return {.trigger = trigger_of(*row)};
  if (!is_default(name)) throw no_such_trigger(name);
  const std::vector<meta::BucketRow> buckets = with_default(parts_, workspace, bucket);
  if (buckets.empty()) throw no_such_trigger(name);
  return built_in(buckets.front());
}

std::vector<ListedTrigger> Triggers::list(const meta::WorkspaceRow& workspace) const {
  std::vector<ListedTrigger> listed;
  for (const meta::TriggerRow& row : parts_.meta.triggers().list_triggers(workspace.id)) {
    listed.push_back({.trigger = trigger_of(row)});
  }
  for (const meta::BucketRow& bucket : with_default(parts_, workspace, {})) listed.push_back(built_in(bucket));
  return listed;
}

void Triggers::remove(const meta::WorkspaceRow& workspace, std::string_view name, std::string_view bucket) const {
  if (bucket.empty() && parts_.meta.triggers().delete_trigger(workspace.id, name)) return;
  if (!is_default(name)) throw no_such_trigger(name);
  const std::vector<meta::BucketRow> buckets = with_default(parts_, workspace, bucket);
  if (buckets.empty()) throw no_such_trigger(name);
  for (const meta::BucketRow& row : buckets) {
    parts_.meta.buckets().change_bucket(row.id, [](meta::BucketRow& now) { now.has_default_trigger = false; });
  }
}

bool Triggers::wants_default(const meta::WorkspaceRow& workspace, std::string_view bucket) const {
  return parts_.meta.triggers().triggers_of(workspace.id, bucket).empty();
}

std::vector<meta::NewRun> Triggers::runs_for(const meta::BucketRow& bucket, const std::string& key,
                                             const Actor& by) const {
  std::vector<meta::NewRun> runs;
  auto add = [&](const Trigger& trigger) {
    if (!matches(trigger, key)) return;
    runs.push_back({.job = new_job(ingest_kind(), bucket.workspace, bucket.name + "/" + key,
                                   {{"trigger", trigger.name},
                                    {"bucket", bucket.name},
                                    {"principal", by.principal},
                                    {"request", by.request.value}}),
                    .trigger = trigger.name});
  };
  for (const meta::TriggerRow& row : parts_.meta.triggers().triggers_of(bucket.workspace, bucket.name)) {
    add(trigger_of(row));
  }
  if (bucket.has_default_trigger) add(default_trigger(bucket.name));
  room_.take(bucket.workspace, static_cast<std::int64_t>(runs.size()));
  return runs;
}

}  // namespace boathouse::core
