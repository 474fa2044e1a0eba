// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/request.h"

#include <algorithm>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plan/systems.h"
#include "support/error.h"

// The tables below are the contract: the schema is printed from them and requests are checked by
// them. What a schema cannot say (no tag twice, no mount over what boots the guest) is checked beside.
namespace kdevops::plan {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;
using Pointer = Json::json_pointer;
using support::Error;
using support::ExitCode;

namespace {

// In the order in which they are imported, which is kdevops's: lists of packages merge in it.
const Names all_profiles{"devel", "build-tools", "monitoring", "controller"};
/// controller makes a machine a host of virtual machines; a guest is none unless asked to be.
const Names default_profiles{"devel", "build-tools", "monitoring"};
const Names all_suites{"fstests", "blktests", "ltp", "mmtests", "pynfs", "gitr", "selftests", "sysbench"};
const Names platforms{"x86_64-linux", "aarch64-linux"};

/// What a string has to look like; the pattern is one both to ECMA-262 and to std::regex.
struct Form {
  const char* pattern;
  std::size_t longest;
  const char* is;      ///< "is no <is>"
  const char* hint;
};
constexpr Form host_name{"^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$", 63, "host name",
                         "letters, digits, '-' and '_', the first and last a letter or digit, at most 63"};
constexpr Form user_name_form{"^[a-z_][a-z0-9_-]*$", 31, "user name",
                              "a lower case letter or '_', then letters, digits, '_' and '-', at most 31"};
constexpr Form mount_point{"^(/(?!\\.{1,2}(/|$))[A-Za-z0-9._+@-]+)+$", 1024, "mount point",
                           "an absolute path of letters, digits and \"._+@-\", without \".\" and \"..\""};
constexpr Form tag_form{"^[A-Za-z0-9._-]+$", 36, "tag of a virtiofs share", "at most 36 letters, digits and \"._-\""};
constexpr Form mount_option{"^[A-Za-z0-9._=:+-]+$", 256, "mount option", "one option per string, such as \"ro\""};
constexpr Form package_form{"^[A-Za-z][A-Za-z0-9_-]*$", 128, "package name",
                            "an attribute of nixpkgs's package set that can name a flake input: letters, digits, '_', '-'"};
constexpr Form source_form{"^(/[^\\s\"\\\\#?%]+|(?!path:[^/])[a-z][a-z0-9+.-]*:[^\\s\"\\\\#]+)$", 2048, "source",
                           "an absolute path (nothing expands ~), a git URL, or a flake reference"};
constexpr Form ref_form{"^(?!-)[^\\s\"\\\\#?&%~^:*\\[]*$", 256, "branch, tag or commit", "what git check-ref-format allows"};
constexpr Form key_form{"^(ssh-(rsa|dss|ed25519)|ecdsa-sha2-nistp(256|384|521)|"
                        "sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\\.com) [A-Za-z0-9+/]+=*( [^\\r\\n]*)?$",
                        8192, "public SSH key", "one line of a .pub file: type, key, comment"};

/// Shares under these tags are what boots the guest.
const Names boot_tags{"store", "modules"};
/// Nothing may be mounted over or above these.
const Names boot_directories{"/nix/store", "/lib/modules"};

std::string listed(const Names& names) { return fmt::format("{}", fmt::join(names, " ")); }

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// One value of the request and where it is.
class Field {
 public:
  Field(const Json& value, std::string file, Pointer pointer = Pointer())
      : value_(value), file_(std::move(file)), pointer_(std::move(pointer)) {}

  Error error(const std::string& what, const std::string& hint = {}) const {
    return Error(ExitCode::configuration, what, file_ + "#" + pointer_.to_string(), hint);
  }

  /// Members in the order written, none of them null: an empty form field is one not given.
  std::vector<std::pair<std::string, Field>> members() const {
    if (!value_.is_object()) throw error("is no object");
    std::vector<std::pair<std::string, Field>> members;
    for (const auto& [name, value] : value_.items()) {
      if (!value.is_null()) members.emplace_back(name, Field(value, file_, pointer_ / name));
    }
    return members;
  }

  std::vector<Field> items() const {
    if (!value_.is_array()) throw error("is no array");
    std::vector<Field> items;
    for (std::size_t i = 0; i < value_.size(); ++i) items.emplace_back(value_[i], file_, pointer_ / i);
    return items;
  }

  bool boolean() const {
    if (!value_.is_boolean()) throw error("is neither true nor false");
    return value_.get<bool>();
  }

  bool is_boolean() const { return value_.is_boolean(); }

  std::string text(const Form& form) const {
    const auto text = string();
    // std::regex recurses for every character: length first.
    if (text.size() > form.longest || !std::regex_match(text, std::regex(form.pattern))) throw no(text, form.is, form.hint);
    return text;
  }

  std::string one_of(const Names& names, const char* is) const {
    auto text = string();
    if (!contains(names, text)) throw no(text, is, "there are: " + listed(names));
    return text;
  }

  /// Some of `names`, none twice, in the order of `names`.
  Names some_of(const Names& names, const char* is) const {
    std::set<std::string> chosen;
    for (const auto& item : items()) {
      const auto name = item.one_of(names, is);
      if (!chosen.insert(name).second) throw item.error(fmt::format("\"{}\" is there twice", name));
    }
    Names sorted;
    std::copy_if(names.begin(), names.end(), std::back_inserter(sorted),
                 [&](const auto& name) { return chosen.contains(name); });
    return sorted;
  }

 private:
  std::string string() const {
    if (!value_.is_string()) throw error("is no string");
    return value_.get<std::string>();
  }
  Error no(const std::string& text, const char* is, const std::string& hint) const {
    return error(fmt::format("{} is no {}", Json(text.substr(0, 80)).dump(-1, ' ', false, Json::error_handler_t::replace), is), hint);
  }

  const Json& value_;
  std::string file_;
  Pointer pointer_;
};

Error unknown_member(const Field& field, const Names& known) {
  return field.error("there is no such field", "there are: " + listed(known));
}

void check_mount(const Field& field, const std::string& point) {
  const auto below = [](const std::string& a, const std::string& b) { return a == b || a.starts_with(b + "/"); };
  for (const auto& directory : boot_directories) {
    if (below(point, directory) || below(directory, point)) {
      throw field.error(fmt::format("a mount at {} would hide {}, which boots the guest", point, directory));
    }
  }
}

void add_mount(ClosureRequest& request, const Field& field, GuestMount mount) {
  if (contains(boot_tags, mount.tag)) {
    throw field.error(fmt::format("the share \"{}\" is what boots the guest", mount.tag), "choose another tag");
  }
  for (const auto& other : request.mounts) {
    if (other.tag == mount.tag) {
      throw field.error(fmt::format("{} and {} have the same tag \"{}\"", other.mount_point, mount.mount_point, mount.tag));
    }
  }
  request.mounts.push_back(std::move(mount));
}

void read_shares(ClosureRequest& request, const Field& shares) {
  for (const auto& [point, share] : shares.members()) {
    const Json name = point;
    // The name of a member has no pointer of its own: the member's says which one is meant.
    try {
      Field(name, "").text(mount_point);
    } catch (const Error& e) {
      throw share.error(e.what(), e.hint());
    }
    check_mount(share, point);
    GuestMount mount{point, {}, {}};
    for (const auto& [member, field] : share.members()) {
      if (member == "tag") {
        mount.tag = field.text(tag_form);
      } else if (member == "options") {
        for (const auto& option : field.items()) mount.options.push_back(option.text(mount_option));
      } else {
        throw unknown_member(field, {"tag", "options"});
      }
    }
    if (mount.tag.empty()) throw share.error("a share needs a \"tag\"");
    add_mount(request, share, std::move(mount));
  }
}

void read_overrides(ClosureRequest& request, const Field& overrides, bool curated) {
  for (const auto& entry : overrides.items()) {
    std::string package, source, ref;
    for (const auto& [member, field] : entry.members()) {
      if (member == "pkg") {
        package = curated ? field.one_of(overridable_packages(), "package of the list; extra_overrides takes any")
                          : field.text(package_form);
      } else if (member == "src") {
        source = field.text(source_form);
      } else if (member == "ref") {
        ref = field.text(ref_form);
      } else {
        throw unknown_member(field, {"pkg", "src", "ref"});
      }
    }
    if (package.empty()) throw entry.error("an override needs a \"pkg\"");
    if (source.empty()) throw entry.error("an override needs a \"src\"");
    for (const auto& other : request.system.overrides) {
      if (other.package == package) throw entry.error(fmt::format("{} is overridden twice", package));
    }
    request.system.overrides.push_back({package, flake_reference(source, ref)});
  }
}

Json text_schema(const Form& form) { return {{"type", "string"}, {"pattern", form.pattern}, {"maxLength", form.longest}}; }

Json described(const char* description, Json schema) {
  schema["description"] = description;
  return schema;
}

Json names_schema(const Names& names, const Names& fallback) {
  return {{"type", {"array", "null"}},
          {"items", {{"enum", names}}},
          {"uniqueItems", true},
          {"default", fallback}};
}

Json overrides_schema(const Json& package) {
  return {{"type", {"array", "null"}},
          {"items",
           {{"type", "object"},
            {"properties", {{"pkg", package}, {"src", text_schema(source_form)}, {"ref", text_schema(ref_form)}}},
            {"required", {"pkg", "src"}},
            {"additionalProperties", false}}},
          {"default", Json::array()}};
}

/// A schema that takes null, too: the field is as if it were not given.
Json optional(Json schema) { return {{"anyOf", {std::move(schema), {{"type", "null"}}}}}; }

}  // namespace

ClosureRequest parse_closure_request(const std::string& text, const std::string& file) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::parse_error& e) {
    const std::string what = e.what();
    const auto prefix = what.find("] ");
    throw Error(ExitCode::configuration,
                "is no JSON: " + (prefix == std::string::npos ? what : what.substr(prefix + 2)), file);
  }
  static const Names known{"vm_name", "platform", "profiles", "test_suites", "shares", "overrides",
                           "extra_overrides", "ssh_keys", "user_name", "home", "update_lock"};
  ClosureRequest request;
  request.user = "kdevops";
  auto& system = request.system;
  system.name = "nixos";
  system.platform = platforms.front();
  system.backend = "imageless";
  system.kernel.flavor = "external";
  system.profiles = default_profiles;
  system.test_suites = all_suites;
  const auto members = Field(json, file).members();
  const Field* home = nullptr;
  for (const auto& [name, field] : members) {
    if (name == "vm_name") {
      system.name = field.text(host_name);
    } else if (name == "platform") {
      system.platform = field.one_of(platforms, "platform");
    } else if (name == "profiles") {
      system.profiles = field.some_of(all_profiles, "profile");
    } else if (name == "test_suites") {
      system.test_suites = field.some_of(all_suites, "test suite");
    } else if (name == "shares") {
      read_shares(request, field);
    } else if (name == "overrides" || name == "extra_overrides") {
      read_overrides(request, field, name == "overrides");
    } else if (name == "ssh_keys") {
      for (const auto& key : field.items()) request.ssh_keys.push_back(key.text(key_form));
    } else if (name == "user_name") {
      request.user = field.text(user_name_form);
      if (request.user == "root") throw field.error("root is there already", "name the unprivileged account");
    } else if (name == "home") {
      home = &field;
    } else if (name == "update_lock") {
      request.update_lock = field.boolean();
    } else {
      throw unknown_member(field, known);
    }
  }
  system.host_name = system.name;
  // Last, as it depends on the user's name and joins the shares.
  if (home != nullptr && (!home->is_boolean() || home->boolean())) {
    request.home = home->is_boolean() ? "/home/" + request.user : home->text(mount_point);
    check_mount(*home, request.home);
    const bool shared = std::any_of(request.mounts.begin(), request.mounts.end(),
                                    [&](const auto& mount) { return mount.mount_point == request.home; });
    if (!shared) add_mount(request, *home, {request.home, "home", {}});
  }
  return request;
}

std::string closure_request_schema() {
  Json share{{"type", "object"},
             {"properties",
              {{"tag", text_schema(tag_form)},
               {"options", {{"type", {"array", "null"}}, {"items", text_schema(mount_option)}}}}},
             {"required", {"tag"}},
             {"additionalProperties", false}};
  share["properties"]["tag"]["not"] = {{"enum", boot_tags}};
  auto user = text_schema(user_name_form);
  user["not"] = {{"const", "root"}};
  Json properties;
  properties["vm_name"] = described("Host name of the guest and name of its configuration's directory.",
                                    optional(text_schema(host_name)));
  properties["vm_name"]["default"] = "nixos";
  properties["platform"] = described("What the guest runs on.", optional({{"enum", platforms}}));
  properties["platform"]["default"] = platforms.front();
  properties["profiles"] = described("Feature sets. controller makes the guest a host of virtual machines itself.",
                                     names_schema(all_profiles, default_profiles));
  properties["test_suites"] = described("Test suites whose programs are in the closure.",
                                        names_schema(all_suites, all_suites));
  properties["shares"] = described("virtiofs shares by mount point in the guest. The tag is how its hypervisor names one.",
                                   {{"type", {"object", "null"}},
                                    {"propertyNames", text_schema(mount_point)},
                                    {"additionalProperties", share},
                                    {"default", Json::object()}});
  properties["overrides"] = described("Packages built from other sources: an absolute path, a git URL or a flake reference.",
                                      overrides_schema({{"enum", overridable_packages()}}));
  properties["extra_overrides"] = described("The same for any other package of nixpkgs.",
                                            overrides_schema(text_schema(package_form)));
  properties["ssh_keys"] = described("Public keys that log in to root and the unprivileged account.",
                                     {{"type", {"array", "null"}}, {"items", text_schema(key_form)}, {"default", Json::array()}});
  properties["user_name"] = described("Unprivileged account.", optional(std::move(user)));
  properties["user_name"]["default"] = "kdevops";
  properties["home"] = described("Mount the share \"home\" as root's home directory: at /home/<user_name>, or at a path.",
                                 {{"anyOf", {{{"type", {"boolean", "null"}}}, text_schema(mount_point)}}, {"default", false}});
  properties["update_lock"] = described("Lock the library anew instead of keeping what flake.lock has.",
                                        {{"type", {"boolean", "null"}}, {"default", false}});
  const Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "NixOS closure request"},
                    {"description", "What `nixos-build closure --request` takes. null is as if the field were not given."},
                    {"type", "object"},
                    {"properties", std::move(properties)},
                    {"additionalProperties", false}};
  return schema.dump(2) + "\n";
}

}  // namespace kdevops::plan
