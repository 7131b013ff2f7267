// SPDX-License-Identifier: Apache-2.0
// The bytes of an object as the body of an answer: what is selected of them.
#pragma once

#include "core/object_bytes.h"
#include "net/response.h"

namespace boathouse::api {

class ObjectSource : public net::BodySource {
 public:
  explicit ObjectSource(core::ObjectBytes bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(std::span<char> into) override { return bytes_.read(into); }
  bool is_of_files() const override { return true; }
  net::FileStretch next_stretch() override {
    const core::ObjectBytes::Stretch next = bytes_.next_stretch();
    return {next.file, next.offset, next.length};
  }

 private:
  core::ObjectBytes bytes_;
};

}  // namespace boathouse::api
