"""Every finding on a planted case, and none on a healthy network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis import doctor as rules
from analysis.image_statistics import class_counts, image_statistics
from analysis.metrics import metrics
from workspace import doctor, export, output_names
from workspace.output_names import Given

N, C = 600, 5
TRIED = (
    {"scaling": "0..1", "loss": 0.05, "accuracy": 0.985, "samples": 400, "chosen": True, "best": True},
    {"scaling": "0..255", "loss": 5.5, "accuracy": 0.4, "samples": 400, "chosen": False, "best": False},
    {"scaling": "-1..1", "loss": 1.5, "accuracy": 0.7, "samples": 400, "chosen": False, "best": False},
    {"scaling": "0..1 inverted", "loss": None, "accuracy": 0.1, "samples": 400, "chosen": False, "best": False},
)


class Patient:
    """A session of a network whose logits, units and images are planted; the columns are made by the rules."""

    def __init__(self, base, *, logits=None, labels=None, images=None, units=None, tried=TRIED, **info):
        random = np.random.default_rng(0)
        self.labels = random.integers(0, C, N) if labels is None else labels
        if logits is None:
            logits = random.normal(size=(N, C)).astype(np.float32) + 4 * np.eye(C, dtype=np.float32)[self.labels]
        images = random.integers(0, 256, (N, 4, 4, 1), dtype=np.uint8) if images is None else images
        units = np.abs(random.normal(size=(N, 16)).astype(np.float32)) if units is None else units
        predicted, split = logits.argmax(axis=1), np.zeros(N, np.uint8)
        correct = np.where(self.labels < 0, -1, predicted == self.labels)
        self.columns = {
            "answers": rules.answers(logits),
            "relabelling": rules.relabelling(self.labels, predicted, logits),
            "metrics": metrics(self.labels, correct, np.zeros(N), split, logits),
            "image_statistics": image_statistics(images, split),
            "class_counts": class_counts(self.labels, split),
            "unit_ranges/dense": rules.unit_ranges(units),
        }
        names = tuple(f"class {code}" for code in range(C))
        self.dataset = replace(base.dataset, n=N, class_names=names)
        self.network = replace(
            base.network, layers=("dense",), tried=tried, info=replace(base.network.info, n_outputs=C, **info)
        )
        self.class_names = names
        self.no_head = ""

    def column(self, name):
        return self.columns[name]

    def is_ready(self, name):
        return name in self.columns


@pytest.fixture
def examine(tiny_session):
    """examine(planted=...) -> what the doctor says of a patient that is healthy but for that."""
    base = tiny_session("full")
    return lambda **planted: doctor.findings(Patient(base, **planted))


def one(found, severity="wrong"):
    assert [finding.severity for finding in found] == [severity]
    return found[0].sentence


def chosen(name, best):
    return tuple({**row, "chosen": row["scaling"] == name, "best": row["scaling"] == best} for row in TRIED)


def test_a_healthy_network(examine, tiny_session):
    assert examine() == []
    said = doctor.looked_at(Patient(tiny_session("full")))
    assert "4 ways to scale pixels on 400 samples" in said and "16 units in 1 of 1 layers" in said


def test_images_255_times_too_large(examine):
    said = one(examine(tried=chosen("0..255", "0..1")))
    assert said == (
        "Your images look 255 times too large for this network: as 0..255 40.0 % are right, mean loss 5.5 nats; as "
        "0..1 98.5 % are right, mean loss 0.05 nats (n = 400). Use --preprocess 0..1, or leave the option out."
    )


def test_other_wrong_scalings(examine):
    assert "look 127 times too large" not in one(examine(tried=chosen("-1..1", "0..1")))
    assert "look 2 times too large for" in one(examine(tried=chosen("-1..1", "0..1")))
    assert "inverted (black and white exchanged)" in one(examine(tried=chosen("0..1 inverted", "0..1")))
    turned = [{**row, "loss": 0.02, "accuracy": 1.0} if "inverted" in row["scaling"] else row for row in TRIED]
    asked = tuple({**row, "chosen": row["scaling"] == "0..1", "best": row["loss"] == 0.02} for row in turned)
    assert examine(tried=asked) == [], "0.03 nats better is not worth a word"
    asked = tuple({**row, "loss": 2.0} if row["scaling"] == "0..1" else row for row in asked)
    assert '--preprocess "0..1 inverted"' in one(examine(tried=asked))


@pytest.mark.parametrize(
    ("turn", "said"),
    [("inverted", "look inverted (black and white exchanged)"), ("BGR", "look to have red and blue exchanged")],
)
def test_what_was_undone_is_said(examine, turn, said):
    other = {"scaling": f"0..1 {turn}", "loss": 0.01, "accuracy": 0.99, "samples": 400, "chosen": True, "best": True}
    found = examine(tried=(*({**row, "chosen": False, "best": False} for row in TRIED), other))
    sentence = one(found, "doubtful")
    assert said in sentence and "undone before they go in" in sentence


def test_images_255_times_too_small(examine):
    images = np.random.default_rng(0).integers(0, 2, (N, 4, 4, 1), dtype=np.uint8)
    assert "255 times too small: no pixel is above 1 of 255" in one(examine(images=images), "doubtful")


def test_classes_in_another_order(examine, tiny_session):
    order = np.array([2, 0, 1, 3, 4])
    labels = np.random.default_rng(0).integers(0, C, N)
    logits = np.random.default_rng(1).normal(size=(N, C)).astype(np.float32)
    logits[np.arange(N), order[labels]] += 5
    found = examine(labels=labels, logits=logits)
    said = one(found)
    assert "in another order" in said and "of 300 samples are right as they are" in said
    assert len(found[0].details) == 3
    assert found[0].details[0].startswith("output 0 is the data's class 'class 1' (1")
    assert found[0].details[2].startswith("output 2 is the data's class 'class 0' (1")


def test_a_network_that_knows_nothing(examine):
    logits = np.random.default_rng(1).normal(size=(N, C)).astype(np.float32)
    bad = tuple({**row, "accuracy": 0.2} for row in TRIED)
    found = examine(logits=logits, tried=bad)
    assert "near chance" in one(found) and "of 600 right (95 % interval" in found[0].sentence
    assert "guessing among 5 classes gives 20.0 %" in found[0].sentence
    assert "none of the 4 tried does better" in " ".join(found[0].details)


def test_no_better_than_the_most_common_class(examine):
    random = np.random.default_rng(0)
    labels = np.where(random.random(N) < 0.7, 2, random.integers(0, C, N))
    logits = random.normal(size=(N, C)).astype(np.float32)
    logits[:, 2] += 2.5
    said = one(examine(labels=labels, logits=logits), "doubtful")
    assert "no better than always answering 'class 2' (7" in said


def test_always_the_same_answer(examine):
    logits = np.random.default_rng(1).normal(size=(N, C)).astype(np.float32)
    logits[:580, 3] += 50
    said = " ".join(finding.sentence for finding in examine(logits=logits))
    assert "answers 'class 3' for 58" in said or "answers 'class 3' for 59" in said
    assert "near chance" in said


def test_without_labels_nothing_is_said_about_them(examine):
    assert examine(labels=np.full(N, -1), logits=np.random.default_rng(0).normal(size=(N, C)), tried=()) == []


def test_outputs_that_are_probabilities(examine):
    labels = np.random.default_rng(0).integers(0, C, N)
    logits = np.random.default_rng(1).normal(size=(N, C)) + 4 * np.eye(C)[labels]
    shares = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32)
    assert "probabilities already" in one(examine(labels=labels, logits=shares, output="logits"))
    assert examine(labels=labels, logits=shares, output="probabilities") == []


def test_scores_that_are_no_numbers(examine):
    labels = np.random.default_rng(0).integers(0, C, N)
    logits = (8 * np.eye(C)[labels]).astype(np.float32)
    logits[:7] = np.nan
    assert "For 7 of 600 samples" in one(examine(labels=labels, logits=logits))


def test_damaged_weights(examine):
    damaged = ("3 of 100 weights in dense/kernel are NaN or infinite.",)
    assert one(examine(damaged=damaged)).startswith(damaged[0])


@pytest.mark.parametrize(
    ("silent", "value", "severity", "said"),
    [
        (16, 0.0, "wrong", "Layer dense is dead: no unit tells any of the 600 samples apart."),
        (8, 0.0, "doubtful", "Layer dense: of 16 units 8 never answer (0 for all), 50 %"),
        (8, 1.5, "doubtful", "Layer dense: of 16 units 8 give the same to all, 50 %"),
        (1, 0.0, "note", "A few units say nothing about these 600 samples, in 1 of 1 layers"),
    ],
)
def test_dead_units(examine, silent, value, severity, said):
    units = np.abs(np.random.default_rng(0).normal(size=(N, 16))).astype(np.float32)
    units[:, :silent] = value
    assert said in one(examine(units=units), severity)


def test_units_that_are_no_numbers(examine):
    units = np.ones((N, 16), np.float32) * np.arange(N, dtype=np.float32)[:, None]
    units[5, 3] = np.inf
    assert one(examine(units=units)).startswith("Layer dense: 1 of 16 units give NaN or infinite numbers")


@pytest.mark.parametrize(
    ("shared", "severity", "said"), [(300, "wrong", "All 300 test"), (30, "doubtful", "30 of 300 test"), (1, "", "")]
)
def test_D40_images_of_one_split_in_another(tiny_session, shared, severity, said):
    patient = Patient(tiny_session("full"))
    patient.dataset = replace(patient.dataset, split_names=("train", "test"), split_counts=(300, 300))
    patient.columns["split"] = np.repeat(np.array([0, 1], np.uint8), 300)
    patient.columns["copies"] = np.arange(600, dtype=np.int32)
    patient.columns["copies"][300 : 300 + shared] = np.arange(shared)
    found = doctor.findings(patient)
    assert [finding.severity for finding in found] == ([severity] if said else [])
    assert not said or found[0].sentence.startswith(f"{said} images are in another split, too")


def test_the_worst_comes_first(examine):
    units = np.abs(np.random.default_rng(0).normal(size=(N, 16))).astype(np.float32)
    units[:, :2] = 0
    found = examine(units=units, images=np.zeros((N, 4, 4, 1), np.uint8), damaged=("Some weights are NaN.",))
    assert [finding.severity for finding in found] == ["wrong", "doubtful", "note"]


def test_a_check_says_it_too(tiny_session, monkeypatch):
    session = tiny_session("full")
    assert doctor.findings(session) == []
    sentence = "3 of 100 weights in dense/kernel are NaN or infinite."
    info = replace(session.network.info, notices=(sentence,), damaged=(sentence,))
    monkeypatch.setattr(session, "_network", replace(session.network, info=info, notices=(sentence,)))
    assert [line for line in export.findings(session) if "NaN" in line] == [
        f"{sentence} Train or save the network again: what it says cannot be believed."
    ]


def test_a_border_that_is_better_is_a_note_and_one_that_was_asked_for_may_be_wrong(examine):
    border = {"scaling": "0..1 border", "loss": 0.01, "accuracy": 0.99, "samples": 400, "chosen": True, "best": True}
    plain = {**TRIED[0], "loss": 1.0, "accuracy": 0.7, "chosen": False, "best": False}
    said = one(examine(tried=(plain, border)), "note")
    assert said.startswith(
        "Your images look to need a border rather than stretching for this network: as 0..1 70.0 %"
    )
    assert said.endswith("So that is done.")
    asked = ({**plain, "chosen": True}, {**border, "chosen": False})
    said = one(examine(tried=asked))
    assert 'Use --preprocess "0..1 border"' in said
    turned = ({**border, "best": False, "loss": 1.0}, {**plain, "best": True, "loss": 0.1})
    assert "to need stretching rather than a border" in one(examine(tried=turned))


def test_another_order_is_offered_as_an_option_and_gone_once_it_is_taken(examine):
    order = np.array([2, 0, 1, 3, 4])
    labels = np.random.default_rng(0).integers(0, C, N)
    logits = np.random.default_rng(1).normal(size=(N, C)).astype(np.float32)
    logits[np.arange(N), order[labels]] += 5
    (found,) = examine(logits=logits, labels=labels)
    names = [f"class {np.flatnonzero(order == output)[0]}" for output in range(C)]
    assert found.option == f"--classes '{','.join(names)}'"
    meant = output_names.meaning(Given(tuple(names), "--classes"), [f"class {code}" for code in range(C)], C)
    assert examine(logits=logits[:, list(meant.order)], labels=labels) == []


def test_the_option_speaks_of_the_outputs_as_they_are_in_the_file(examine, monkeypatch):
    """Where --classes was given and is wrong, the new text is about the network's own order, too."""
    labels = np.random.default_rng(0).integers(0, C, N)
    raw = np.random.default_rng(1).normal(size=(N, C)).astype(np.float32)
    raw[np.arange(N), labels] += 5  # the network knows the data's own order
    given = (1, 2, 0, 3, 4)
    planted = raw[:, list(given)]
    original = Patient.__init__

    def reordered(self, base, **more):
        original(self, base, **more)
        self.network = replace(self.network, order=given)

    monkeypatch.setattr(Patient, "__init__", reordered)
    (found,) = examine(logits=planted, labels=labels)
    assert found.option == "--classes 'class 0,class 1,class 2,class 3,class 4'"


def test_without_a_class_head_what_cannot_be_judged_is_left_out(tiny_session):
    session = tiny_session("embedding")
    assert doctor.findings(session) == []
    assert doctor.looked_at(session) == (
        "Looked at weights, 28 units in 5 of 5 layers. Scores, scaling, the order of the classes and accuracy cannot "
        "be judged without a class head."
    )


def test_strict_counts_what_is_wrong_alone(tiny_session, monkeypatch):
    found = [doctor.Finding("wrong", "Dead."), doctor.Finding("doubtful", "Odd."), doctor.Finding("note", "Fine.")]
    monkeypatch.setattr(doctor, "findings", lambda session: found)
    assert export.broken(tiny_session("full"), strict=True) == ["wrong: Dead."]
    assert export.broken(tiny_session("full")) == []
