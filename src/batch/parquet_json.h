// SPDX-License-Identifier: Apache-2.0
// How the server and a worker tell each other of Parquet files that are adopted (engine/worker/parquet_adoption.h says
// which members there are). Only what these functions write is read. Pure, any thread.
#pragma once

#include <boost/json/object.hpp>

#include "batch/parquet_file.h"

namespace boathouse::batch {

boost::json::object to_json(const ParquetFacts& facts);
ParquetFacts parquet_facts_from(const boost::json::object& json);

boost::json::object to_json(const ParquetAdoption& adoption);
ParquetAdoption parquet_adoption_from(const boost::json::object& json);

}  // namespace boathouse::batch
