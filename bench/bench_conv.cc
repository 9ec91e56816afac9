// bench_conv: the convolutions, dense and depthwise, of bench/shapes/conv.txt, or of --shapes FILE.
#include "bench/common/kernel_bench.h"

int main(int argc, char** argv) { return assay::bench::KernelBenchMain(argc, argv, "conv"); }
