"""A file that a list names by its path, allowed only if it lies below the list's folder.

Lists come by mail and download. One must not be able to show a person's other files, or to make the
program ask another computer for something.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from datasets.picture import BadPicture, unreadable


class Below:
    """Files below one folder. Keeps where its sub-folders really are, as lists name thousands of files in each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._real: dict[str, str] = {}

    def find(self, text: str) -> tuple[Path, os.stat_result]:
        r"""The plain file of this path, which is relative, with "/" or "\".

        Raises:
            BadPicture: it is outside the folder, an address, or not there.
        """
        if not text.strip():
            raise BadPicture("no path is given")
        if "\0" in text:
            raise BadPicture("a path with a zero byte")
        if "://" in text or text.lower().startswith(("file:", "data:")):
            raise BadPicture("an address: nothing is downloaded")
        if text.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", text):
            raise BadPicture("an absolute path: write it relative to the folder of the list")
        try:
            return self._find(text)
        except BadPicture:
            if os.sep == "\\" or "\\" not in text:
                raise
            return self._find(text.replace("\\", "/"))  # written on Windows

    def _find(self, text: str) -> tuple[Path, os.stat_result]:
        path = os.path.normpath(os.path.join(self.folder, text))
        outside = BadPicture("outside the folder of the list")
        if not Path(path).is_relative_to(self.folder):
            raise outside
        try:
            folder = os.path.dirname(path)
            if folder not in self._real:
                self._real[folder] = os.path.realpath(folder)
            real = os.path.join(self._real[folder], os.path.basename(path))
            info = os.lstat(real)
            if stat.S_ISLNK(info.st_mode):
                real = os.path.realpath(real)
                info = os.lstat(real)
        except (OSError, ValueError) as error:
            raise BadPicture(unreadable(error)) from error
        if not Path(real).is_relative_to(self.folder):
            raise outside
        if not stat.S_ISREG(info.st_mode):
            raise BadPicture("a folder, not a picture" if stat.S_ISDIR(info.st_mode) else "not a plain file")
        return Path(real), info
