#include "kernels/winograd/winograd.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kernels/base/buffer.h"
#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/gemm/dense_rows.h"
#include "kernels/gemm/product.h"
#include "kernels/gemm/stage.h"
#include "kernels/winograd/exact_weights.h"
#include "kernels/winograd/weights.h"

namespace assay::winograd {
namespace {

// Transformed sources and products of a block of tiles, which should stay in the second-level cache
// together with the weights of a position.
constexpr int64_t kBlockBytes = int64_t{640} << 10;
// But not fewer tiles: every block reads all the weights.
constexpr int64_t kMinTiles = 24;
constexpr int64_t kMaxPositions = 36;

constexpr int64_t kLineBytes = 64;    // Of a cache line, which is also the widest vector.
constexpr int64_t kProductBytes = 4;  // Of a product: float or int32.

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t RoundUp(int64_t a, int64_t b) { return CeilDiv(a, b) * b; }

// From position to position of `tiles` rows of so many bytes: an odd number of lines, so that the
// positions of a tile, which a transform touches together, fall into different sets of the cache.
int64_t PositionBytes(int64_t tiles, int64_t row) {
  return (tiles * row / kLineBytes | 1) * kLineBytes;
}

// Calls body(i) for all i < count, a few tasks per thread.
template <typename Body>
void ForEach(int64_t count, ThreadPool& pool, const Body& body) {
  const int64_t tasks = pool.threads() == 1 ? 1 : std::min(count, kTasksPerThread * pool.threads());
  pool.Run(tasks, [&](int64_t task, int) {
    for (int64_t i = task * count / tasks; i < (task + 1) * count / tasks; ++i) body(i);
  });
}

// One value per channel, with zeros up to whole lines.
template <typename T>
Buffer Padded(const T* values, int64_t count) {
  const int64_t bytes = RoundUp(count * static_cast<int64_t>(sizeof(T)), kLineBytes);
  Buffer buffer = Buffer::Zeroed(static_cast<size_t>(bytes));
  if (values != nullptr) std::copy_n(values, count, buffer.as<T>());
  return buffer;
}

// A pixel of the padding.
Buffer PaddingPixel(const ConvSpec& s, ComputeType type, const OutputStage& stage) {
  if (type == ComputeType::kF32) return Padded<float>(nullptr, s.c);
  const std::vector<uint8_t> pixel(static_cast<size_t>(s.c),
                                   static_cast<uint8_t>(stage.src_zero_point));
  return Padded(pixel.data(), s.c);
}

// Of bytes less what the zero point of the source adds to each sum.
Buffer PackBias(const ConvSpec& s, ComputeType type, const Weights& weights,
                const OutputStage& stage) {
  if (type == ComputeType::kF32) return Padded(static_cast<const float*>(weights.bias), s.oc);
  std::vector<uint32_t> values(static_cast<size_t>(s.oc));  // Unsigned, since they may wrap.
  const auto* weight = static_cast<const int8_t*>(weights.data);
  const auto* bias = static_cast<const int32_t*>(weights.bias);
  for (uint32_t& value : values) {
    if (bias != nullptr) value = static_cast<uint32_t>(*bias++);
    for (int64_t i = 0; i < 9 * s.c; ++i) {
      value -= static_cast<uint32_t>(stage.src_zero_point * *weight++);
    }
  }
  return Padded(values.data(), s.oc);
}

Buffer PackScale(const ConvSpec& s, ComputeType type, const OutputStage& stage) {
  if (type == ComputeType::kF32) return {};
  std::vector<float> scale = stage.scale;
  if (scale.size() == 1) scale.assign(static_cast<size_t>(s.oc), scale[0]);
  return Padded(scale.data(), s.oc);
}

Buffer ToTransformed(const ConvSpec& s, const Algorithm& algorithm, const void* weights) {
  if (algorithm.variant->type != ComputeType::kF32) {
    return ExactWeights(static_cast<const int8_t*>(weights), s.oc, s.c);
  }
  return TransformWeights(static_cast<const float*>(weights), s.oc, s.c, algorithm.outputs);
}

gemm::RhsView ToView(const ConvSpec& s, const Algorithm& algorithm, const Buffer& transformed) {
  gemm::RhsView view;
  view.data = transformed.data();
  view.groups = algorithm.positions();
  view.k_inner = ToProblem(s, algorithm).k;
  view.n = s.oc;
  view.group_stride = view.k_inner * s.oc;
  view.k_inner_stride = 1;
  view.column_stride = view.k_inner;
  return view;
}

}  // namespace

bool Fits(const ConvSpec& s, const Algorithm& algorithm, const Weights& weights) {
  return algorithm.variant->type == ComputeType::kF32 ||
         SumsFit(static_cast<const int8_t*>(weights.data), s.oc, s.c);
}

double ErrorBound(int64_t c) { return std::ldexp(16 + 2 * std::sqrt(static_cast<double>(c)), -24); }

struct Winograd::Impl {
  ConvSpec spec;
  Algorithm algorithm;
  std::string name;
  gemm::Product product;
  double cycles;
  Buffer bias, scale;  // Whole vectors.
  Buffer padding;      // Its pixel.
  gemm::Stage stage;

  // How the tiles are divided among the threads.
  struct Blocks {
    int64_t count, tiles;  // The largest has so many tiles.
    bool side_by_side;     // A thread does a block alone; otherwise all threads share each step.
  };
  // The memory of a block.
  struct Memory {
    uint8_t *sources, *products;        // [position][tile][channel]
    int64_t source_step, product_step;  // Bytes from position to position.
  };
  struct Operands {
    const uint8_t* src;
    uint8_t* dst;
    const uint8_t* residual;
  };

  int64_t tiles() const { return Tiles(spec, algorithm.outputs); }
  // Bytes of an element of the convolution's source and results.
  int64_t element() const { return algorithm.variant->type == ComputeType::kF32 ? 4 : 1; }
  // Bytes of a tile's channels at a position.
  int64_t source_row() const { return RoundUp(spec.c * algorithm.source_bytes(), kLineBytes); }
  int64_t product_row() const { return RoundUp(spec.oc * kProductBytes, kLineBytes); }

  Blocks BlocksFor(int threads) const;
  // Of a block of so many tiles.
  size_t MemoryBytes(int64_t tiles) const;
  Memory Place(void* workspace, int64_t tiles) const;
  void TransformSource(const Operands& operands, const Memory& memory, int64_t tile,
                       int64_t row) const;
  void Multiply(const Memory& memory, int64_t tiles, ThreadPool& pool) const;
  void TransformProducts(const Operands& operands, const Memory& memory, int64_t tile,
                         int64_t row) const;
  void RunBlock(const Operands& operands, const Memory& memory, int64_t first, int64_t last,
                ThreadPool& pool) const;
};

// Enough tiles for everybody, or everybody at the same tiles: splitting few tiles would make every
// thread read all the weights for the sake of a few rows.
Winograd::Impl::Blocks Winograd::Impl::BlocksFor(int threads) const {
  const int64_t row_bytes = algorithm.positions() * (source_row() + product_row());
  const int64_t at_once = std::max(kBlockBytes / row_bytes, kMinTiles);
  const int64_t paying = ThreadsThatPay(cycles, threads);
  const bool side_by_side = paying == 1 || tiles() >= paying * kMinTiles;
  int64_t count = CeilDiv(tiles(), at_once);
  if (side_by_side) count = RoundUp(count, paying);
  return {count, CeilDiv(tiles(), count), side_by_side};
}

size_t Winograd::Impl::MemoryBytes(int64_t tiles) const {
  return static_cast<size_t>(algorithm.positions() * (PositionBytes(tiles, source_row()) +
                                                      PositionBytes(tiles, product_row())));
}

Winograd::Impl::Memory Winograd::Impl::Place(void* workspace, int64_t tiles) const {
  Memory memory;
  memory.source_step = PositionBytes(tiles, source_row());
  memory.product_step = PositionBytes(tiles, product_row());
  memory.sources = static_cast<uint8_t*>(workspace);
  memory.products = memory.sources + algorithm.positions() * memory.source_step;
  return memory;
}

// Tile `tile` of all images into row `row` of the block.
void Winograd::Impl::TransformSource(const Operands& operands, const Memory& memory, int64_t tile,
                                     int64_t row) const {
  const ConvSpec& s = spec;
  const int64_t outputs = algorithm.outputs, points = algorithm.points();
  const int64_t across = CeilDiv(s.ow(), outputs), down = CeilDiv(s.oh(), outputs);
  const int64_t image = tile / (across * down);
  const int64_t top = tile / across % down * outputs - s.pad_top;
  const int64_t left = tile % across * outputs - s.pad_left;
  std::array<const void*, kMaxPositions> pixels;
  size_t at = 0;
  for (int64_t y = top; y < top + points; ++y) {
    const uint8_t* line = operands.src + (image * s.h + y) * s.w * s.src_pixel() * element();
    for (int64_t x = left; x < left + points; ++x, ++at) {
      const bool inside = y >= 0 && y < s.h && x >= 0 && x < s.w;
      pixels[at] = inside ? line + x * s.src_pixel() * element() : padding.data();
    }
  }
  algorithm.transforms().input({.pixels = pixels.data(),
                                .channels = s.c,
                                .dst = memory.sources + row * source_row(),
                                .position_step = memory.source_step / algorithm.source_bytes()});
}

void Winograd::Impl::Multiply(const Memory& memory, int64_t tiles, ThreadPool& pool) const {
  const gemm::DenseRows rows{memory.sources, source_row(), memory.source_step, nullptr};
  const gemm::Product::Output output{memory.products, product_row() / kProductBytes, nullptr, 0,
                                     memory.product_step / kProductBytes};
  product.Run({tiles}, rows, output, nullptr, pool);
}

void Winograd::Impl::TransformProducts(const Operands& operands, const Memory& memory, int64_t tile,
                                       int64_t row) const {
  const ConvSpec& s = spec;
  const int64_t outputs = algorithm.outputs, oh = s.oh(), ow = s.ow();
  const int64_t across = CeilDiv(ow, outputs), down = CeilDiv(oh, outputs);
  const int64_t y = tile / across % down * outputs, x = tile % across * outputs;
  const int64_t pixel = (tile / (across * down) * oh + y) * ow + x;
  OutputTile task{};
  task.src = memory.products + row * product_row();
  task.position_step = memory.product_step / kProductBytes;
  task.channels = s.oc;
  task.bias = bias.data();
  task.scale = scale.as<float>();
  task.stage = &stage;
  task.rows = std::min(outputs, oh - y);
  task.columns = std::min(outputs, ow - x);
  task.dst = operands.dst + pixel * s.dst_pixel() * element();
  task.dst_row = ow * s.dst_pixel();
  task.dst_pixel = s.dst_pixel();
  if (operands.residual != nullptr) {
    task.residual = operands.residual + pixel * s.residual_pixel() * element();
    task.residual_row = ow * s.residual_pixel();
    task.residual_pixel = s.residual_pixel();
  }
  algorithm.transforms().output(task);
}

void Winograd::Impl::RunBlock(const Operands& operands, const Memory& memory, int64_t first,
                              int64_t last, ThreadPool& pool) const {
  const int64_t tiles = last - first;
  ForEach(tiles, pool, [&](int64_t row) { TransformSource(operands, memory, first + row, row); });
  Multiply(memory, tiles, pool);
  ForEach(tiles, pool, [&](int64_t row) { TransformProducts(operands, memory, first + row, row); });
}

Winograd::Winograd(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Winograd::Winograd(Winograd&&) noexcept = default;
Winograd& Winograd::operator=(Winograd&&) noexcept = default;
Winograd::~Winograd() = default;

Result<Winograd> Winograd::Make(const ConvSpec& spec, const Algorithm& algorithm,
                                const Weights& weights, const OutputStage& stage,
                                const KernelOptions& options) {
  const ComputeType type = algorithm.variant->type;
  ASSAY_RETURN_IF_ERROR(gemm::CheckStage(stage, type, spec.oc));
  std::string refusal = Refusal(spec, type, algorithm, options);
  if (refusal.empty() && !Fits(spec, algorithm, weights)) {
    refusal = "needs weights whose sums stay within int32";
  }
  if (!refusal.empty()) {
    return Error("kernel variant '" + algorithm.name() + "' cannot be used: it " + refusal);
  }
  const Buffer transformed = ToTransformed(spec, algorithm, weights.data);
  ASSAY_ASSIGN_OR_RETURN(
      gemm::Product product,
      gemm::Product::Make(ToProblem(spec, algorithm), ToView(spec, algorithm, transformed), nullptr,
                          OutputStage{}, ProductOptions(algorithm, options)));
  return Winograd(std::make_unique<Impl>(Impl{
      .spec = spec,
      .algorithm = algorithm,
      .name = algorithm.name(),
      .product = std::move(product),
      .cycles = EstimateCycles(spec, algorithm, options),
      .bias = PackBias(spec, type, weights, stage),
      .scale = PackScale(spec, type, stage),
      .padding = PaddingPixel(spec, type, stage),
      .stage = gemm::ToStage(stage),
  }));
}

size_t Winograd::workspace_bytes(int threads) const {
  const Impl::Blocks blocks = impl_->BlocksFor(threads);
  const auto memories = static_cast<size_t>(blocks.side_by_side ? threads : 1);
  return impl_->MemoryBytes(blocks.tiles) * memories;
}

size_t Winograd::packed_bytes() const {
  return impl_->product.packed_bytes() + impl_->bias.size() + impl_->scale.size() +
         impl_->padding.size();
}

const std::string& Winograd::variant() const { return impl_->name; }

void Winograd::Run(const void* src, void* dst, const void* residual, void* workspace,
                   ThreadPool& pool) const {
  const Impl& plan = *impl_;
  const Impl::Operands operands{static_cast<const uint8_t*>(src), static_cast<uint8_t*>(dst),
                                static_cast<const uint8_t*>(residual)};
  const Impl::Blocks blocks = plan.BlocksFor(pool.threads());
  const int64_t tiles = plan.tiles();
  const auto run = [&](int64_t block, void* memory, ThreadPool& threads) {
    plan.RunBlock(operands, plan.Place(memory, blocks.tiles), block * tiles / blocks.count,
                  (block + 1) * tiles / blocks.count, threads);
  };
  if (!blocks.side_by_side) {
    for (int64_t block = 0; block < blocks.count; ++block) run(block, workspace, pool);
    return;
  }
  ThreadPool alone(1);
  const size_t worker_bytes = plan.MemoryBytes(blocks.tiles);
  if (blocks.count == 1 || ThreadsThatPay(plan.cycles, pool.threads()) == 1) {
    for (int64_t block = 0; block < blocks.count; ++block) run(block, workspace, alone);
    return;
  }
  pool.Run(blocks.count, [&](int64_t block, int worker) {
    run(block, static_cast<uint8_t*>(workspace) + static_cast<size_t>(worker) * worker_bytes,
        alone);
  });
}

}  // namespace assay::winograd
