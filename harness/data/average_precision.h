// Average precision of detections as pycocotools has it
// (https://github.com/cocodataset/cocoapi, COCOeval): matching within an image, the curve of
// precision over recall of a category, and what each image adds to it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/data/coco.h"
#include "harness/data/detection.h"

namespace assay::data {

// A detection after matching; bit t of `hits` and `ignored` is that of threshold t. One that is
// neither is a false alarm.
struct Match {
  float score = 0;
  int64_t image = 0;     // Whatever the caller numbers images by.
  uint64_t hits = 0;     // It has found an object that counts.
  uint64_t ignored = 0;  // It lies in a crowd, which counts for nothing.
};

// The detections of one category in one image, by score, at most `limit`; each takes of the
// objects that are left the one it overlaps most, by the threshold at least. At most 64 thresholds.
std::vector<Match> MatchDetections(std::span<const Detection> detections,
                                   std::span<const CocoObject> objects,
                                   std::span<const double> thresholds, size_t limit, int64_t image);

// Precision over recall of one category at one threshold.
class PrecisionCurve {
 public:
  // `matches` by falling score; `objects` are those that count, at least 1.
  PrecisionCurve(std::span<const Match> matches, size_t threshold, int64_t objects);

  // The mean over `points` levels of recall from 0 to 1 of the best precision at that recall or a
  // higher one; points 0: the area under that curve, which steps at every hit.
  double Average(int points) const;
  // Adds to `influence[image]` the derivative of the area by an image's weight, times `factor`,
  // where the image's detections and objects count that many times (all 1 here); 0 in sum.
  void AddInfluence(std::span<const int64_t> objects_by_image, double factor,
                    std::span<double> influence) const;

 private:
  struct Point {
    int64_t image = 0;
    bool hit = false;
    double hits = 0, alarms = 0;  // Up to here.
    double precision = 0;         // Here or at a higher recall.
    size_t from = 0;              // Where it is taken from.
  };

  double objects_;
  std::vector<Point> points_;
};

}  // namespace assay::data
