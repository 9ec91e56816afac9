#include "harness/data/coco.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "harness/data/file.h"
#include "harness/data/fingerprint.h"

namespace assay::data {
namespace {

using nlohmann::json;

constexpr int64_t kMaxExtent = int64_t{1} << 27;

// One object of a list: "annotations[3]".
struct Item {
  const json& value;
  std::string place;

  Status Expected(std::string_view key, std::string_view what) const {
    const auto found = value.is_object() ? value.find(key) : value.end();
    const std::string text =
        !value.is_object() || found == value.end()
            ? "nothing"
            : found->dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 40);
    return Error(fmt::format("{}.{}: expected {}, found {}", place, key, what, text));
  }

  Result<int64_t> Integer(std::string_view key, int64_t lo, int64_t hi) const {
    const std::string expected = fmt::format("an integer from {} to {}", lo, hi);
    if (!value.is_object() || !value.contains(key)) return Expected(key, expected);
    const json& number = value.at(std::string(key));
    if (!number.is_number_integer()) return Expected(key, expected);
    if (number.is_number_unsigned() && number.get<uint64_t>() > static_cast<uint64_t>(hi)) {
      return Expected(key, expected);
    }
    const auto integer = number.get<int64_t>();
    if (integer < lo || integer > hi) return Expected(key, expected);
    return integer;
  }
  Result<int64_t> Id(std::string_view key) const { return Integer(key, 0, INT64_MAX); }

  // 0 where absent.
  Result<int64_t> Extent(std::string_view key) const {
    if (value.is_object() && !value.contains(key)) return int64_t{0};
    return Integer(key, 1, kMaxExtent);
  }

  Result<std::string> Text(std::string_view key) const {
    if (value.is_object() && !value.contains(key)) return std::string();
    if (!value.is_object() || !value.at(std::string(key)).is_string()) {
      return Expected(key, "a text");
    }
    return value.at(std::string(key)).get<std::string>();
  }

  Result<Box> Rectangle(std::string_view key) const {
    constexpr std::string_view kExpected = "[x, y, width, height]";
    if (!value.is_object() || !value.contains(key)) return Expected(key, kExpected);
    const json& list = value.at(std::string(key));
    Box box;
    if (!list.is_array() || list.size() != box.size()) return Expected(key, kExpected);
    for (size_t i = 0; i < box.size(); ++i) {
      if (!list[i].is_number()) return Expected(key, kExpected);
      box[i] = list[i].get<double>();
      if (!(std::abs(box[i]) <= static_cast<double>(kMaxExtent))) return Expected(key, kExpected);
    }
    if (box[2] < 0 || box[3] < 0) return Expected(key, kExpected);
    return box;
  }

  Result<bool> Flag(std::string_view key) const {
    if (value.is_object() && !value.contains(key)) return false;
    if (value.is_object() && value.at(std::string(key)).is_boolean()) {
      return value.at(std::string(key)).get<bool>();
    }
    ASSAY_ASSIGN_OR_RETURN(const int64_t flag, Integer(key, 0, 1));
    return flag == 1;
  }
};

// Calls f(item) for each object of the list `key`, up to the first error.
template <typename F>
Status ForEachItem(const json& root, const char* key, F f) {
  if (!root.is_object() || !root.contains(key) || !root.at(key).is_array()) {
    return Error(fmt::format("expected a list '{}', as COCO's instances have it", key));
  }
  size_t index = 0;
  for (const json& value : root.at(key)) {
    ASSAY_RETURN_IF_ERROR(f(Item{value, fmt::format("{}[{}]", key, index++)}));
  }
  return {};
}

Status AddImage(const Item& item, CocoAnnotations& coco) {
  CocoImage image;
  ASSAY_ASSIGN_OR_RETURN(image.id, item.Id("id"));
  ASSAY_ASSIGN_OR_RETURN(image.file, item.Text("file_name"));
  ASSAY_ASSIGN_OR_RETURN(image.width, item.Extent("width"));
  ASSAY_ASSIGN_OR_RETURN(image.height, item.Extent("height"));
  if (!coco.places.emplace(image.id, coco.images.size()).second) {
    return Error(fmt::format("{}: found id {} a second time", item.place, image.id));
  }
  coco.images.push_back(std::move(image));
  return {};
}

Status AddObject(const Item& item, CocoAnnotations& coco) {
  CocoObject object;
  ASSAY_ASSIGN_OR_RETURN(const int64_t image, item.Id("image_id"));
  ASSAY_ASSIGN_OR_RETURN(object.category, item.Id("category_id"));
  ASSAY_ASSIGN_OR_RETURN(object.box, item.Rectangle("bbox"));
  ASSAY_ASSIGN_OR_RETURN(object.crowd, item.Flag("iscrowd"));
  if (coco.Find(image) == nullptr) {
    return Error(fmt::format("{}: image_id {} is that of no image", item.place, image));
  }
  if (!std::ranges::binary_search(coco.categories, object.category)) {
    return Error(
        fmt::format("{}: category_id {} is that of no category", item.place, object.category));
  }
  coco.objects[image].push_back(object);
  return {};
}

Result<CocoAnnotations> Convert(const json& root) {
  CocoAnnotations coco;
  ASSAY_RETURN_IF_ERROR(
      ForEachItem(root, "images", [&](const Item& item) { return AddImage(item, coco); }));
  ASSAY_RETURN_IF_ERROR(ForEachItem(root, "categories", [&](const Item& item) -> Status {
    ASSAY_ASSIGN_OR_RETURN(const int64_t id, item.Id("id"));
    coco.categories.push_back(id);
    return {};
  }));
  std::ranges::sort(coco.categories);
  const auto twice = std::ranges::adjacent_find(coco.categories);
  if (twice != coco.categories.end()) {
    return Error(fmt::format("categories: found id {} a second time", *twice));
  }
  ASSAY_RETURN_IF_ERROR(
      ForEachItem(root, "annotations", [&](const Item& item) { return AddObject(item, coco); }));
  return coco;
}

// Outlines, nearly all of a file's bytes, are passed over while it is read.
bool KeepAllButOutlines(int, json::parse_event_t event, json& value) {
  return event != json::parse_event_t::key || value != "segmentation";
}

Result<CocoAnnotations> Parse(std::span<const uint8_t> bytes) {
  try {
    return Convert(json::parse(bytes.begin(), bytes.end(), KeepAllButOutlines));
  } catch (const json::parse_error& error) {
    return Error(fmt::format("not JSON from byte {} on", error.byte));
  } catch (const json::exception&) {  // Such as a number beyond double's range.
    return Error("not JSON: a value is out of range");
  }
}

}  // namespace

const CocoImage* CocoAnnotations::Find(int64_t id) const {
  const auto found = places.find(id);
  return found == places.end() ? nullptr : &images[found->second];
}

Result<std::shared_ptr<const CocoAnnotations>> ReadCoco(const std::filesystem::path& path) {
  static std::mutex mutex;
  static std::shared_ptr<const CocoAnnotations> last;
  ASSAY_ASSIGN_OR_RETURN(const auto bytes, ReadFile(path));
  Fingerprint hash;
  hash.Add(bytes);
  const std::lock_guard lock(mutex);
  if (last != nullptr && last->fingerprint == hash.hex()) return last;
  auto coco = Parse(bytes);
  if (!coco.ok()) return Error(fmt::format("{}: {}", path.string(), coco.message()));
  coco->fingerprint = hash.hex();
  last = std::make_shared<const CocoAnnotations>(*std::move(coco));
  return last;
}

}  // namespace assay::data
