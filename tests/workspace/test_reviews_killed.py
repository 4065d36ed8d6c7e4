"""No verdict that was acknowledged is lost when the process that wrote it is killed."""

import subprocess
import sys
from pathlib import Path

from workspace import verdict_file
from workspace.store import Store
from workspace.tag_file import TagFile

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from itertools import count
from pathlib import Path
from workspace import verdict_file
from workspace.store import Store
from workspace.tag_file import TagFile

file = TagFile(Store(Path(sys.argv[1])))
for number in count():
    sample = sys.argv[2].encode() + number.to_bytes(11, "big")
    verdict_file.add(file, sample, "drop", "Ann", label="cat", sentence="dropped")
    print(sample.hex(), flush=True)
"""


def test_what_was_acknowledged_is_there_after_kills(tmp_path):
    promised = set()
    for round_ in ("a", "b", "c"):
        command = [sys.executable, "-c", WRITER, str(tmp_path), round_]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
        first = [writer.stdout.readline() for _ in range(3)]
        writer.kill()
        lines = (b"".join(first) + writer.communicate(timeout=60)[0]).split(b"\n")[:-1]
        promised |= {bytes.fromhex(line.decode()) for line in lines}
    file = TagFile(Store(tmp_path))
    kept = verdict_file.lines(file)
    file.close()
    assert len(promised) >= 9 and promised <= {line.sample for line in kept}
    assert {(line.verdict, line.label, line.who) for line in kept} == {("drop", "cat", "Ann")}
