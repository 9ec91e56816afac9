#include "harness/data/detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace assay::data {
namespace {

using Role = DetectionFormat::Role;
using Corners = DetectionFormat::Corners;

constexpr std::string_view kRoles[] = {"boxes", "scores", "classes", "num_detections", "none"};

// The outputs by what they are; an absent one has no data.
struct Outputs {
  TensorView boxes, scores, classes, count;
  int64_t per_image = 0;  // k.
  int64_t per_box = 1;    // Scores of a box.
};

double At(const TensorView& view, int64_t index) {
  const auto i = static_cast<size_t>(index);
  switch (view.dtype) {
    case DType::kI64:
      return static_cast<double>(view.as<const int64_t>()[i]);
    case DType::kI32:
      return view.as<const int32_t>()[i];
    case DType::kU8:
      return view.as<const uint8_t>()[i];
    default:
      return view.as<const float>()[i];
  }
}

bool IsNumeric(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kI64 || dtype == DType::kI32 ||
         dtype == DType::kU8;
}

std::string Described(const TensorView& view) {
  return fmt::format("{}{}", Name(view.dtype), view.shape.ToString());
}

Result<Outputs> Sort(const DetectionFormat& format, std::span<const TensorView> outputs,
                     int64_t n) {
  if (outputs.size() < format.outputs.size()) {
    return Error(fmt::format("the model has {} outputs, but 'outputs' names {}", outputs.size(),
                             format.outputs.size()));
  }
  Outputs sorted;
  TensorView unused;
  for (size_t i = 0; i < format.outputs.size(); ++i) {
    TensorView* const places[] = {&sorted.boxes, &sorted.scores, &sorted.classes, &sorted.count,
                                  &unused};
    *places[static_cast<size_t>(format.outputs[i])] = outputs[i];
  }
  const Shape& shape = sorted.boxes.shape;
  if (sorted.boxes.dtype != DType::kF32 || shape.rank() < 2 || shape[shape.rank() - 1] != 4 ||
      shape.elements() % (4 * n) != 0 || (shape[0] != n && n > 1)) {
    return Error(
        fmt::format("expected boxes float[{}, k, 4], found {}", n, Described(sorted.boxes)));
  }
  sorted.per_image = shape.elements() / (4 * n);
  const int64_t boxes = n * sorted.per_image;
  const int64_t scores = sorted.scores.elements();
  if (sorted.scores.dtype != DType::kF32 || scores < boxes || (boxes > 0 && scores % boxes != 0)) {
    return Error(fmt::format("expected scores float[{}, {}, ...], found {}", n, sorted.per_image,
                             Described(sorted.scores)));
  }
  sorted.per_box = boxes > 0 ? scores / boxes : 1;
  const bool classified = sorted.classes.data != nullptr;
  if (classified && (sorted.per_box != 1 || !IsNumeric(sorted.classes.dtype) ||
                     sorted.classes.elements() != boxes)) {
    return Error(
        fmt::format("expected a score and a class for each of {} boxes, found scores {} "
                    "and classes {}",
                    sorted.per_image, Described(sorted.scores), Described(sorted.classes)));
  }
  if (sorted.count.data != nullptr &&
      (!IsNumeric(sorted.count.dtype) || sorted.count.elements() != n)) {
    return Error(fmt::format("expected num_detections [{}], found {}", n, Described(sorted.count)));
  }
  return sorted;
}

// From the model's corners and unit to x, y, width, height in pixels.
Box ToPixels(const DetectionFormat& format, std::span<const float> b, const CocoImage& image) {
  Box box;
  switch (format.corners) {
    case Corners::kXyxy:
      box = {b[0], b[1], double{b[2]} - b[0], double{b[3]} - b[1]};
      break;
    case Corners::kYxyx:
      box = {b[1], b[0], double{b[3]} - b[1], double{b[2]} - b[0]};
      break;
    case Corners::kXywh:
      box = {b[0], b[1], b[2], b[3]};
      break;
    case Corners::kCxcywh:
      box = {b[0] - double{b[2]} / 2, b[1] - double{b[3]} / 2, b[2], b[3]};
      break;
  }
  if (!format.extent) return box;
  const double along_y = static_cast<double>(image.height) / format.extent->first;
  const double along_x = static_cast<double>(image.width) / format.extent->second;
  return {box[0] * along_x, box[1] * along_y, box[2] * along_x, box[3] * along_y};
}

// The category that a model's class means; -1: none.
int64_t CategoryOf(const DetectionFormat& format, double found,
                   std::span<const int64_t> categories) {
  const double place = std::round(found) + static_cast<double>(format.class_offset);
  if (!(place >= 0 && place < 9e15)) return -1;
  const auto id = static_cast<int64_t>(place);
  if (!format.by_index) return std::ranges::binary_search(categories, id) ? id : -1;
  return id < std::ssize(categories) ? categories[static_cast<size_t>(id)] : -1;
}

// Greedy: the best first, of equal scores the earlier.
std::vector<Detection> Suppress(const std::vector<Detection>& all, double limit) {
  std::map<int64_t, std::vector<size_t>> by_category;
  for (size_t i = 0; i < all.size(); ++i) by_category[all[i].category].push_back(i);
  std::vector<size_t> kept;
  for (auto& [category, order] : by_category) {
    std::ranges::sort(order, [&](size_t a, size_t b) {
      return all[a].score != all[b].score ? all[a].score > all[b].score : a < b;
    });
    const size_t first = kept.size();
    for (const size_t i : order) {
      const auto rivals = std::span(kept).subspan(first);
      const bool covered = std::ranges::any_of(
          rivals, [&](size_t k) { return Overlap(all[i].box, all[k].box, false) > limit; });
      if (!covered) kept.push_back(i);
    }
  }
  std::ranges::sort(kept);
  std::vector<Detection> stay;
  for (const size_t i : kept) stay.push_back(all[i]);
  return stay;
}

std::vector<Detection> OfImage(const DetectionFormat& format, const Outputs& outputs, int64_t n,
                               const CocoImage& image, std::span<const int64_t> categories) {
  std::vector<Detection> found;
  const double valid = outputs.count.data != nullptr ? At(outputs.count, n) : INFINITY;
  for (int64_t k = 0; k < outputs.per_image && static_cast<double>(k) < valid; ++k) {
    const int64_t at = n * outputs.per_image + k;
    const auto corners = outputs.boxes.as<const float>().subspan(static_cast<size_t>(4 * at), 4);
    const Box box = ToPixels(format, corners, image);
    if (!std::ranges::all_of(box, [](double x) { return std::isfinite(x); })) continue;
    for (int64_t c = 0; c < outputs.per_box; ++c) {
      const auto score = static_cast<float>(At(outputs.scores, at * outputs.per_box + c));
      if (!(score > format.score_threshold) || !std::isfinite(score)) continue;
      const double found_class =
          outputs.classes.data != nullptr ? At(outputs.classes, at) : static_cast<double>(c);
      const int64_t category = CategoryOf(format, found_class, categories);
      if (category >= 0) found.push_back({box, score, category});
    }
  }
  return format.nms ? Suppress(found, *format.nms) : found;
}

Role RoleOf(std::string_view name) {
  const auto place = std::ranges::find(kRoles, name);
  return static_cast<Role>(place - std::begin(kRoles));
}

}  // namespace

DetectionFormat ReadDetectionFormat(OptionReader& reader) {
  DetectionFormat format;
  if (reader.Has("outputs")) {
    format.outputs.clear();
    for (const std::string& name : reader.Strings("outputs")) {
      if (std::ranges::find(kRoles, name) == std::end(kRoles)) {
        reader.Reject("outputs", "must be of boxes, scores, classes, num_detections and none");
        return format;
      }
      const bool again = std::ranges::count(format.outputs, RoleOf(name)) > 0;
      if (again && name != "none") reader.Reject("outputs", "must name each once");
      format.outputs.push_back(RoleOf(name));
    }
    for (const Role needed : {Role::kBoxes, Role::kScores}) {
      if (std::ranges::count(format.outputs, needed) == 0) {
        reader.Reject("outputs", "must name boxes and scores");
      }
    }
  }
  const std::string corners =
      reader.Choice("box_format", {"xyxy", "yxyx", "xywh", "cxcywh"}, "xyxy");
  format.corners = corners == "yxyx"     ? Corners::kYxyx
                   : corners == "xywh"   ? Corners::kXywh
                   : corners == "cxcywh" ? Corners::kCxcywh
                                         : Corners::kXyxy;
  if (reader.Has("extent")) {
    const std::vector<double> extent = reader.Numbers("extent");
    const bool good = extent.size() == 2 && extent[0] > 0 && extent[1] > 0;
    if (!good) reader.Reject("extent", "must be [height, width], both positive");
    if (good) format.extent = {extent[0], extent[1]};
  }
  format.by_index = reader.Choice("classes_are", {"ids", "indices"}, "ids") == "indices";
  format.class_offset = reader.Int("class_offset", -(1 << 20), 1 << 20, 0);
  format.score_threshold = reader.Number("score_threshold", 0.0);
  if (reader.Has("nms")) {
    format.nms = reader.Number("nms");
    if (!(*format.nms >= 0 && *format.nms <= 1)) reader.Reject("nms", "must be from 0 to 1");
  }
  return format;
}

Result<std::vector<std::vector<Detection>>> ReadDetections(const DetectionFormat& format,
                                                           std::span<const TensorView> outputs,
                                                           std::span<const CocoImage* const> images,
                                                           std::span<const int64_t> categories) {
  if (images.empty()) return std::vector<std::vector<Detection>>();
  ASSAY_ASSIGN_OR_RETURN(const Outputs sorted,
                         Sort(format, outputs, static_cast<int64_t>(images.size())));
  std::vector<std::vector<Detection>> all;
  for (size_t i = 0; i < images.size(); ++i) {
    const CocoImage& image = *images[i];
    if (format.extent && (image.width == 0 || image.height == 0)) {
      return Error(fmt::format("image {} has no width and height, which 'extent' needs", image.id));
    }
    all.push_back(OfImage(format, sorted, static_cast<int64_t>(i), image, categories));
  }
  return all;
}

double Overlap(const Box& found, const Box& object, bool crowd) {
  const double width =
      std::min(found[0] + found[2], object[0] + object[2]) - std::max(found[0], object[0]);
  const double height =
      std::min(found[1] + found[3], object[1] + object[3]) - std::max(found[1], object[1]);
  if (width <= 0 || height <= 0) return 0;
  const double common = width * height;
  const double area = found[2] * found[3];
  return common / (crowd ? area : area + object[2] * object[3] - common);
}

}  // namespace assay::data
