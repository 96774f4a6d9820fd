// Listeners on eventfds, on the environment's own event loop.
#pragma once

#include <node_api.h>
#include <uv.h>

#include <cstdint>
#include <functional>
#include <map>

namespace node_vfio {

struct Environment;
struct Watch;

class Watches {
 public:
  // Starts to watch; its number, or a negative errno (EEXIST: the descriptor is watched already).
  int64_t Open(Environment& environment, int fd, napi_value listener);

  // The watch of a number, nullptr where there is none.
  Watch* Find(int64_t number) const;

  void Reference(Watch* watch, bool hold);
  void Close(Watch* watch);

  // Stops the watch on a descriptor that is about to be closed.
  void CloseOf(int fd);

  // Stops everything; `done` is called once libuv has let go of the last one.
  void CloseAll(std::function<void()> done);

 private:
  static void OnReadable(uv_poll_t* poll, int status, int events);
  static void OnClosed(uv_handle_t* handle);

  std::map<int64_t, Watch*> watches_;  // by number; a number is never used again
  int64_t next_ = 0;
  size_t alive_ = 0;  // including those that libuv still closes
  std::function<void()> done_;
};

}  // namespace node_vfio
