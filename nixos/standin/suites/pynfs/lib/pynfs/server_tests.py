# SPDX-License-Identifier: GPL-2.0-or-later
"""What the stand-in asks a server: each test through the kernel's client, checked on the server's side.

Codes and names follow pynfs's; what a test does is the file system's view of the same operation.
"""

import errno
import fcntl
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path


def suite(name):
    def mark(function):
        function.suite = name
        return function
    return mark


def refused(t, number, what, operation, *arguments):
    try:
        operation(*arguments)
    except OSError as error:
        if error.errno != number:
            t.fail(f"{what} should return {errno.errorcode[number]}, instead got {errno.errorcode[error.errno]}")
        return
    t.fail(f"{what} should return {errno.errorcode[number]}, instead got NFS4_OK")


def clients(minor):
    """What the server knows of its clients of this minor version."""
    for info in Path("/proc/fs/nfsd/clients").glob("*/info"):
        text = info.read_text()
        if f"minor version: {minor}" in text:
            yield info.parent, text


@suite("st_access")
def testAccess(t, env):
    """ACCESS: what the mode forbids is refused to another user

    FLAGS: access all
    CODE: ACC1
    """
    path = env.here / "mine"
    path.write_text("x")
    path.chmod(0o600)
    child = subprocess.run([sys.executable, "-c", f"open({str(path)!r})"], user=65534, group=65534,
                           stderr=subprocess.PIPE, text=True)
    if "PermissionError" not in child.stderr:
        t.fail(f"Opening another user's file should return NFS4ERR_ACCESS, instead got {child.stderr or 'NFS4_OK'}")


@suite("st_commit")
def testCommit(t, env):
    """COMMIT: what was synced is on the server

    FLAGS: commit all
    CODE: CMT1
    """
    data = hashlib.sha256(b"seed").digest() * 8192
    with open(env.here / "file", "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
        if (env.there / "file").read_bytes() != data:
            t.fail("The server has other data than the client has committed")


@suite("st_create")
def testDir(t, env):
    """CREATE: a directory, with its mode

    FLAGS: create all
    CODE: CR1
    """
    os.mkdir(env.here / "dir", 0o750)
    mode = stat.S_IMODE((env.there / "dir").stat().st_mode)
    if mode != 0o750:
        t.fail(f"The directory's mode should be 0750, instead got {mode:o}")


@suite("st_create")
def testLink(t, env):
    """CREATE: a symbolic link

    FLAGS: create all
    CODE: CR2
    DEPEND: CR1
    """
    os.symlink("/etc/nothing here", env.here / "link")
    if os.readlink(env.there / "link") != "/etc/nothing here":
        t.fail("READLINK should return the text that was linked")


@suite("st_create")
def testInvalidUtf8(t, env):
    """CREATE: a name that is not UTF-8 must be refused; Linux takes it

    FLAGS: create utf8 all
    CODE: CR15
    """
    refused(t, errno.EINVAL, "Creating a directory named 'c0 c1'", os.mkdir, os.fsencode(env.here) + b"/\xc0\xc1")


@suite("st_create")
def testInvalidUtf8Again(t, env):
    """CREATE: and must still not be there

    FLAGS: create utf8 all
    CODE: CR16
    DEPEND: CR15
    """
    if os.listdir(env.here):
        t.fail("The directory should be empty")


@suite("st_link")
def testFile(t, env):
    """LINK: two names, one file

    FLAGS: link all
    CODE: LINK1
    """
    (env.here / "a").write_text("a")
    os.link(env.here / "a", env.here / "b")
    if (env.there / "a").stat().st_nlink != 2 or not os.path.samefile(env.there / "a", env.there / "b"):
        t.fail("LINK should make a second name of the same file")


@suite("st_lock")
def testConflict(t, env):
    """LOCK: one range, two owners

    FLAGS: lock all
    CODE: LOCK1
    """
    (env.here / "file").write_bytes(b"x" * 100)
    with open(env.there / "file", "r+b") as server, open(env.here / "file", "r+b") as client:
        fcntl.lockf(server, fcntl.LOCK_EX, 50, 0)
        fcntl.lockf(client, fcntl.LOCK_EX | fcntl.LOCK_NB, 50, 50)
        refused(t, errno.EAGAIN, "LOCK of a locked range", fcntl.lockf, client, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 0)


@suite("st_locku")
def testUnlock(t, env):
    """LOCKU: an unlocked range can be locked by another

    FLAGS: locku lock all
    CODE: LKU1
    DEPEND: LOCK1
    """
    (env.here / "file").write_bytes(b"x" * 100)
    with open(env.there / "file", "r+b") as server, open(env.here / "file", "r+b") as client:
        fcntl.lockf(client, fcntl.LOCK_EX, 50, 0)
        refused(t, errno.EAGAIN, "A local lock", fcntl.lockf, server, fcntl.LOCK_EX | fcntl.LOCK_NB, 50, 0)
        fcntl.lockf(client, fcntl.LOCK_UN, 50, 0)
        fcntl.lockf(server, fcntl.LOCK_EX | fcntl.LOCK_NB, 50, 0)


@suite("st_open")
def testCreateExclusive(t, env):
    """OPEN: an exclusive create succeeds once

    FLAGS: open all
    CODE: OPEN4
    """
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    os.close(os.open(env.here / "file", flags, 0o640))
    refused(t, errno.EEXIST, "A second exclusive create", os.open, env.here / "file", flags)
    if stat.S_IMODE((env.there / "file").stat().st_mode) != 0o640:
        t.fail("Exclusive create should leave the mode that was asked for")


@suite("st_open")
def testUnlinked(t, env):
    """OPEN: an open file outlives its name

    FLAGS: open all
    CODE: OPEN9
    """
    with open(env.here / "file", "w+b") as file:
        file.write(b"still here")
        file.flush()
        os.unlink(env.here / "file")
        if [n for n in os.listdir(env.there) if not n.startswith(".nfs")]:
            t.fail("REMOVE should take the name away")
        file.seek(0)
        if file.read() != b"still here":
            t.fail("The data should be there until CLOSE")


@suite("st_read")
def testHole(t, env):
    """READ: holes are zeros

    FLAGS: read all
    CODE: RD1
    """
    with open(env.there / "file", "wb") as out:
        out.seek(1 << 20)
        out.write(b"end")
    if (env.here / "file").read_bytes() != bytes(1 << 20) + b"end":
        t.fail("READ should return zeros and then the data")


@suite("st_readdir")
def testMany(t, env):
    """READDIR: every entry, once

    FLAGS: readdir all
    CODE: RDDR1
    """
    names = {f"entry-{n:04}" for n in range(200)}
    for name in names:
        (env.there / name).touch()
    seen = os.listdir(env.here)
    if len(seen) != 200 or set(seen) != names:
        t.fail(f"READDIR should return 200 names, instead got {len(seen)}")


@suite("st_remove")
def testNotEmpty(t, env):
    """REMOVE: a directory that is not empty stays

    FLAGS: remove all
    CODE: RM7
    """
    (env.here / "dir/inner").mkdir(parents=True)
    refused(t, errno.ENOTEMPTY, "REMOVE of a directory with an entry", os.rmdir, env.here / "dir")


@suite("st_rename")
def testReplace(t, env):
    """RENAME: the new name's old file is replaced

    FLAGS: rename all
    CODE: RNM1
    """
    (env.here / "old").write_text("old")
    (env.here / "new").write_text("new")
    os.rename(env.here / "old", env.here / "new")
    if (env.there / "new").read_text() != "old" or (env.there / "old").exists():
        t.fail("RENAME should leave the old file under the new name alone")


@suite("st_setattr")
def testSize(t, env):
    """SETATTR: size, mode and times

    FLAGS: setattr all
    CODE: SATT1
    """
    path = env.here / "file"
    path.write_text("0123456789")
    os.truncate(path, 4)
    path.chmod(0o604)
    os.utime(path, (1000, 2000))
    at = (env.there / "file").stat()
    if (at.st_size, stat.S_IMODE(at.st_mode), int(at.st_mtime)) != (4, 0o604, 2000):
        t.fail(f"The server should have size 4, mode 604, time 2000, instead got {at}")


@suite("st_setclientid")
def testConfirmed(t, env):
    """SETCLIENTID_CONFIRM: the server knows a confirmed client

    FLAGS: setclientid all
    CODE: CID1
    """
    known = [text for _, text in clients(0)]
    if not any("status: confirmed" in text for text in known):
        t.fail(f"A client of minor version 0 should be confirmed, instead got {known}")


@suite("st_exchange_id")
def testSession(t, env):
    """CREATE_SESSION: the server knows a confirmed client with callbacks

    FLAGS: exchange_id all
    CODE: EID1
    """
    known = [text for _, text in clients(1)]
    if not any("status: confirmed" in text for text in known):
        t.fail(f"A client of minor version 1 should be confirmed, instead got {known}")


@suite("st_delegation")
def testReadDelegation(t, env):
    """OPEN: a delegation, when the server likes

    FLAGS: deleg
    CODE: DELEG1
    DEPEND: EID1
    """
    (env.there / "file").write_text("read me")
    with open(env.here / "file", "rb") as file:
        file.read()
        states = "".join((client / "states").read_text() for client, _ in clients(1))
        if "type: deleg" not in states:
            t.pass_warn("The server gave no delegation")


@suite("st_xattr")
def testGetXattr(t, env):
    """GETXATTR: only in minor version 2

    FLAGS: xattr
    CODE: XATT1
    VERS: 2-
    """
    os.setxattr(env.here, "user.a", b"b")


@suite("st_write")
def testLarge(t, env):
    """WRITE: four MiB, back to front

    FLAGS: write all
    CODE: WRT1
    """
    block = bytes(range(256)) * 256
    with open(env.here / "file", "wb") as out:
        for n in reversed(range(64)):
            out.seek(n * len(block))
            out.write(block)
    if (env.there / "file").read_bytes() != block * 64:
        t.fail("The server has other data than was written")


@suite("st_reboot")
def testHang(t, env):
    """WRITE: to a file system that is frozen and stays so; the watchdog's business

    FLAGS: dangerous
    CODE: HANG1
    """
    mountpoint = subprocess.run(["findmnt", "--noheadings", "--output", "TARGET", "--target", env.export], check=True,
                                stdout=subprocess.PIPE, text=True).stdout.strip()
    if mountpoint == "/":
        t.fail_support("the export has no file system of its own")
    with open(env.here / "file", "wb") as out:
        subprocess.run(["fsfreeze", "--freeze", mountpoint], check=True)
        out.write(b"never")


@suite("st_reboot")
def testPanic(t, env):
    """The server crashes

    FLAGS: dangerous
    CODE: PANIC1
    """
    Path("/proc/sysrq-trigger").write_text("c")


ONLY = {"CID1": 0, "EID1": 1, "DELEG1": 1, "XATT1": 1}


def of_version(minor):
    found = [each for name, each in globals().items() if name.startswith("test")]
    return [each for each in found if not any(f"CODE: {code}\n" in each.__doc__ and version != minor
                                              for code, version in ONLY.items())]
