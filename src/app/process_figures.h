// SPDX-License-Identifier: Apache-2.0
// The server's own process and the disk under its data, under the names that Prometheus gives to those of every process.
// Workers are processes of their own and not counted here.
#pragma once

#include <filesystem>

#include "net/metrics.h"

namespace boathouse::app {

// At start, before anybody renders.
void add_process_figures(net::Metrics& metrics, const std::filesystem::path& data);

}  // namespace boathouse::app
