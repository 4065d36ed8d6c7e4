"""The front door as a person meets it: a process with arguments, an exit code, and one line on stderr."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import h5py
import numpy as np
import pytest

import app

ROOT = Path(__file__).resolve().parent.parent
NO_NETWORK = {"KERAS_HOME": "/nonexistent", "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}


def run(*arguments, timeout=300, where=None, **environment):
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *map(str, arguments)], cwd=where,
        capture_output=True, text=True, timeout=timeout, env={**os.environ, **environment},
    )  # fmt: skip


def run_here(words, capsys):
    """The same in this process, for what is refused before anything starts: without the second that a start takes."""
    try:
        code = app.main([str(word) for word in words])
    except SystemExit as end:  # the parser's
        code = end.code
    return subprocess.CompletedProcess(words, code, *capsys.readouterr())


def refused(done, code):
    """The one line of a refusal, after checking that it is one."""
    assert done.returncode == code, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert ";" in lines[0]
    assert len(lines[0]) <= 300
    return lines[0]


@pytest.fixture
def data(tmp_path):
    """Forty real-looking digits in a file, so that no download is needed."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 28, 28), dtype=np.uint8)
    labels = np.arange(40) % 10
    path = tmp_path / "digits.npz"
    np.savez(path, x_train=images[:20], y_train=labels[:20], x_test=images[20:], y_test=labels[20:])
    return path


@pytest.fixture
def options(tmp_path):
    return ["--cache", tmp_path / "cache", "--port", "0"]


def test_help_names_every_dataset():
    done = run("--help")
    assert done.returncode == 0
    for word in ("mnist", "fashion_mnist", "cifar10", "cifar100", "--check", "--export", "--layer", "--host"):
        assert word in done.stdout


def test_every_option_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    options = {word.strip(",") for word in run("--help").stdout.split() if word.startswith("--")}
    assert len(options) > 10
    missing = {option for option in options if option not in readme} - {"--help", "--verbose"}
    assert not missing


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--prot", "1"], 2, "did you mean '--port'"),
        (["--port"], 2, "expected one argument"),
        (["--port", "abc"], 2, "from 0 to 65535"),
        (["--port", "70000"], 2, "from 0 to 65535"),
        (["--limit", "0"], 2, "give 1 or more"),
        (["--limit", "-5"], 2, "give 1 or more"),
        (["--limit", "nan"], 2, "give 1 or more"),
        (["--batch", "0"], 2, "give 1 to 65536"),
        (["--device", "tpu"], 2, "give cpu, or gpu:0"),
        (["--gpu-memory", "1.5"], 2, "is no share"),
        (["--features", "nosuch.npy"], 4, "--features nosuch.npy: no such file"),
        (["--coordinates", "nosuch.npy"], 4, "--coordinates nosuch.npy: no such file"),
        (["keras:mobilenetv2"], 3, "did you mean 'keras:MobileNetV2'?"),
        (["--min-accuracy", "98"], 2, "from 0 to 1"),
        (["mnist", "model.h5"], 2, "the model comes first; try python app.py model.h5 mnist"),
        (["mnist", "minst"], 4, "did you mean 'mnist'"),
        (["mnist", "nosuch.npz"], 4, "no such file"),
        (["nosuch.h5"], 3, "no such file"),
        (["minst"], 3, "did you mean"),
        (["hf://somebody/something"], 3, "local file"),
        (["--host", "nosuch.invalid"], 5, "nosuch.invalid"),
        (["mnist", "nosuch.npz", "photos/"], 4, "no such file"),
        (["a.h5", "mnist", "b.h5"], 2, "the model comes first; try python app.py a.h5 b.h5 mnist"),
        (["a.h5", "b.keras", "a.h5"], 2, "a.h5: is given twice"),
        ([f"{number}.h5" for number in range(7)], 2, "at most 6"),
        (["mnist", "mnist", "mnist"], 2, "given twice"),
    ],
)
def test_what_can_be_seen_on_the_command_line_is_refused_in_one_line(arguments, code, says, options, capsys):
    words = [*arguments, *([] if "--port" in arguments else options)]
    # What is wrong with the words themselves is said before anything starts, so it needs no process.
    words_alone = code == 2 and arguments[0] not in ("--device", "--gpu-memory")
    assert says in refused(run_here(words, capsys) if words_alone else run(*words), code)


def test_a_process_ends_with_the_code_of_its_refusal(options):
    assert "did you mean '--port'" in refused(run("--prot", "1", *options), 2)
    assert "give 1 or more" in refused(run("--limit", "0", *options), 2)


def test_a_cache_that_is_a_file_is_refused(tmp_path, data):
    (tmp_path / "file").write_text("x")
    line = refused(run("mnist", data, "--cache", tmp_path / "file", "--port", "0"), 5)
    assert "that is a file; name a folder" in line


def test_a_taken_port_is_refused_with_a_free_one(data, options):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused(run("mnist", data, *options[:2], "--port", port), 5)
    assert f"port {port}" in line
    assert "--port" in line.split(";")[1]


def test_a_bug_of_ours_is_one_line_and_its_own_exit_code(monkeypatch, capsys):
    def broken(options):
        raise KeyError("surprise")

    monkeypatch.setattr(app, "_serve", broken)
    assert app.main(["mnist", "mnist"]) == 70
    error = capsys.readouterr().err
    assert error.startswith("error: a bug of ours: KeyError: 'surprise'; ")
    assert error.count("\n") == 1


def write_weights_only(path):
    with h5py.File(path, "w") as file:
        file.create_group("layers").attrs["layer_names"] = [b"dense"]


def write_lambda(path):
    config = {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [
            {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [None, 28, 28, 1]}},
            {"class_name": "Lambda", "config": {"name": "trick", "function": ["x", None, None]}},
        ]},
    }  # fmt: skip
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(config)
        file.create_group("model_weights").attrs["layer_names"] = [b"trick"]


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_text("<!DOCTYPE html><html><body>Not found</body></html>"), "web page"),
        (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), "git lfs pull"),
        (lambda path: path.write_text("some text\n" * 20), ";"),
        (lambda path: path.mkdir(), "folder"),
        (lambda path: path.write_bytes((ROOT / "model" / "mnist.h5").read_bytes()[:400_000]), "truncated"),
        (write_weights_only, "weights"),
        (write_lambda, "trick"),
    ],
    ids=["empty", "html", "lfs", "text", "folder", "truncated", "weights", "lambda"],
)
def test_model_files_that_cannot_be_opened(write, says, tmp_path, data, options):
    path = tmp_path / "my.h5"
    write(path)
    line = refused(run(path, data, *options), 3)
    assert "my.h5" in line
    assert says in line


def test_code_that_cannot_be_used_is_refused_before_anything_starts(tmp_path, data, options):
    assert "no-such.py: cannot be read" in refused(
        run("mnist", data, "--custom", tmp_path / "no-such.py", *options), 3
    )
    (tmp_path / "mine.py").write_text("class (")
    assert "mine.py: is not Python (line 1)" in refused(
        run("mnist", data, "--custom", tmp_path / "mine.py", *options), 3
    )


@pytest.mark.parametrize(
    ("names", "says"),
    [("cat,dog,cat", "names 'cat' twice"), ("no-such.txt", "no such file"), ("[1]", "is no JSON list of names")],
)
def test_names_of_outputs_that_are_none_are_refused_before_anything_starts(names, says, data, options):
    assert says in refused(run("mnist", data, "--classes", names, *options), 3)


@pytest.mark.keras
def test_a_dataset_with_more_classes_is_refused(tmp_path, options):
    path = tmp_path / "hundred.npz"
    np.savez(path, x=np.zeros((100, 28, 28), np.uint8), y=np.arange(100))
    assert "10 outputs" in refused(run("mnist", path, *options), 3)


@pytest.mark.keras
def test_check_export_and_a_second_run_without_the_network(tmp_path, data):
    import pyarrow.parquet

    where = ["--cache", tmp_path / "cache"]
    done = run("mnist", data, *where, "--check", "--json", "--export", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout[done.stdout.index("{") :])
    assert report["dataset"]["samples"] == 40
    assert report["splits"]["test"]["n"] == 20
    assert report["broken"] == []
    table = pyarrow.parquet.read_table(tmp_path / "out" / "samples.parquet").to_pydict()
    assert table["index"] == list(range(40))
    assert set(table["split"]) == {"train", "test"}
    assert {"digest", "label", "predicted", "confidence", "margin", "entropy", "loss"} <= set(table)
    right = [label == said for label, said in zip(table["label"], table["predicted"], strict=True)]
    assert sum(right[20:]) == report["splits"]["test"]["correct"]
    lines = (tmp_path / "out" / "samples.csv").read_text().splitlines()
    assert len(lines) == 41
    assert json.loads((tmp_path / "out" / "run.json").read_text())["network"]["name"] == "mnist.h5"

    (tmp_path / "cache" / "worker.log").unlink()
    again = run("mnist", data, *where, "--check", "--min-accuracy", "0.99")
    assert again.returncode == 1
    assert "LIMIT BROKEN" in again.stdout
    assert not (tmp_path / "cache" / "worker.log").exists(), "the second run started a worker"


@pytest.mark.keras
def test_several_networks_on_pictures_of_another_shape_are_reported_one_after_the_other(tmp_path):
    """Both are the same bytes, so the second one is found and not computed; the pictures are made to fit."""
    for name in ("one.h5", "two.h5"):
        shutil.copy(ROOT / "model" / "mnist.h5", tmp_path / name)
    np.savez(tmp_path / "photos.npz", x=np.zeros((12, 32, 32, 3), np.uint8), y=np.arange(12) % 10)
    words = ("photos.npz", "--cache", "cache", "--check")
    done = run("one.h5", "two.h5", *words, "--json", "--export", "out", where=tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout[done.stdout.index("[\n") :])
    assert [one["network"]["name"] for one in report] == ["one.h5", "two.h5"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"one", "two"}
    assert (tmp_path / "out" / "two" / "samples.csv").exists()
    done = run("one.h5", *words, where=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "takes gray images; yours are color" in done.stdout
    assert "takes 28x28 images; yours are 32x32 and are stretched" in done.stdout


@pytest.mark.keras
def test_the_server_answers_while_it_computes_and_stops_on_ctrl_c(data, options):
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), "mnist", str(data), *map(str, options)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        url = process.stdout.readline().split()[-1]
        assert url.startswith("http://127.0.0.1:")
        seen = set()
        until = time.monotonic() + 300
        while time.monotonic() < until and "ready" not in seen:
            with urllib.request.urlopen(f"{url}health") as answer:
                health = json.load(answer)
            seen.add(health["status"])
            time.sleep(0.05)
        assert seen == {"working", "ready"}
        assert health["samples"] == 40
        assert health["forward_passes"] == 40
        with pytest.raises(urllib.error.HTTPError) as foreign:
            urllib.request.urlopen(urllib.request.Request(f"{url}health", headers={"Host": "evil.example"}))
        assert foreign.value.code == 400
        foreign.value.close()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
        assert process.returncode == 130
        assert "Traceback" not in err
    finally:
        process.kill()
        process.communicate()
