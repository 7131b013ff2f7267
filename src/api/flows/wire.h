// SPDX-License-Identifier: Apache-2.0
// Rows as this door shows them. Pure.
#pragma once

#include <boost/json/object.hpp>

#include "auth/flow_logins.h"
#include "core/flows.h"

namespace boathouse::api::flows {

// {uid,email,first_name,last_name,password:"********",created_at,updated_at}
boost::json::object to_json(const auth::FlowUser& user);
// {fid,title,description,dataset_s3_key,created_at,updated_at}; a list adds `uid`, the owner's.
boost::json::object to_json(const meta::FlowRow& flow);
// {tid,fid,title,description,status,assignee,due,created_at,updated_at,target,mended_version}
boost::json::object to_json(const meta::FlowTaskRow& task);
// {dataset_s3_key,number,table,version,rows,rows_rejected,bytes}
boost::json::object to_json(const meta::FlowDatasetRow& dataset);
// {uid,name,email,role}
boost::json::object to_json(const meta::FlowMemberRow& member);
// {cid,fid,tid,author,text,created_at}
boost::json::object to_json(const meta::FlowCommentRow& comment);
// {id,fid,tid,at,who,what,detail}
boost::json::object to_json(const meta::FlowEventRow& event);
// {rtid,uid,created_at,updated_at}: never the token.
boost::json::object to_json(const meta::FlowRefreshTokenRow& token);

template <class Row>
boost::json::array to_array(const std::vector<Row>& rows) {
  boost::json::array list;
  for (const Row& row : rows) list.push_back(to_json(row));
  return list;
}

}  // namespace boathouse::api::flows
