// SPDX-License-Identifier: Apache-2.0
// Rows of a kept result as an answer, streamed from its file: memory does not grow with a page, only with its longest row.
#pragma once

#include "core/query_results.h"
#include "net/response.h"

namespace boathouse::api::native {

// {columns,rows,row_count,truncated,duration_ms,next_page_token?}: as /v1/sql answers, `row_count` being the page's.
// `first` is the number of the page's first row.
net::Response json_page(const core::ResultAbout& about, core::ResultRows rows, std::uint64_t first);

// ndjson or csv, byte for byte as the engine writes it.
net::Response text_rows(const core::ResultAbout& about, core::ResultRows rows, engine::ResultFormat format);

}  // namespace boathouse::api::native
