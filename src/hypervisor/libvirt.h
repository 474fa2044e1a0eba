// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "hypervisor/hypervisor.h"
#include "hypervisor/libvirt_handles.h"

namespace kdevops::hypervisor {

/// The Hypervisor on libvirt's C API. One connection, used by all threads: libvirt allows it.
class Libvirt final : public Hypervisor {
 public:
  explicit Libvirt(std::string uri);

  std::string uri() const override { return uri_; }
  bool local() const override;
  Host host() override;
  QemuUser qemu_user() override;

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
  void set_network_autostart(const std::string& name) override;
  bool add_reservation(const std::string& network, const Reservation& reservation) override;
  void remove_reservation(const std::string& network, const std::string& mac) override;
  std::vector<Lease> leases(const std::string& network) override;

  void create_volumes(const std::string& directory, const std::vector<Volume>& volumes) override;
  void write_volume(const std::string& directory, const std::string& name,
                    const std::string& bytes) override;
  void remove_volume(const std::string& directory, const std::string& name) override;
  std::vector<Volume> volumes(const std::string& directory) override;
  std::string read_volume(const std::string& directory, const std::string& name, std::size_t offset) override;
  void remove_directory(const std::string& directory) override;

  void console(const std::string& name, std::stop_token stop) override;

 private:
  DomainHandle find_domain(const std::string& name);
  /// Throws when there is no such domain.
  DomainHandle need_domain(const std::string& name);
  NetworkHandle find_network(const std::string& name);
  NetworkHandle need_network(const std::string& name);
  /// A pool on `directory`, an existing one or a transient one that ends with the returned object;
  /// nullptr when the directory does not exist and `make` is false.
  class Pool;
  std::unique_ptr<Pool> open_pool(const std::string& directory, bool make);

  std::string uri_;
  Connection connection_;
};

}  // namespace kdevops::hypervisor
