// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "hypervisor/hypervisor.h"

namespace kdevops::hypervisor {

/// A hypervisor in memory, for tests: it keeps what it is told and runs nothing.
class FakeHypervisor final : public Hypervisor {
 public:
  FakeHypervisor();

  std::string uri() const override { return "fake:///"; }
  bool local() const override { return true; }
  Host host() override { return facts; }
  QemuUser qemu_user() override { return {}; }

  std::vector<Domain> domains() override;
  std::optional<Domain> domain(const std::string& name) override;
  void define(const std::string& xml) override;
  void start(const std::string& name) override;
  void shut_down(const std::string& name) override;
  void power_off(const std::string& name) override;
  void undefine(const std::string& name) override;

  std::optional<Network> network(const std::string& name) override;
  void define_network(const std::string& xml) override;
  void start_network(const std::string& name) override;
  void set_network_autostart(const std::string&) override {}
  bool add_reservation(const std::string& network, const Reservation& reservation) override;
  void remove_reservation(const std::string& network, const std::string& mac) override;
  std::vector<Lease> leases(const std::string& network) override;

  void create_volumes(const std::string& directory, const std::vector<Volume>& volumes) override;
  void write_volume(const std::string& directory, const std::string& name,
                    const std::string& bytes) override;
  void remove_volume(const std::string& directory, const std::string& name) override;
  std::vector<Volume> volumes(const std::string& directory) override;
  std::string read_volume(const std::string&, const std::string&, std::size_t) override { return {}; }
  void remove_directory(const std::string& directory) override;

  void console(const std::string&, std::stop_token) override {}

  /// Called before every changing call with "<verb> <object>", outside the lock; may throw to make
  /// the call fail, or act as the guest.
  std::function<void(const std::string& call)> on_call;

  /// Every changing call so far, in order.
  std::vector<std::string> calls() const;
  /// The definition of a domain, as it was given.
  std::string xml(const std::string& name) const;
  void set_state(const std::string& name, State state);
  void add_lease(const Lease& lease);

  Host facts{16384, 8};
  bool ignores_power_button = false;

 private:
  struct Record {
    std::string uuid, xml;
    State state = State::off;
  };
  void note(const std::string& call);
  static Domain describe(const std::string& name, const Record& record);

  mutable std::mutex mutex_;
  std::map<std::string, Record> domains_;
  std::map<std::string, Network> networks_;
  std::vector<Lease> leases_;
  std::map<std::string, std::map<std::string, Volume>> directories_;
  std::vector<std::string> calls_;
};

}  // namespace kdevops::hypervisor
