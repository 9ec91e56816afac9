// bench_gemm: the gemm kernels over bench/shapes/gemm.txt.
#include "bench/common/kernel_bench.h"

int main(int argc, char** argv) {
  return assay::bench::KernelBenchMain(argc, argv, "gemm", ASSAY_SHAPES "/gemm.txt");
}
