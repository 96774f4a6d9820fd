#include "files.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace node_vfio {

namespace {

// include/linux/miscdevice.h: VFIO_MINOR, of the misc devices' major number.
constexpr unsigned kMiscMajor = 10;
constexpr unsigned kVfioMinor = 196;

}  // namespace

void Files::Add(int fd, FileKind kind) {
  const size_t needed = static_cast<size_t>(fd) + 1;
  if (files_.size() < needed) files_.resize(needed < 64 ? 64 : needed * 2);
  files_[fd] = {kind, false, 0};
}

bool Files::Leave(int fd) {
  File& file = files_[fd];
  file.users--;
  if (!file.closing || file.users != 0) return false;
  file = {};
  return true;
}

bool Files::Remove(int fd) {
  File& file = files_[fd];
  file.closing = true;
  if (file.users != 0) return false;
  file = {};
  return true;
}

void Files::CloseAll() {
  for (size_t fd = 0; fd < files_.size(); fd++) {
    if (Has(static_cast<int>(fd)) && Remove(static_cast<int>(fd))) close(static_cast<int>(fd));
  }
}

FileKind KindOf(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode)) return FileKind::kOther;
  const unsigned major_number = major(status.st_rdev);
  const unsigned minor_number = minor(status.st_rdev);
  if (major_number == kMiscMajor && minor_number == kVfioMinor) return FileKind::kContainer;
  char link[64];
  std::snprintf(link, sizeof link, "/sys/dev/char/%u:%u", major_number, minor_number);
  char target[512];
  const ssize_t length = readlink(link, target, sizeof target - 1);
  if (length <= 0) return FileKind::kOther;
  target[length] = '\0';
  if (std::strstr(target, "/vfio-dev/") != nullptr) return FileKind::kDevice;
  return std::strstr(target, "/virtual/vfio/") != nullptr ? FileKind::kGroup : FileKind::kOther;
}

}  // namespace node_vfio
