// SPDX-License-Identifier: Apache-2.0
// Many figures out of few statements. Blocking; one thread at a time.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/pool.h"

namespace boathouse::core {

// One aggregate, and where its value goes.
struct Figure {
  boost::json::object& into;
  std::string key;
  std::string sql;
};

// Asks them of `relation`, two statements of one figure each at a time, on connections of their own: it must be a SELECT in
// brackets that needs nothing of the lease's.
void ask_in_pairs(engine::Lease& lease, std::string_view relation, const std::vector<Figure>& figures);
// Asks them all of `relation`, at most so many in one statement.
void ask(engine::Lease& lease, std::string_view relation, const std::vector<Figure>& figures,
         std::size_t most_at_once = 400);

// A DOUBLE so that it arrives to the last bit: as text, which number_or_null() reads.
std::string exactly(std::string_view sql);
// A number, or the text of one, as JSON may hold it: null for what is none, or not finite.
boost::json::value number_or_null(const boost::json::value& value);
// A value as JSON clients read it without loss: an integer beyond 2^53 is text.
boost::json::value told(const boost::json::value& value);
std::int64_t count_of(const boost::json::object& facts, std::string_view key);

}  // namespace boathouse::core
