// SPDX-License-Identifier: GPL-2.0-or-later
#include <atomic>
#include <string>

#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>

#include "hypervisor/libvirt.h"

namespace kdevops::hypervisor {

namespace {

constexpr char kEscape = 0x1d;  // ^]

/// The terminal in raw mode while this object lives.
class RawTerminal {
 public:
  RawTerminal() {
    valid_ = tcgetattr(STDIN_FILENO, &saved_) == 0;
    if (!valid_) return;
    termios raw = saved_;
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  }
  ~RawTerminal() {
    if (valid_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  termios saved_{};
  bool valid_ = false;
};

/// Both directions of one console. All members are touched by the event loop's thread only.
struct Session {
  virStreamPtr stream = nullptr;
  int input_watch = -1;
  std::string to_guest;
  bool over = false;

  void watch_stream() {
    const int writable = to_guest.empty() ? 0 : VIR_STREAM_EVENT_WRITABLE;
    virStreamEventUpdateCallback(stream, VIR_STREAM_EVENT_READABLE | writable);
  }

  void on_stream(int events) {
    if (events & VIR_STREAM_EVENT_READABLE) {
      char buffer[4096];
      const int got = virStreamRecv(stream, buffer, sizeof buffer);
      if (got == 0 || got == -1) over = true;
      for (int done = 0; done < got;) {
        const auto wrote = write(STDOUT_FILENO, buffer + done, static_cast<std::size_t>(got - done));
        if (wrote <= 0) {
          over = true;
          break;
        }
        done += static_cast<int>(wrote);
      }
    }
    if ((events & VIR_STREAM_EVENT_WRITABLE) && !to_guest.empty()) {
      const int sent = virStreamSend(stream, to_guest.data(), to_guest.size());
      if (sent == -1) over = true;
      if (sent > 0) to_guest.erase(0, static_cast<std::size_t>(sent));
      watch_stream();
    }
    if (events & (VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP)) over = true;
  }

  void on_input() {
    char buffer[1024];
    const auto got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got <= 0) {
      over = true;
      return;
    }
    const std::string typed(buffer, static_cast<std::size_t>(got));
    const auto escape = typed.find(kEscape);
    if (escape != std::string::npos) over = true;
    to_guest += typed.substr(0, escape);
    watch_stream();
  }
};

}  // namespace

void Libvirt::console(const std::string& name, std::stop_token stop) {
  // Streams that do not block need an event loop, which must exist before the connection does.
  if (virEventRegisterDefaultImpl() < 0) throw libvirt_error("cannot make an event loop", name);
  const Connection connection(virConnectOpen(uri_.c_str()));
  if (!connection) throw libvirt_error("cannot connect to libvirt", uri_);
  const DomainHandle domain(virDomainLookupByName(connection.get(), name.c_str()));
  if (!domain) throw libvirt_error("there is no such domain", name);
  const StreamHandle stream(virStreamNew(connection.get(), VIR_STREAM_NONBLOCK));
  if (!stream || virDomainOpenConsole(domain.get(), nullptr, stream.get(), 0) < 0) {
    throw libvirt_error("cannot open the console", name);
  }
  fmt::print(stderr, "Connected to {}; ^] leaves the console.\n", name);

  Session session;
  session.stream = stream.get();
  {
    const RawTerminal raw;
    virStreamEventAddCallback(
        stream.get(), VIR_STREAM_EVENT_READABLE,
        [](virStreamPtr, int events, void* opaque) { static_cast<Session*>(opaque)->on_stream(events); },
        &session, nullptr);
    session.input_watch = virEventAddHandle(
        STDIN_FILENO, VIR_EVENT_HANDLE_READABLE,
        [](int, int, int, void* opaque) { static_cast<Session*>(opaque)->on_input(); }, &session,
        nullptr);
    // Wakes the loop, so that a stop request is seen within a quarter of a second.
    const int timer = virEventAddTimeout(250, [](int, void*) {}, nullptr, nullptr);
    while (!session.over && !stop.stop_requested() && virEventRunDefaultImpl() == 0) {
    }
    virEventRemoveTimeout(timer);
    virEventRemoveHandle(session.input_watch);
    virStreamEventRemoveCallback(stream.get());
    virStreamAbort(stream.get());
  }
  fmt::print(stderr, "\n");
}

}  // namespace kdevops::hypervisor
