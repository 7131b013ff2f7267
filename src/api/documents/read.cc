// SPDX-License-Identifier: Apache-2.0
#include "api/documents/read.h"

#include <boost/json/serialize.hpp>

#include "api/common/query_params.h"
#include "api/documents/access.h"
#include "base/error.h"
#include "net/on_pool.h"

namespace boathouse::api::documents {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using base::Error;
using base::ErrorKind;

net::Response success(json::object data) {
  return net::json_response(200, json::object{{"success", true}, {"data", std::move(data)}});
}

// Documents and rows are put in as they are: no number loses a digit on its way. The object is left open.
std::string with_document(const json::object& head, const std::string& document) {
  std::string text = json::serialize(head);
  text.pop_back();
  return text + ",\"document\":" + document;
}

net::Response found_answer(const std::string& table, const std::string& id, const core::FoundDocument& found) {
  json::object data{{"id", id},
                    {"table", table},
                    {"received_at", base::to_rfc3339(found.received_at)},
                    {"stage", core::to_string(found.stage)}};
  if (found.version != 0) data["version"] = std::to_string(found.version);
  std::string text = with_document(data, found.document);
  if (found.row) text += ",\"row\":" + *found.row;
  if (found.reasons) text += ",\"reasons\":" + *found.reasons;
  return net::text_response(200, fmt::format(R"({{"success":true,"data":{}}}}})", text), "application/json");
}

net::Response find(const Services& services, const net::Request& request) {
  Caller caller = decide(services, request, auth::Action::read);
  const std::string& table = request.param("name");
  auto found = services.documents.find(caller.workspace, table, request.param("id"));
  if (!found)
    throw Error(ErrorKind::not_found, fmt::format("there is no document \"{}\" in \"{}\"", request.param("id"), table));
  return found_answer(table, request.param("id"), *found);
}

// The documents behind an id, or the last ones: what is asked `after` the answer's own comes next.
net::Response page(const Services& services, const net::Request& request) {
  Caller caller = decide(services, request, auth::Action::read);
  const std::string& table = request.param("name");
  core::DocumentPageRequest wanted;
  wanted.after = text_param(request, "after");
  wanted.limit = number_param(request, "limit", 0, core::kMostDocumentsOnPage).value_or(wanted.limit);
  const core::DocumentPage page = services.documents.page(caller.workspace, table, wanted);
  std::string list;
  for (const core::PagedDocument& document : page.documents) {
    json::object head{{"id", document.id},
                      {"table", table},
                      {"received_at", base::to_rfc3339(document.received_at)},
                      {"stage", core::to_string(document.quarantined ? core::DocumentStage::quarantined
                                                                     : core::DocumentStage::committed)}};
    list += (list.empty() ? "" : ",") + with_document(head, document.document) + "}";
  }
  return net::text_response(200,
                            fmt::format(R"({{"success":true,"data":{{"documents":[{}],"after":{}}}}})", list,
                                        json::serialize(json::value(page.after))),
                            "application/json");
}

// The table, and what of it is acknowledged and not in it yet.
net::Response describe(const Services& services, const net::Request& request) {
  Caller caller = decide(services, request, auth::Action::read);
  const std::string& table = request.param("name");
  services.parts.settle(caller.workspace.id, table);
  json::object data = services.tables.describe(caller.workspace, table);
  core::DocumentBacklog backlog = services.documents.backlog(caller.workspace.id, table);
  data["waiting"] = {{"documents", backlog.documents},
                     {"seconds", static_cast<double>(backlog.lag) / static_cast<double>(base::kSecond)}};
  if (backlog.failing > 0) data["waiting"].as_object()["error"] = backlog.failure;
  return success(std::move(data));
}

net::Response list(const Services& services, const net::Request& request) {
  Caller caller = decide(services, request, auth::Action::read);
  const std::string* prefix = request.query.find("prefix");
  return success(
      services.tables.list(caller.workspace, prefix != nullptr ? *prefix : "", page_params(request, kMaxPageLimit)));
}

net::Handler on_engine_pool(const Services& services, net::Response (*read)(const Services&, const net::Request&)) {
  return [&services, read](net::Request& request) -> asio::awaitable<net::Response> {
    auto answer = [&] { return read(services, request); };
    co_return co_await net::on_pool(services.engine_work, answer);
  };
}

}  // namespace

net::Handler get_object(const Services& services) { return on_engine_pool(services, find); }
net::Handler get_objects(const Services& services) { return on_engine_pool(services, page); }
net::Handler get_table(const Services& services) { return on_engine_pool(services, describe); }
net::Handler list_tables(const Services& services) { return on_engine_pool(services, list); }

}  // namespace boathouse::api::documents
