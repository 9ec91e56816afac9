#include "harness/gate/whereabouts.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace assay::gate {
namespace {

// Below are the descriptors that a child has for itself (measure/child.h).
constexpr int kLeastDescriptor = 16;

Status Failed() {
  return Error(std::string("memory cannot be shared with a process: ") + std::strerror(errno));
}

}  // namespace

Result<Whereabouts> Whereabouts::Map(int descriptor) {
  void* memory = mmap(nullptr, sizeof(Place), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {
    const Status failed = Failed();
    close(descriptor);
    return failed;
  }
  return Whereabouts(descriptor, static_cast<Place*>(memory));
}

Result<Whereabouts> Whereabouts::Make() {
  const int low = memfd_create("assay-whereabouts", MFD_CLOEXEC);
  const int descriptor = low < 0 ? -1 : fcntl(low, F_DUPFD, kLeastDescriptor);  // Inherited.
  const bool sized = descriptor >= 0 && ftruncate(descriptor, sizeof(Place)) == 0;
  if (low >= 0) close(low);
  if (!sized) return Failed();
  ASSAY_ASSIGN_OR_RETURN(Whereabouts made, Map(descriptor));
  made.Set(kNone, kNone);
  return made;
}

Result<Whereabouts> Whereabouts::Open(int descriptor) {
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return Map(descriptor);
}

Whereabouts::~Whereabouts() {
  if (place_ != nullptr) munmap(place_, sizeof(Place));
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace assay::gate
