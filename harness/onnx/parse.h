// ParseFile: a protobuf message of a file that may be truncated, corrupt or hostile.
#pragma once

#include <filesystem>
#include <string_view>

#include "kernels/base/status.h"

namespace google::protobuf {
class MessageLite;
}

namespace assay::onnx {

// Fills `message` with the regular file `path`; memory stays proportional to the file's size, and
// messages nest at most 64 deep. `kind` ("model") is for the error, which names the file.
Status ParseFile(const std::filesystem::path& path, std::string_view kind,
                 google::protobuf::MessageLite& message);

}  // namespace assay::onnx
