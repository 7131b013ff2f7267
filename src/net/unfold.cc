// SPDX-License-Identifier: Apache-2.0
#include "net/unfold.h"

#include <zlib.h>
#include <zstd.h>

#include "base/error.h"

namespace boathouse::net {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPieceBytes = 1 << 20;
// RFC 9659: what a zstd content coding may ask of a receiver's memory (8 MiB).
constexpr int kZstdWindowLog = 23;

class Meter {
 public:
  explicit Meter(const BodyLimits& limits) : limits_(limits) {}

  void received(std::size_t bytes) { received_ += bytes; }

  void unfolded(std::size_t bytes) {
    unfolded_ += bytes;
    if (unfolded_ > limits_.max_bytes) {
      throw Error(ErrorKind::too_large,
                  "the request's body is larger than " + std::to_string(limits_.max_bytes) + " bytes")
          .with("limit", limits_.max_bytes);
    }
    if (unfolded_ > limits_.ratio_floor && unfolded_ / limits_.max_ratio > received_) {
      throw Error(ErrorKind::too_large, "the request's body unfolds to more than " + std::to_string(limits_.max_ratio) +
                                            " times its compressed size")
          .with("limit", limits_.max_ratio);
    }
  }

 private:
  const BodyLimits limits_;
  std::uint64_t received_ = 0;
  std::uint64_t unfolded_ = 0;
};

class Identity : public Unfolder {
 public:
  explicit Identity(const BodyLimits& limits) : meter_(limits) {}
  void feed(std::string_view bytes, const ChunkConsumer& consumer) override {
    meter_.received(bytes.size());
    meter_.unfolded(bytes.size());
    consumer(bytes);
  }
  void finish() override {}

 private:
  Meter meter_;
};

// Gathers what a codec makes and hands it on in whole pieces.
class Piece {
 public:
  explicit Piece(const BodyLimits& limits)
      : meter(limits), bytes_(std::make_unique_for_overwrite<char[]>(kPieceBytes)) {}

  char* free() { return bytes_.get() + used_; }
  std::size_t room() const { return kPieceBytes - used_; }
  void made(std::size_t count, const ChunkConsumer& consumer) {
    meter.unfolded(count);
    used_ += count;
    if (used_ == kPieceBytes) flush(consumer);
  }
  void flush(const ChunkConsumer& consumer) {
    std::size_t count = std::exchange(used_, 0);
    if (count > 0) consumer(std::string_view(bytes_.get(), count));
  }

  Meter meter;

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t used_ = 0;
};

class Gzip : public Unfolder {
 public:
  explicit Gzip(const BodyLimits& limits) : piece_(limits) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw Error(ErrorKind::internal, "zlib cannot start");
  }
  ~Gzip() override { inflateEnd(&stream_); }

  void feed(std::string_view bytes, const ChunkConsumer& consumer) override {
    piece_.meter.received(bytes.size());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    bool more_held = false;  // output that zlib still holds although it used all input
    while (stream_.avail_in > 0 || more_held) {
      if (whole_) inflateReset(&stream_);  // gzip files may be concatenated
      whole_ = false;
      stream_.next_out = reinterpret_cast<Bytef*>(piece_.free());
      std::size_t room = piece_.room();
      stream_.avail_out = static_cast<uInt>(room);
      int result = inflate(&stream_, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
        throw Error(ErrorKind::invalid_argument, "the request's body is not valid gzip");
      }
      whole_ = result == Z_STREAM_END;
      more_held = !whole_ && stream_.avail_out == 0;
      piece_.made(room - stream_.avail_out, consumer);
    }
    piece_.flush(consumer);
  }

  void finish() override {
    if (!whole_) throw Error(ErrorKind::invalid_argument, "the request's gzip body is cut short");
  }

 private:
  z_stream stream_{};
  Piece piece_;
  bool whole_ = false;
};

class Zstd : public Unfolder {
 public:
  explicit Zstd(const BodyLimits& limits) : context_(ZSTD_createDCtx(), ZSTD_freeDCtx), piece_(limits) {
    if (!context_) throw Error(ErrorKind::internal, "zstd cannot start");
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kZstdWindowLog);
  }

  void feed(std::string_view bytes, const ChunkConsumer& consumer) override {
    piece_.meter.received(bytes.size());
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool more_held = false;
    while (in.pos < in.size || more_held) {
      ZSTD_outBuffer out{piece_.free(), piece_.room(), 0};
      std::size_t wanted = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(wanted)) {
        throw Error(ErrorKind::invalid_argument,
                    std::string("the request's body is not usable zstd: ") + ZSTD_getErrorName(wanted));
      }
      whole_ = wanted == 0;
      more_held = !whole_ && out.pos == out.size;
      piece_.made(out.pos, consumer);
    }
    piece_.flush(consumer);
  }

  void finish() override {
    if (!whole_) throw Error(ErrorKind::invalid_argument, "the request's zstd body is cut short");
  }

 private:
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  Piece piece_;
  bool whole_ = false;
};

}  // namespace

bool is_identity(std::string_view coding) { return coding.empty() || equals_ignoring_case(coding, "identity"); }

std::unique_ptr<Unfolder> make_unfolder(std::string_view coding, const BodyLimits& limits) {
  if (is_identity(coding)) return std::make_unique<Identity>(limits);
  if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip"))
    return std::make_unique<Gzip>(limits);
  if (equals_ignoring_case(coding, "zstd")) return std::make_unique<Zstd>(limits);
  throw Error(ErrorKind::unsupported_media, "this Content-Encoding is not understood; gzip and zstd are");
}

}  // namespace boathouse::net
