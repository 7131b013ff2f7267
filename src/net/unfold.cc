// SPDX-License-Identifier: Apache-2.0
#include "net/unfold.h"

#include "base/error.h"

namespace boathouse::net {

bool is_identity(std::string_view coding) { return coding.empty() || equals_ignoring_case(coding, "identity"); }

std::unique_ptr<base::Unfolder> make_unfolder(std::string_view coding, const BodyLimits& limits) {
  const base::UnfoldLimits bounds{
      .max_bytes = limits.max_bytes, .max_ratio = limits.max_ratio, .ratio_floor = limits.ratio_floor};
  if (is_identity(coding)) return base::make_unfolder(base::Folding::none, bounds);
  if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) {
    return base::make_unfolder(base::Folding::gzip, bounds);
  }
  if (equals_ignoring_case(coding, "zstd")) return base::make_unfolder(base::Folding::zstd, bounds);
  throw base::Error(base::ErrorKind::unsupported_media, "this Content-Encoding is not understood; gzip and zstd are");
}

}  // namespace boathouse::net
