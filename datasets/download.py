"""One file from an address, or a reason why not, within a time that a person is willing to wait.

Nothing is ever left half written, and no file that is there is touched: the bytes go to a side file in
the same folder, and only a whole file of the right SHA-256 gets the name.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from datasets.dataset import BadDataset
from datasets.loader import shown
from util import Progress, Report, silent

# http.client and urllib.request take 50 ms to import: only where something is downloaded.
if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.request import OpenerDirector, Request

logger = logging.getLogger(__name__)

PIECE = 2**16
SIDE = ".innerview-part"
FORGOTTEN = 3600.0
"""Seconds after which nobody can still be writing to a side file."""

BETWEEN_REPORTS = 0.1


class DownloadFailed(BadDataset):
    """A file could not be had from its address. The message is a short reason, to be put into a sentence."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Attributes:
        connect: for one address of the host (it may have eight).
        answer: until the answer begins: name, all addresses, encryption, redirections.
        stall: between two pieces of the file; also, after that time, for `slowest`.
        slowest: bytes per second below which it is given up, which bounds the whole time.
    """

    connect: float = 5.0
    answer: float = 12.0
    stall: float = 10.0
    slowest: float = 20_000.0


PATIENT = Patience()


def download(
    url: str,
    target: Path,
    *,
    sha256: str,
    size: int = 0,
    report: Report = silent,
    patience: Patience = PATIENT,
) -> None:
    """Fetch url to target, whose folder is made if need be. Another's finished file is left alone.

    Args:
        url: http or https.
        target: where it goes.
        sha256: what its bytes must hash to, in hexadecimal.
        size: its bytes, if known; anything else is refused early.
        report: hears about it ten times a second.
        patience: how long to wait.

    Raises:
        DownloadFailed: no network, no such file, another file, too slow, or no room to put it.
    """
    from http.client import HTTPException

    host = urlsplit(url).hostname or url
    logger.info("downloading %s from %s", target.name, host)
    try:
        with _opened(url, host, patience) as answer, _side_file(target) as (side, file):
            found = _copied(answer, file, host, target.name, size, report, patience)
            if found != sha256:
                raise DownloadFailed(f"{host} sent something else than {target.name} (SHA-256 {found[:8]}...)")
            file.flush()
            os.fsync(file.fileno())
            _rename(side, target)
    except (OSError, HTTPException) as error:
        logger.info("downloading %s failed: %r", target.name, error)
        raise DownloadFailed(_reason(error, host)) from error


@contextmanager
def _opened(url: str, host: str, patience: Patience) -> Iterator[HTTPResponse]:
    """The answer of the host. Asked for in a thread, as looking up a name knows no time limit."""
    from concurrent.futures import Future, wait
    from urllib.error import HTTPError

    waiting: Future[HTTPResponse] = Future()

    def ask() -> None:
        try:
            answer = _opener(patience.stall).open(url, timeout=patience.connect)
        except Exception as error:  # carried over to the thread that waits
            if waiting.set_running_or_notify_cancel():
                waiting.set_exception(error)
            elif isinstance(error, HTTPError):
                error.close()
            return
        if waiting.set_running_or_notify_cancel():
            waiting.set_result(answer)
        else:
            answer.close()

    threading.Thread(target=ask, name="innerview-download", daemon=True).start()
    wait([waiting], timeout=patience.answer)
    if waiting.cancel():
        raise DownloadFailed(f"no answer from {host} in {patience.answer:g} s")
    with waiting.result() as answer:
        yield answer


def _opener(stall: float) -> OpenerDirector:
    """Opens addresses; once connected, a connection may be silent for `stall` seconds."""
    from http.client import HTTPConnection, HTTPSConnection
    from urllib.request import HTTPHandler, HTTPSHandler, build_opener

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(stall)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(stall)

    class PlainHandler(HTTPHandler):
        def http_open(self, req: Request) -> HTTPResponse:
            return self.do_open(Plain, req)

    class SecureHandler(HTTPSHandler):
        def https_open(self, req: Request) -> HTTPResponse:
            return self.do_open(Secure, req)

    opener = build_opener(PlainHandler, SecureHandler)
    opener.addheaders = [("User-Agent", "innerview")]
    return opener


@contextmanager
def _side_file(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file beside the target, which is gone afterwards. Forgotten ones of ours are cleared away."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for old in target.parent.glob(f".{target.name}.*{SIDE}"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > FORGOTTEN:
                old.unlink()
    side = target.with_name(f".{target.name}.{secrets.token_hex(6)}{SIDE}")
    try:
        with side.open("xb") as file:
            yield side, file
    finally:
        side.unlink(missing_ok=True)


def _copied(
    answer: HTTPResponse, file: BinaryIO, host: str, name: str, size: int, report: Report, patience: Patience
) -> str:
    """Copy the answer, and give the SHA-256 of what came."""
    total = answer.length or 0
    if size and total not in (0, size):
        raise DownloadFailed(f"{host} sent something else than {name} ({total:,} bytes instead of {size:,})")
    state = hashlib.sha256()
    done, begun, reported = 0, time.monotonic(), float("-inf")
    # read1, because read waits until a whole piece is there, however slowly it trickles in.
    while piece := answer.read1(PIECE):
        file.write(piece)
        state.update(piece)
        done += len(piece)
        now = time.monotonic()
        if size and done > size:
            raise DownloadFailed(f"{host} sent something else than {name} (more than {size:,} bytes)")
        if now - begun > patience.stall and done < patience.slowest * (now - begun):
            raise DownloadFailed(f"{host} is too slow ({done / (now - begun) / 1000:.1f} kB/s)")
        if now - reported > BETWEEN_REPORTS:
            report(Progress(f"downloading {name}", done, total or size, "bytes"))
            reported = now
    if done < max(total, size):
        raise DownloadFailed(f"{host} stopped after {done:,} of {max(total, size):,} bytes")
    report(Progress(f"downloading {name}", done, done, "bytes"))
    return state.hexdigest()


def _rename(side: Path, target: Path) -> None:
    """Give the side file its name, unless somebody else's file has it by now."""
    try:
        os.link(side, target)
    except FileExistsError:
        logger.info("%s is there already; the download is dropped", target)
    except OSError:  # a disk without hard links
        if not target.exists():
            side.rename(target)


_NO_ROOM = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EISDIR,
    errno.EEXIST, errno.ENAMETOOLONG, errno.EFBIG,
}  # fmt: skip


def _reason(error: Exception, host: str) -> str:
    """Why it failed, in a few words."""
    import ssl
    from urllib.error import HTTPError, URLError

    if isinstance(error, HTTPError):
        error.close()
        return f"{host} answered {error.code} {shown(error.reason)}"
    inner = error.reason if isinstance(error, URLError) and isinstance(error.reason, Exception) else error
    if isinstance(inner, TimeoutError):
        return f"{host} fell silent"
    if isinstance(inner, ssl.SSLError):
        return f"{host} cannot be trusted ({_words(inner)})"
    if isinstance(error, URLError):
        return f"{host} cannot be reached"
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return f"it cannot be kept ({_words(error)})"
    return f"{host} broke off ({_words(error)})"


def _words(error: Exception) -> str:
    return shown(getattr(error, "strerror", None) or str(error) or type(error).__name__)
