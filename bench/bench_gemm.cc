// bench_gemm: the matrix products of bench/shapes/gemm.txt, or of --shapes FILE.
#include "bench/common/kernel_bench.h"

int main(int argc, char** argv) { return assay::bench::KernelBenchMain(argc, argv, "gemm"); }
