"""System calls of Linux that the standard library has no function for."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION_3 = 0x20080522
CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x08000000, 0x10000000, 0x20000000, 0x40000000
_NOBODY = 65534


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *args: object) -> int:
    """The value of a system call.

    Raises:
        OSError: as the kernel says.
    """
    return _checked(_libc().syscall(ctypes.c_long(number), *args))


def _checked(value: int) -> int:
    if value < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return value


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _checked(_libc().prctl(option, ctypes.c_ulong(value), zero, zero, zero))


def die_with_parent(signal: int) -> None:
    """Have the kernel send ``signal`` to this process when the thread that started it ends."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal)


def adopt_orphans() -> None:
    """Make this process the parent of all descendants whose own parent ends, so that it can find and end them."""
    if sys.platform == "linux":
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def give_up_privileges() -> None:
    """Drop every capability, for good: no program that is started later gets any, whatever its file says.

    A superuser keeps what the owner of a file may do, and nothing more.
    """
    if sys.platform != "linux":
        return
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    number = _CAPSET.get(os.uname().machine)
    if number is not None:
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        syscall(number, header, (ctypes.c_uint32 * 6)())


def unshare_what_is_permitted() -> tuple[bool, bool]:
    """Leave the network, and the processes, that this process can see: whether it left either.

    A user namespace is tried first, as it needs no privilege; then what a superuser may do without one. The new process
    namespace holds for processes that are started from now on.
    """
    if sys.platform != "linux":
        return False, False
    rest = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC
    uid, gid = os.getuid(), os.getgid()
    for flags in (CLONE_NEWUSER | rest, rest, CLONE_NEWNET):
        if _libc().unshare(flags) == 0:
            if flags & CLONE_NEWUSER:
                _map_user(uid, gid)
            return True, bool(flags & CLONE_NEWPID)
    return False, False


def _map_user(uid: int, gid: int) -> None:
    """Call this process ``nobody`` in its user namespace; outside it stays who it was."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_NOBODY} {uid} 1"), ("gid_map", f"{_NOBODY} {gid} 1")):
        # A process without a mapping is `nobody` too, and can do less.
        with contextlib.suppress(OSError), open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123
            file.write(text)
