// Interrupt latency: a thread raises an eventfd and notes when; whoever receives it says so. One
// interrupt is in flight at a time.
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "baseline.h"

namespace baseline {
namespace {

uint64_t raised_at = 0;
sem_t received;
std::vector<uint64_t> samples;
/// Never destroyed: the process may end in the middle of a round.
std::thread& raiser = *new std::thread;

void raise(int fd, int count) {
  for (int index = 0; index < count; ++index) {
    usleep(200);
    const uint64_t one = 1;
    raised_at = now();
    if (write(fd, &one, sizeof(one)) != sizeof(one)) return;
    sem_wait(&received);
  }
}

void receive() {
  samples.push_back(now() - raised_at);
  sem_post(&received);
}

/// The last round's thread has to be gone: it would take what the next one's is waiting for.
void reset() {
  if (raiser.joinable()) raiser.join();
  samples.clear();
  sem_init(&received, 0, 0);
}

/// raise(fd, count): starts the thread that raises; each one waits for `received()`.
napi_value start_raising(napi_env env, napi_callback_info info) {
  const Numbers in = numbers(env, info);
  reset();
  raiser = std::thread(raise, static_cast<int>(in.at[0]), static_cast<int>(in.at[1]));
  return nullptr;
}

napi_value note_received(napi_env, napi_callback_info) {
  receive();
  return nullptr;
}

/// The median of the latencies so far, in nanoseconds.
napi_value median(napi_env env, napi_callback_info) {
  if (samples.empty()) return number(env, -1);
  std::nth_element(samples.begin(), samples.begin() + samples.size() / 2, samples.end());
  return number(env, static_cast<double>(samples[samples.size() / 2]));
}

/// The same with a receiving C thread that waits in epoll: the median in nanoseconds.
napi_value epoll_latency(napi_env env, napi_callback_info info) {
  const Numbers in = numbers(env, info);
  const int fd = static_cast<int>(in.at[0]);
  const int count = static_cast<int>(in.at[1]);
  reset();
  std::thread receiver([fd, count] {
    const int poll = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event = {};
    event.events = EPOLLIN;
    epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    for (int index = 0; index < count;) {
      if (epoll_wait(poll, &event, 1, -1) != 1) continue;
      uint64_t value = 0;
      if (read(fd, &value, sizeof(value)) != sizeof(value)) continue;
      receive();
      ++index;
    }
    close(poll);
  });
  raiser = std::thread(raise, fd, count);
  receiver.join();
  return median(env, info);
}

}  // namespace

void define_latency(napi_env env, napi_value exports) {
  define(env, exports, "startRaising", start_raising);
  define(env, exports, "noteReceived", note_received);
  define(env, exports, "medianLatency", median);
  define(env, exports, "epollLatency", epoll_latency);
}

}  // namespace baseline
