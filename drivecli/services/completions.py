"""Putting completion into a shell: which file it reads, what must stand in it, and writing that whole or not at all."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drivecli.errors import NotUnderstood, Refused
from drivecli.settings import write_private

BEGIN, END = "# >>> drive completion >>>", "# <<< drive completion <<<"

LINES = {
    "bash": """\
_drive_first_tab() { eval "$(command drive completion bash 2>/dev/null)"; _drive_completion "$@" 2>/dev/null; }
complete -o nosort -F _drive_first_tab drive 2>/dev/null""",
    "zsh": """\
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
_drive_first_tab() { eval "$(command drive completion zsh 2>/dev/null)"; _drive_completion "$@" 2>/dev/null; }
compdef _drive_first_tab drive""",
    "fish": "command drive completion fish | source",
    "powershell": """\
if (Get-Command drive -ErrorAction SilentlyContinue) {
    & drive completion powershell | Out-String | Invoke-Expression
}""",
}
"""What each shell must run. It asks for the script at the first TAB, so no terminal opens later for it and an upgrade
brings the new one. Only PowerShell asks when it starts."""


@dataclass(frozen=True)
class Installed:
    """A shell that completes: which, the file it reads, and whether that file had to be changed."""

    shell: str
    file: str
    changed: bool


@dataclass(frozen=True)
class Plan:
    """What would be done: to which file, the lines of it that are drive's, and the file from then on."""

    shell: str
    file: Path
    lines: str
    content: bytes
    is_done: bool
    replaces: bool


def shell_of(env: Mapping[str, str]) -> str:
    """The shell in use. Raises NotUnderstood when the environment does not say, or names one that is not known."""
    named = Path(env.get("SHELL", "").replace("\\", "/")).name.removesuffix(".exe")
    if named in LINES:
        return named
    if _modules(env):
        return "powershell"
    known = ", ".join(LINES)
    said = f"Your shell is {named}, and completion is made for {known}." if named else "It is not known which shell."
    raise NotUnderstood(said, next=f"drive completion install SHELL   with one of: {known}")


def plan(shell: str, env: Mapping[str, str]) -> Plan:
    """What putting completion into this shell takes. Raises Refused when its file cannot be read."""
    path = _file_of(shell, env)
    try:
        old = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise _refused(path, "read", error) from None
    wide = old.startswith(b"\xff\xfe")  # as the older PowerShell writes
    text = old.decode("utf-16" if wide else "latin-1")  # whatever else it holds comes back byte for byte
    lines = f"{BEGIN}\n{LINES[shell]}\n{END}"
    new = _with(text, lines)
    content = b"\xff\xfe" + new.encode("utf-16-le") if wide else new.encode("latin-1")
    return Plan(shell, path, lines, content, is_done=new == text, replaces=_ours(text) is not None)


def install(plan: Plan) -> Installed:
    """Do what was planned. Raises Refused when the file cannot be written; it is then as it was."""
    if not plan.is_done:
        target = plan.file.resolve()  # where the file is a link, the link stays
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
            write_private(target, plan.content, replace=True)
            target.chmod(mode)
        except OSError as error:
            raise _refused(plan.file, "written", error) from None
    return Installed(plan.shell, str(plan.file), not plan.is_done)


def _with(text: str, lines: str) -> str:
    """The text with our lines: in the place of an older form of them, else at the end."""
    older = _ours(text)
    if older:
        return text[: older.start()] + lines + text[older.end() :]
    return text + ("" if not text or text.endswith("\n") else "\n") + lines + "\n"


def _ours(text: str) -> re.Match[str] | None:
    """Drive's lines in the text. A mark without its other half is not believed: what follows it may be anybody's."""
    return re.search(rf"{BEGIN}(?:(?!{BEGIN}).)*?{END}", text, re.DOTALL)


def _file_of(shell: str, env: Mapping[str, str]) -> Path:
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    if shell == "zsh":
        return Path(env.get("ZDOTDIR") or home) / ".zshrc"
    if shell == "fish":
        return Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "fish" / "completions" / "drive.fish"
    if shell == "powershell":
        return _profile(env)
    if sys.platform != "darwin":
        return home / ".bashrc"
    names = [home / name for name in (".bash_profile", ".bash_login", ".profile")]
    return next((path for path in names if path.exists()), names[0])  # a Mac's bash reads the first there is, no other


def _profile(env: Mapping[str, str]) -> Path:
    """Where PowerShell reads its profile. Only it knows: the documents of a user may lie anywhere."""
    import shutil
    import subprocess

    first = _modules(env).split(os.pathsep)[0]
    names = ("powershell", "pwsh") if "WindowsPowerShell" in first else ("pwsh", "powershell")
    program = next((found for name in names if (found := shutil.which(name, path=env.get("PATH")))), None)
    said = ""
    if program:
        asked = [program, "-NoProfile", "-NonInteractive", "-Command", "$PROFILE.CurrentUserCurrentHost"]
        try:
            said = subprocess.run(asked, capture_output=True, timeout=30, check=True, text=True).stdout.strip()
        except (OSError, ValueError, subprocess.SubprocessError):
            said = ""
    if not said:
        raise Refused(
            "PowerShell did not say where its profile is. Nothing was changed.",
            kind="no_profile",
            next="In PowerShell, type notepad $PROFILE and add: drive completion powershell | Out-String | iex",
        )
    return Path(said)


def _modules(env: Mapping[str, str]) -> str:
    """What only PowerShell, and every program of Windows, has in its environment. Python there shouts the names."""
    return env.get("PSModulePath") or env.get("PSMODULEPATH") or ""


def _refused(path: Path, what: str, error: OSError) -> Refused:
    return Refused(
        f"{path} cannot be {what}: {error.strerror}. Nothing was changed.",
        kind="read_only",
        next="drive completion --help   says how to do it by hand",
    )
