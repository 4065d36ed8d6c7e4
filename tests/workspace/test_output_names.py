"""What outputs mean: names in their order, from the command line or from a file beside the network."""

from __future__ import annotations

import json
import shlex

import pytest

from model import BadModel
from workspace.output_names import Given, Meaning, given, meaning, option

CLASSES = ("ant", "bee", "cat")


@pytest.fixture
def network(tmp_path):
    path = tmp_path / "net.h5"
    path.write_bytes(b"a network")
    return path


def asked(*names):
    return Given(names, "--classes")


def said(caught):
    sentence = str(caught.value)
    assert caught.value.exit_code == 3
    assert sentence.startswith("--classes") and len(sentence.splitlines()) == 1 and len(sentence) < 240
    return sentence


class TestGiven:
    @pytest.mark.parametrize(
        "text", ["cat,ant,bee", " cat , ant,bee ", '["cat", "ant", "bee"]', '{"0": "cat", "1": "ant", "2": "bee"}']
    )
    def test_on_the_command_line(self, text, network):
        assert given(text, network).names == ("cat", "ant", "bee")

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("names.txt", "cat\nant\nbee\n"),
            ("names.json", '["cat", "ant", "bee"]'),
            ("class_indices.json", '{"ant": 1, "bee": 2, "cat": 0}'),  # as Keras's generators have it
        ],
    )
    def test_in_a_file(self, name, text, network, tmp_path):
        (tmp_path / name).write_text(text)
        found = given(str(tmp_path / name), network)
        assert found.names == ("cat", "ant", "bee") and found.asked

    @pytest.mark.parametrize("name", ["labels.txt", "classes.txt", "class_names.txt"])
    def test_beside_the_network(self, name, network, tmp_path):
        (tmp_path / name).write_text("cat\nant\nbee\n")
        found = given(None, network)
        assert found == Given(("cat", "ant", "bee"), name) and not found.asked
        assert given("bee,ant,cat", network).names == ("bee", "ant", "cat"), "the option comes first"

    def test_nobody_says_any(self, network):
        assert given(None, network) == Given()
        (network.parent / "labels.txt").write_bytes(b"\xff\xfe")
        assert given(None, network) == Given(), "what nobody asked for does not stop the program"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("ant,bee,ant", "names 'ant' twice"),
            ("ant,,bee", "output 1 has no name"),
            ("", "output 0 has no name"),
            ("[1, 2]", "is no JSON list of names"),
            ("[", "is no JSON list of names"),
            ("names.txt", "no such file"),
        ],
    )
    def test_what_is_no_list_of_names(self, text, words, network):
        with pytest.raises(BadModel) as caught:
            given(text, network)
        assert words in said(caught)

    def test_a_bad_file_that_was_asked_for(self, network, tmp_path):
        (tmp_path / "names.txt").write_text("ant\nant\n")
        with pytest.raises(BadModel, match="one name twice"):
            given(str(tmp_path / "names.txt"), network)


class TestMeaning:
    def test_another_order(self):
        found = meaning(asked("cat", "ant", "bee"), CLASSES, 3)
        assert found.order == (1, 2, 0) and found.names == ()
        assert found.notice == (
            "What the outputs mean comes from --classes: cat, ant, bee; their scores were put into the data's order."
        )

    def test_the_same_order_changes_no_key(self):
        assert meaning(asked(*CLASSES), CLASSES, 3).order == ()

    def test_more_outputs_than_classes_come_last_under_their_names(self):
        found = meaning(asked("dog", "cat", "eel", "bee", "ant"), CLASSES, 5)
        assert found.order == (4, 3, 1, 0, 2)
        assert found.names == ("dog", "eel")

    def test_upper_and_lower_case(self):
        assert meaning(asked("Cat", "ANT", "bee"), CLASSES, 3).order == (1, 2, 0)
        assert meaning(asked("a", "A"), ("A", "a"), 2).order == (1, 0)

    def test_data_without_labels_get_names(self):
        assert meaning(asked("cat", "ant"), (), 2) == Meaning(
            (), ("cat", "ant"), "What the outputs mean comes from --classes: cat, ant."
        )

    @pytest.mark.parametrize(
        ("names", "outputs", "words"),
        [
            (("ant", "bee", "catt"), 3, "'catt' is not a class of the data; did you mean 'cat'?"),
            (("ant", "bee"), 3, "names 2 outputs, and the network has 3"),
            (
                ("ant", "bee", "cta", "dog"),
                4,
                "no output is named 'cat', as a class of the data is; did you mean 'cta'?",
            ),
            (("ant", "bee", "cat"), 0, "the network has no class head"),
            (("ant", "bee", "cat"), 4, "names 3 outputs, and the network has 4"),
        ],
    )
    def test_names_that_do_not_fit(self, names, outputs, words):
        with pytest.raises(BadModel) as caught:
            meaning(asked(*names), CLASSES, outputs)
        assert words in said(caught)

    def test_two_classes_named_by_one_output(self):
        with pytest.raises(BadModel, match="two classes of the data are named by one output"):
            meaning(asked("A", "b", "c"), ("A", "a"), 3)

    def test_a_file_beside_the_network_counts_only_where_it_fits(self):
        fits = meaning(Given(("cat", "ant", "bee"), "labels.txt"), CLASSES, 3)
        assert fits.order == (1, 2, 0) and "comes from labels.txt beside the network" in fits.notice
        other = meaning(Given(("x", "y", "z"), "labels.txt"), CLASSES, 3)
        assert other.order == () and other.notice.startswith(
            "labels.txt beside the network is left alone: 'x' is not"
        )
        assert meaning(Given(("x",), "labels.txt"), CLASSES, 0) == Meaning(), "an embedding has nothing to name"


@pytest.mark.parametrize(
    "names", [("a", "b"), ("two words", "it's"), ("a,b", "c"), (" a", "b"), ("[x", "y"), ("é", "→")]
)
def test_the_option_text_survives_the_shell(names, network):
    word, text = shlex.split(option(names))
    assert word == "--classes"
    assert given(text, network).names == tuple(name.strip() for name in names)


def test_json_is_used_only_where_commas_would_not_do():
    assert option(["3", "1"]) == "--classes 3,1"
    assert json.loads(shlex.split(option(["a,b"]))[1]) == ["a,b"]
