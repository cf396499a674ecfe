"""Where no sandbox can be had: which of the known causes it is, and what to do about it.

The kernel's answer is the same few words for all of them; its settings say which it is.
"""

import os
from collections.abc import Mapping
from pathlib import Path

APPARMOR = "proc/sys/kernel/apparmor_restrict_unprivileged_userns"
_SETTINGS = {  # which ordinary users need -> what it has to be, and what that stops
    "kernel.unprivileged_userns_clone": ("1", "ordinary users may make no namespaces"),
    "user.max_user_namespaces": ("15000", "no user namespace may be made"),
}
ONE_EACH = (
    "namespaces within bubblewrap's are refused here, so that each submission is given a sandbox"
    " of its own, which takes seconds more"
)
_OF_SANDBOX = ("namespace", "uid map", "RTM_NEWADDR", "mount", "Permission denied", "pivot_root",
               "not permitted", "clone", "Operation")  # fmt: skip


def remedy(said: str, root: Path = Path("/"), environment: Mapping[str, str] = os.environ) -> str:
    """A sentence on what to do; "" where `said` says that itself, or nothing is known.

    said: what was heard when it was tried. root: of the machine that is looked at.
    """
    if not any(word in said for word in _OF_SANDBOX):
        return ""
    if _read(root / APPARMOR) == "1" and os.geteuid() != 0:
        return (
            "AppArmor keeps ordinary users from namespaces, as on Ubuntu since 24.04:"
            " `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` lifts that until the"
            " machine starts again; the same line in a file of /etc/sysctl.d/ for good."
        )
    for name, (wanted, stops) in _SETTINGS.items():
        if _read(root / "proc/sys" / name.replace(".", "/")) == "0":
            return f"By {name}=0 {stops}: `sudo sysctl -w {name}={wanted}`."
    # Where the kernel counts them out, it is no container that forbids them.
    if (kind := container(root, environment)) and "exceeded" not in said:
        return _CONTAINERS[kind]
    return (
        "Something around this session refuses namespaces or mounts (another sandbox, an AppArmor"
        " profile, a service's restrictions): start it outside of that, from a login of its own."
    )


_CONTAINERS = {
    "kubernetes": (
        "This is a pod, which may make no namespaces: its securityContext needs"
        " `seccompProfile: {type: Unconfined}` and `procMount: Unmasked`, with `hostUsers: false`."
    ),
    "docker": (
        "This is a container, which may make no namespaces: start it with `--security-opt"
        " seccomp=unconfined --security-opt apparmor=unconfined --security-opt"
        " systempaths=unconfined`."
    ),
}


def container(root: Path = Path("/"), environment: Mapping[str, str] = os.environ) -> str:
    """What kind of container this process is in, "kubernetes" or "docker"; "" if in none."""
    if "KUBERNETES_SERVICE_HOST" in environment:
        return "kubernetes"
    marks = (root / ".dockerenv", root / "run/.containerenv")
    return "docker" if any(mark.exists() for mark in marks) else ""


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
