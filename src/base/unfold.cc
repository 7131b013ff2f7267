// SPDX-License-Identifier: Apache-2.0
#include "base/unfold.h"

#include <zlib.h>
#include <zstd.h>

#include "base/error.h"

namespace boathouse::base {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

class Meter {
 public:
  explicit Meter(const UnfoldLimits& limits) : limits_(limits) {}

  const std::string& what() const { return limits_.what; }
  void received(std::size_t bytes) { received_ += bytes; }

  void unfolded(std::size_t bytes) {
    unfolded_ += bytes;
    if (unfolded_ > limits_.max_bytes) {
      throw Error(ErrorKind::too_large,
                  limits_.what + " is larger than " + std::to_string(limits_.max_bytes) + " bytes")
          .with("limit", limits_.max_bytes);
    }
    if (unfolded_ > limits_.ratio_floor && unfolded_ / limits_.max_ratio > received_) {
      throw Error(ErrorKind::too_large, limits_.what + " unfolds to more than " + std::to_string(limits_.max_ratio) +
                                            " times its compressed size")
          .with("limit", limits_.max_ratio);
    }
  }

 private:
  const UnfoldLimits limits_;
  std::uint64_t received_ = 0;
  std::uint64_t unfolded_ = 0;
};

class Identity : public Unfolder {
 public:
  explicit Identity(const UnfoldLimits& limits) : meter_(limits) {}
  void feed(std::string_view bytes, const BytesConsumer& consumer) override {
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
  explicit Piece(const UnfoldLimits& limits)
      : meter(limits), bytes_(std::make_unique_for_overwrite<char[]>(kPieceBytes)) {}

  char* free() { return bytes_.get() + used_; }
  std::size_t room() const { return kPieceBytes - used_; }
  void made(std::size_t count, const BytesConsumer& consumer) {
    meter.unfolded(count);
    used_ += count;
    if (used_ == kPieceBytes) flush(consumer);
  }
  void flush(const BytesConsumer& consumer) {
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
  explicit Gzip(const UnfoldLimits& limits) : piece_(limits) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw Error(ErrorKind::internal, "zlib cannot start");
  }
  ~Gzip() override { inflateEnd(&stream_); }

  void feed(std::string_view bytes, const BytesConsumer& consumer) override {
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
        throw Error(ErrorKind::invalid_argument, piece_.meter.what() + " is not valid gzip");
      }
      whole_ = result == Z_STREAM_END;
      more_held = !whole_ && stream_.avail_out == 0;
      piece_.made(room - stream_.avail_out, consumer);
    }
    piece_.flush(consumer);
  }

  void finish() override {
    if (!whole_) throw Error(ErrorKind::invalid_argument, piece_.meter.what() + " is gzip that is cut short");
  }

 private:
  z_stream stream_{};
  Piece piece_;
  bool whole_ = false;
};

class Zstd : public Unfolder {
 public:
  explicit Zstd(const UnfoldLimits& limits) : context_(ZSTD_createDCtx(), ZSTD_freeDCtx), piece_(limits) {
    if (!context_) throw Error(ErrorKind::internal, "zstd cannot start");
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, limits.zstd_window_log);
  }

  void feed(std::string_view bytes, const BytesConsumer& consumer) override {
    piece_.meter.received(bytes.size());
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool more_held = false;
    while (in.pos < in.size || more_held) {
      ZSTD_outBuffer out{piece_.free(), piece_.room(), 0};
      std::size_t wanted = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_isError(wanted)) {
        throw Error(ErrorKind::invalid_argument,
                    piece_.meter.what() + " is not usable zstd: " + ZSTD_getErrorName(wanted));
      }
      whole_ = wanted == 0;
      more_held = !whole_ && out.pos == out.size;
      piece_.made(out.pos, consumer);
    }
    piece_.flush(consumer);
  }

  void finish() override {
    if (!whole_) throw Error(ErrorKind::invalid_argument, piece_.meter.what() + " is zstd that is cut short");
  }

 private:
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  Piece piece_;
  bool whole_ = false;
};

}  // namespace

std::unique_ptr<Unfolder> make_unfolder(Folding folding, const UnfoldLimits& limits) {
  switch (folding) {
    case Folding::none: break;
    case Folding::gzip: return std::make_unique<Gzip>(limits);
    case Folding::zstd: return std::make_unique<Zstd>(limits);
  }
  return std::make_unique<Identity>(limits);
}

}  // namespace boathouse::base
