// SPDX-License-Identifier: Apache-2.0
#include "engine/worker/interrupts.h"

#include "engine/worker/duck.h"

namespace boathouse::engine {

void Interrupts::begin(std::uint64_t command) {
  std::lock_guard lock(mutex_);
  current_ = command;
  interrupted_ = false;
}

void Interrupts::interrupt(std::uint64_t command) {
  {
    std::lock_guard lock(mutex_);
    if (command != current_) return;
  }
  interrupt_all();
}

void Interrupts::interrupt_all() {
  std::lock_guard lock(mutex_);
  interrupted_ = true;
  for (duckdb_connection connection : connections_) duckdb_interrupt(connection);
}

void Interrupts::check() {
  std::lock_guard lock(mutex_);
  if (interrupted_) throw DuckError{"Interrupt", "the statement was interrupted", std::nullopt};
}

Interrupts::Registration::Registration(Interrupts& interrupts, duckdb_connection connection)
    : interrupts_(interrupts), connection_(connection) {
  std::lock_guard lock(interrupts_.mutex_);
  interrupts_.connections_.insert(connection_);
}

Interrupts::Registration::~Registration() {
  std::lock_guard lock(interrupts_.mutex_);
  interrupts_.connections_.erase(connection_);
}

}  // namespace boathouse::engine
