// SPDX-License-Identifier: Apache-2.0
// How an event of base/log.h is written: as a JSON object, or as text for people: `<at> <level> <event> <field>=<value> ..`.
#pragma once

#include <string>

#include "base/log.h"
#include "base/time.h"

namespace boathouse::base {

enum class LogFormat { json, text };

// At start only, before other threads run. JSON unless set.
void set_log_format(LogFormat format);

// One line, without its end. Any thread.
std::string log_line(LogFormat format, LogLevel level, Micros at, std::string_view event, boost::json::object fields);

}  // namespace boathouse::base
