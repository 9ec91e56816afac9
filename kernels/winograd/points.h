// Where the polynomials behind the algorithms are interpolated.
//
// F(2,3): 0, +-1 and infinity, as everybody. F(4,3): 0, +-3/4, +-3/2 and infinity. The points
// decide the error (Barabasz, Anderson, Soodhalter and Gregg 2018, "Error Analysis and Improving
// the Accuracy of Winograd Convolution for Deep Neural Networks", arXiv:1803.10986). Of uniform
// operands and 64 channels, the largest error over the sum of |src| |weight|, in units of 2^-24:
//   +-1, +-2: 25    +-1, +-1/2: 25    +-1/sqrt(2), +-sqrt(2): 6.0    +-3/4, +-3/2: 6.0 direct: 3.3
// All constants made of 3/4 and 3/2 are exact floats.
#pragma once

namespace assay::winograd {

inline constexpr double kPointA = 0.75, kPointB = 1.5;

inline constexpr double kPoints2[] = {0, 1, -1};
inline constexpr double kPoints4[] = {0, kPointA, -kPointA, kPointB, -kPointB};

}  // namespace assay::winograd
