"""Landlock: rules of the Linux kernel that a process puts on itself and on all that it starts, for good.

Everything not named is refused. The interface: Documentation/userspace-api/landlock.rst of the kernel; its version (ABI)
says which rights the kernel knows, and a right that it does not know is not asked for.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterable

from .kernel import syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION = 1  # flag of create_ruleset
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = (1 << bit for bit in range(4))
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_FIRST = (1 << 13) - 1  # all of ABI 1: the four above; to remove, and to make each kind of file
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPE_ABSTRACT_SOCKETS, _SCOPE_SIGNALS = 1, 2

_READ = _EXECUTE | _READ_FILE | _READ_DIR
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
SIGNALS_SINCE = 6  # the first ABI that keeps signals inside


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """The version of Landlock that the kernel has.

    Raises:
        OSError: if it has none.
    """
    if sys.platform != "linux":
        raise OSError(f"{sys.platform} has no Landlock")
    return syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))


def restrict(reads: Iterable[str], writes: Iterable[str]) -> int:
    """Allow this process to read and run ``reads``, to do anything in ``writes``, and nothing else: the ABI used.

    TCP is refused from ABI 4 on (no other protocol is: that takes a network namespace); abstract Unix sockets and
    processes outside are out of reach from ABI 6 on. Needs ``no_new_privs``. Paths that are not there are left out.

    Raises:
        OSError: if the kernel refuses.
    """
    version = abi()
    rights = _FIRST
    for right, since in ((_REFER, 2), (_TRUNCATE, 3), (_IOCTL_DEV, 5)):
        if version >= since:
            rights |= right
    ruleset = _Ruleset(
        rights,
        _BIND_TCP | _CONNECT_TCP if version >= 4 else 0,
        _SCOPE_ABSTRACT_SOCKETS | _SCOPE_SIGNALS if version >= SIGNALS_SINCE else 0,
    )
    # An older kernel knows a shorter structure, and takes a longer one if what it does not know is zero.
    rules = syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(ctypes.sizeof(ruleset)), ctypes.c_uint32(0))
    try:
        for path in reads:
            _allow(rules, path, _READ)
        for path in writes:
            _allow(rules, path, rights)
        syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0))
    finally:
        os.close(rules)
    return version


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(file).st_mode):
            rights &= _OF_A_FILE
        syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(_Beneath(rights, file)), ctypes.c_uint32(0))
    finally:
        os.close(file)
