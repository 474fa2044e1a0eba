// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/kvm_probe.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace kdevops::support {

namespace {

#if defined(__x86_64__)

constexpr std::size_t kMemory = 4 << 20;
constexpr std::uint64_t kCode = 0x1000, kPml4 = 0x2000, kPdpt = 0x3000, kPd = 0x4000, kStack = 0x8000;
constexpr std::uint16_t kPort = 0x3f8;
constexpr unsigned char kAnswer = 'k';

/// Exit codes of the child.
enum Outcome : int { ran = 0, no_device = 1, no_machine = 2, wrong_exit = 3 };

// mov $0xffffff,%ecx; 1: dec %ecx; jnz 1b; mov $0x3f8,%edx; mov $'k',%al; out %al,(%dx); hlt
constexpr unsigned char kProgram[] = {0xb9, 0xff, 0xff, 0xff, 0x00, 0xff, 0xc9, 0x75, 0xfc,
                                      0xba, 0xf8, 0x03, 0x00, 0x00, 0xb0, 0x6b, 0xee, 0xf4};

void enter_long_mode(unsigned char* memory, kvm_sregs& state) {
  const auto entry = [&](std::uint64_t table, std::size_t index, std::uint64_t value) {
    std::memcpy(memory + table + 8 * index, &value, sizeof value);
  };
  entry(kPml4, 0, kPdpt | 3);
  entry(kPdpt, 0, kPd | 3);
  entry(kPd, 0, 0x83);  // the first two 2 MiB pages onto themselves
  entry(kPd, 1, 0x200083);
  state.cr3 = kPml4;
  state.cr4 = 0x20;         // PAE
  state.cr0 = 0x80050033;   // PG AM WP NE ET MP PE
  state.efer = 0x500;       // LMA LME
  kvm_segment segment{};
  segment.limit = 0xffffffff;
  segment.present = segment.s = segment.g = 1;
  segment.selector = 8;
  segment.type = 11;
  segment.l = 1;
  state.cs = segment;
  segment.selector = 16;
  segment.type = 3;
  segment.l = 0;
  segment.db = 1;
  state.ds = state.es = state.fs = state.gs = state.ss = segment;
}

/// Runs in the child, between fork and _exit: system calls only.
Outcome run_guest() {
  const int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (kvm < 0) return no_device;
  const int vm = ioctl(kvm, KVM_CREATE_VM, 0);
  void* memory = mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (vm < 0 || memory == MAP_FAILED) return no_machine;
  kvm_userspace_memory_region region{};
  region.memory_size = kMemory;
  region.userspace_addr = reinterpret_cast<std::uint64_t>(memory);
  if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0) return no_machine;
  const int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
  const int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  if (vcpu < 0 || size <= 0) return no_machine;
  void* shared = mmap(nullptr, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  if (shared == MAP_FAILED) return no_machine;

  auto* bytes = static_cast<unsigned char*>(memory);
  std::memcpy(bytes + kCode, kProgram, sizeof kProgram);
  kvm_sregs special{};
  if (ioctl(vcpu, KVM_GET_SREGS, &special) < 0) return no_machine;
  enter_long_mode(bytes, special);
  if (ioctl(vcpu, KVM_SET_SREGS, &special) < 0) return no_machine;
  kvm_regs registers{};
  registers.rip = kCode;
  registers.rsp = kStack;
  registers.rflags = 2;
  if (ioctl(vcpu, KVM_SET_REGS, &registers) < 0) return no_machine;

  const auto* run = static_cast<const kvm_run*>(shared);
  while (ioctl(vcpu, KVM_RUN, 0) < 0) {
    if (errno != EINTR && errno != EAGAIN) return wrong_exit;
  }
  const bool wrote = run->exit_reason == KVM_EXIT_IO && run->io.port == kPort &&
                     static_cast<const unsigned char*>(shared)[run->io.data_offset] == kAnswer;
  return wrote ? ran : wrong_exit;
}

#endif

}  // namespace

KvmProbe probe_kvm(std::chrono::milliseconds deadline) {
  const int device = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (device < 0) return {false, fmt::format("/dev/kvm: {}", std::strerror(errno))};
  close(device);
#if defined(__x86_64__)
  const pid_t child = fork();
  if (child < 0) return {false, fmt::format("fork: {}", std::strerror(errno))};
  if (child == 0) _exit(run_guest());

  const auto end = std::chrono::steady_clock::now() + deadline;
  auto pause = std::chrono::microseconds(500);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= end) {
      kill(child, SIGKILL);
      // Reaped when it can be: a vCPU stuck inside the kernel must not take us with it.
      for (int i = 0; i < 100 && waitpid(child, &status, WNOHANG) == 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      return {false, fmt::format("/dev/kvm is there, but its virtual processor needs more than {} ms "
                                 "for what takes 30 ms", deadline.count())};
    }
    std::this_thread::sleep_for(pause);
    if (pause < std::chrono::milliseconds(10)) pause *= 2;
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == ran) return {true, ""};
  if (WIFEXITED(status) && WEXITSTATUS(status) == no_machine) {
    return {false, "/dev/kvm cannot make a virtual machine"};
  }
  return {false, "/dev/kvm made a virtual processor that does not run 64-bit code"};
#else
  return {true, ""};  // the hang this looks for is one of x86
#endif
}

}  // namespace kdevops::support
