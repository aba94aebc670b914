"""Workspaces: where ontology, data and queries lie, in a checkout, a user's folder or the wheel."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from heritagekg.errors import FileSyntaxError, WorkspaceError

# The graph of `data/countries/fr.ttl` is <https://w3id.org/heritagekg/data/countries/fr>.
GRAPHS = "https://w3id.org/heritagekg/"
# A file that a person keeps is far smaller; one beyond this is a dump that went astray.
LARGEST = 128 << 20
# What a file name may hold and an IRI may not, or not mean literally.
_UNLIKE_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\[\]%?#\udc80-\udcff]')
# Where pipes are meant to be read: standard input, and what a shell puts in place of `<(…)`.
_PIPES = ("/dev/", "/proc/")
# Section -> (folder, whether its subfolders belong to it, ending).
SECTIONS = {
    "ontology": ("ontology", False, ".ttl"),
    "alignments": ("ontology/alignments", False, ".ttl"),
    "shapes": ("ontology/shapes", False, ".ttl"),
    "data": ("data", True, ".ttl"),
    "queries": ("queries", True, ".rq"),
}


class WorkspaceFile(NamedTuple):
    """One file of a workspace: its location on disk, its name in the workspace, its named graph."""

    location: str
    name: str
    graph: str

    @property
    def path(self) -> Path:
        """The location as a path; made when it is asked for, since most files are only listed."""
        return Path(self.location)


class Workspace:
    """A folder with `ontology/`, `data/` and `queries/`; *base* lies beneath it.

    A folder without `ontology/heritagekg.ttl` extends the shipped workspace: files that it does
    not have itself are taken from there.

    Examples
    --------
    >>> shipped = Workspace.shipped()
    >>> [file.name for file in shipped.files("ontology")]
    ['ontology/concepts.ttl', 'ontology/heritagekg.ttl', 'ontology/prefixes.ttl']
    >>> shipped.files("data")[0].graph.startswith("https://w3id.org/heritagekg/data/")
    True
    """

    __slots__ = ("base", "root")

    def __init__(self, root: Path, base: Workspace | None = None) -> None:
        self.root = root
        self.base = base

    @classmethod
    def shipped(cls) -> Workspace:
        """Return the workspace that comes with heritagekg, from the checkout or the wheel."""
        package = Path(__file__).resolve().parent
        for root in (package / "shipped", package.parents[1]):
            if (root / "ontology" / "heritagekg.ttl").is_file():
                return cls(root)
        raise WorkspaceError(
            f"no shipped ontology beside {str(package)!r}: the installation is damaged, "
            "install heritagekg again"
        )

    @classmethod
    def at(cls, folder: str | os.PathLike[str]) -> Workspace:
        """Return the workspace whose root is *folder*.

        Raises
        ------
        WorkspaceError
            If the folder does not exist or has none of the sections of a workspace.
        """
        root = Path(folder)
        if not root.is_dir():
            raise WorkspaceError(f"no folder {str(folder)!r}")
        root = root.resolve()
        if (root / "ontology" / "heritagekg.ttl").is_file():
            return cls(root)
        workspace = cls(root, cls.shipped())
        if not any(workspace.own_files(section) for section in SECTIONS):
            raise WorkspaceError(
                f"{str(folder)!r} is no workspace: it has no Turtle file under data/ or ontology/ "
                "and no query under queries/"
            )
        return workspace

    @classmethod
    def around(cls, folder: Path) -> Workspace:
        """Return the workspace that *folder* is or lies in, or the shipped one."""
        for root in (folder, *folder.parents):
            if (root / "ontology" / "heritagekg.ttl").is_file() and (root / "data").is_dir():
                return cls.at(root)
        if _walk(folder / "data", True, ".ttl"):
            return cls.at(folder)
        # From within one that extends the shipped one, as git finds its repository.
        inside = folder
        for root in folder.parents:
            if inside.name in ("data", "ontology", "queries") and _walk(
                root / "data", True, ".ttl"
            ):
                return cls.at(root)
            inside = root
        return cls.shipped()

    def own_files(self, section: str) -> tuple[WorkspaceFile, ...]:
        """Return the files of *section* in this folder alone, sorted by name."""
        folder, deep, ending = SECTIONS[section]
        prefix = len(str(self.root)) + 1
        found = []
        for entry in _walk(self.root / folder, deep, ending):
            name = entry[prefix:].replace(os.sep, "/")
            found.append(WorkspaceFile(entry, printable(name), graph_of(name.removesuffix(ending))))
        return tuple(sorted(found, key=lambda file: file.name))

    def files(self, section: str) -> tuple[WorkspaceFile, ...]:
        """Return the files of *section*, this folder's before those of the base it extends.

        Parameters
        ----------
        section
            One of `ontology`, `alignments`, `shapes`, `data`, `queries`.
        """
        own = self.own_files(section)
        if self.base is None:
            return own
        names = {file.name for file in own}
        beneath = [file for file in self.base.files(section) if file.name not in names]
        return tuple(sorted([*own, *beneath], key=lambda file: file.name))


def graph_of(name: str) -> str:
    """Return the IRI of the named graph of the file *name*, without its ending.

    Examples
    --------
    >>> graph_of("data/countries/fr"), graph_of("data/new file")
    ('https://w3id.org/heritagekg/data/countries/fr', 'https://w3id.org/heritagekg/data/new%20file')
    """
    if _UNLIKE_IRI.search(name) is None:
        return GRAPHS + name
    from urllib.parse import quote

    return GRAPHS + _UNLIKE_IRI.sub(lambda found: quote(os.fsencode(found[0]), safe=""), name)


def printable(name: str) -> str:
    """Return the name of a file with a mark for each byte that is not UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _walk(folder: Path, deep: bool, ending: str | tuple[str, ...]) -> list[str]:
    """Return the paths under *folder* with *ending*; links to folders may loop and are left."""
    found: list[str] = []
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return found
    except OSError as error:
        raise WorkspaceError(f"cannot list {str(folder)!r}: {error.strerror}") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if deep:
                found += _walk(Path(entry.path), deep, ending)
        elif entry.name.endswith(ending) and _is_readable(entry):
            found.append(entry.path)
    return found


def _is_readable(entry: os.DirEntry[str]) -> bool:
    """Return whether *entry* is a file, or a link to nothing, which somebody has to be told of."""
    try:
        return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))
    except OSError:
        return True


def left_out(folder: Path, ending: str | tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Yield what somebody may take for a part of *folder* and is none, and what it is.

    That is `link` for a link to a folder, and `no file` for a pipe, a socket or a device whose name
    has the *ending*.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from left_out(Path(entry.path), ending)
        elif entry.is_symlink() and os.path.isdir(entry.path):
            yield Path(entry.path), "link"
        elif entry.name.endswith(ending) and not _is_readable(entry):
            yield Path(entry.path), "no file"


def files_at(paths: Iterable[Path], ending: str | tuple[str, ...]) -> list[Path]:
    """Return the files among *paths*, and those with *ending* in the folders among them, once each.

    Links to folders are not followed, for they may loop.

    Raises
    ------
    WorkspaceError
        If a path does not exist, or a folder has no such file.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inner = sorted(map(Path, _walk(path, True, ending)))
            if not inner:
                wanted = ending if isinstance(ending, str) else " or ".join(ending)
                raise WorkspaceError(f"no {wanted} file in {str(path)!r}")
            found.update(dict.fromkeys(inner))
        elif path.exists():
            found[path] = None
        else:
            raise WorkspaceError(f"no file or folder {str(path)!r}")
    return list(found)


def read_text(path: Path, name: str) -> str:
    """Return the text of a file, without the byte order mark that it may begin with.

    Raises
    ------
    WorkspaceError
        If it cannot be read, or is too large for a text that a person keeps.
    FileSyntaxError
        If it is not UTF-8; line and column are those of the first wrong byte.
    """
    return decode_text(read_content(path, name), name)


def read_content(path: Path, name: str) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    WorkspaceError
        If it cannot be read, or is too large for a text that a person keeps.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) and not str(path).startswith(_PIPES):
            # A pipe would be waited for until somebody writes into it.
            raise WorkspaceError(f"cannot read {name!r}: it is {_kind(about.st_mode)}, no file")
        size = about.st_size
        if size <= LARGEST:
            with path.open("rb") as file:
                content = file.read(LARGEST + 1)
            size = len(content)
    except OSError as error:
        raise WorkspaceError(f"cannot read {name!r}: {error.strerror}") from None
    if size > LARGEST:
        raise WorkspaceError(
            f"{name!r} has {size >> 20} MB, more than the {LARGEST >> 20} MB that are read; "
            "split it"
        )
    return content


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def decode_text(content: bytes, name: str) -> str:
    r"""Return *content* of the file *name* as text, without a byte order mark.

    Raises
    ------
    FileSyntaxError
        If it is not UTF-8; line and column are those of the first wrong byte.

    Examples
    --------
    >>> decode_text(b"\xef\xbb\xbfabc", "a.ttl")
    'abc'
    >>> decode_text(b"caf\xe9", "a.ttl")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    heritagekg.errors.FileSyntaxError: a.ttl:1:4: byte 0xe9 is not UTF-8 but 'é' ...
    """
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileSyntaxError(name, 1, 1, "file is UTF-32; save it as UTF-8")
    if _is_utf16(content):
        raise FileSyntaxError(name, 1, 1, "file is UTF-16; save it as UTF-8")
    if b"\0" in content:
        line, column = _place(content, content.index(b"\0"))
        raise FileSyntaxError(name, line, column, "byte 0x00 is in no text; is the file binary?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        old = bytes([byte]).decode("cp1252", "ignore")
        meant = f" but {old!r} in Windows-1252" if old else ""
        line, column = _place(content, error.start)
        message = f"byte 0x{byte:02x} is not UTF-8{meant}; save the file as UTF-8"
        raise FileSyntaxError(name, line, column, message) from None


def _is_utf16(content: bytes) -> bool:
    """Return whether *content* has the mark of UTF-16, or every other byte is zero, as in ASCII."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    start = content[:64]
    return len(start) >= 4 and (not any(start[::2]) or not any(start[1::2])) and any(start)


def _place(content: bytes, offset: int) -> tuple[int, int]:
    """Return line and column, in characters, of the byte at *offset*, the first that is wrong."""
    start = content.rfind(b"\n", 0, offset) + 1
    before = content[start:offset].decode("utf-8", "replace")
    return content.count(b"\n", 0, offset) + 1, len(before.removeprefix("\ufeff")) + 1


def write_text(path: Path, text: str) -> None:
    """Replace the content of the file at *path*, or of what it links to: all of it or nothing.

    The file keeps its mode.

    Raises
    ------
    WorkspaceError
        If it cannot be written; it is then as it was.
    """
    import shutil

    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        beside.write_bytes(text.encode())
        shutil.copymode(target, beside)
        os.replace(beside, target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WorkspaceError(f"cannot write {str(path)!r}: {error.strerror}") from None


def cache_folder() -> Path:
    """Return the folder for what can be made again: HERITAGEKG_CACHE, or where caches go here."""
    chosen = os.environ.get("HERITAGEKG_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~\\AppData\\Local"), "heritagekg").expanduser()
    usual = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or usual, "heritagekg").expanduser()
