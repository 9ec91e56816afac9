// bench_conv: the conv kernels over bench/shapes/conv.txt.
#include "bench/common/kernel_bench.h"

int main(int argc, char** argv) {
  return assay::bench::KernelBenchMain(argc, argv, "conv", ASSAY_SHAPES "/conv.txt");
}
