// SPDX-License-Identifier: Apache-2.0
// The answer of POST /upload.
#pragma once

#include <string>

#include "core/ingest.h"
#include "net/response.h"

namespace boathouse::api::dataapi {

// 200 {file,type,columns,rows,result,nrows_inserted[,rows_failed,nrows_failed],"duration(s)"}. Pure.
net::Response upload_answer(const std::string& file_name, const core::Outcome& outcome, base::Micros duration);

}  // namespace boathouse::api::dataapi
