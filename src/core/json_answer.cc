// SPDX-License-Identifier: Apache-2.0
#include "core/json_answer.h"

#include <boost/json/parse.hpp>

#include "base/error.h"
#include "base/error_kinds.h"

namespace boathouse::core {
namespace {

base::ErrorKind kind_named(std::string_view name) {
  for (base::ErrorKind kind : base::kErrorKinds) {
    if (base::to_string(kind) == name) return kind;
  }
  return base::ErrorKind::internal;
}

}  // namespace

boost::json::object json_answer(engine::Lease& lease, const std::string& call) {
  auto rows = lease.execute({"SELECT " + call}).back().rows;
  boost::json::object told = boost::json::parse(rows.at(0).at(0).as_string()).as_object();
  const boost::json::value* error = told.if_contains("error");
  if (error == nullptr) return told;
  base::Error said(kind_named(error->as_string()), std::string(told.at("message").as_string()));
  said.while_doing("engine: " + call);
  for (const auto& [key, value] : told.at("detail").as_object()) said = base::Error(std::move(said).with(key, value));
  throw said;
}

}  // namespace boathouse::core
