import pytest

import analysis.rule
import workspace.plan
from util import Registry
from workspace.plan import ColumnNotReady, NoClassHead, Plan, UnknownColumn


@pytest.fixture
def rules(monkeypatch):
    """A registry with a handful of rules, so that the tests do not depend on the real ones."""
    registry = Registry("rule")
    monkeypatch.setattr(analysis.rule, "RULES", registry)

    @analysis.rule.rule("probabilities", title="P", kind="vector")
    def probabilities(logits): ...

    @analysis.rule.rule("loss", title="Loss", bad="high")
    def loss(logits, labels): ...

    @analysis.rule.rule("reduced/{layer}", title="R", kind="vector", needs={"vectors": "activations/{layer}"})
    def reduced(vectors, *, dimensions=50): ...

    @analysis.rule.rule("map/{layer}/x", title="X", needs={"vectors": "reduced/{layer}"}, leans_on=("numpy",))
    def x(vectors, *, seed=0): ...

    @analysis.rule.rule("activations/pixels", title="Pixels", kind="vector")
    def pixels(images): ...

    return registry


DATA = {"images": "i", "labels": "l"}
NETWORK = {"logits": "g", "activations/dense": "d", "activations/block/conv": "c"}


def plan(data=DATA, network=NETWORK):
    return Plan({**data, **network}, ["dense", "block/conv"])


def test_needs_come_first_and_once(rules):
    assert plan().order(["map/dense/x", "loss", "reduced/dense"]) == [
        "activations/dense",
        "reduced/dense",
        "map/dense/x",
        "logits",
        "labels",
        "loss",
    ]


def test_layer_names_may_hold_slashes(rules):
    assert plan().needs("map/block/conv/x") == ("reduced/block/conv",)


def test_a_name_without_a_layer_wins(rules):
    assert plan().needs("activations/pixels") == ("images",)


def test_a_changed_image_changes_what_depends_on_images_only(rules):
    before, after = plan(), plan({**DATA, "images": "other"})
    assert before.key("map/pixels/x") != after.key("map/pixels/x")
    assert before.key("loss") == after.key("loss")


def test_a_changed_label_leaves_maps_alone(rules):
    before, after = plan(), plan({**DATA, "labels": "other"})
    assert before.key("loss") != after.key("loss")
    assert before.key("map/dense/x") == after.key("map/dense/x")
    assert before.key("probabilities") == after.key("probabilities")


def test_two_networks_share_the_map_of_the_pixels(rules):
    one, other = plan(), plan(network={"logits": "G", "activations/dense": "D"})
    assert one.key("map/pixels/x") == other.key("map/pixels/x")
    assert one.key("map/dense/x") != other.key("map/dense/x")


def keys():
    return {column: plan().key(column) for column in ("loss", "reduced/dense", "map/dense/x")}


def changed(before):
    after = keys()
    return {column for column in before if before[column] != after[column]}


def test_a_setting_changes_the_key_of_its_rule_and_all_after_it(rules):
    before = keys()
    object.__setattr__(rules["reduced/{layer}"], "settings", {"dimensions": 40})
    assert changed(before) == {"reduced/dense", "map/dense/x"}


def test_a_version_changes_the_keys_of_rules_that_lean_on_it(rules, monkeypatch):
    before = keys()
    monkeypatch.setattr(workspace.plan, "version", lambda package: "999")
    assert changed(before) == {"map/dense/x"}


def test_a_changed_file_changes_the_keys_of_its_rules(rules, monkeypatch):
    before = keys()
    monkeypatch.setattr(workspace.plan, "code", lambda module: "new")
    assert changed(before) == set(before)


def test_code_includes_the_modules_that_a_module_takes_things_from():

    modules = workspace.plan._modules("analysis.uncertainty")
    assert "analysis.uncertainty" in modules
    assert "analysis.rule" not in modules


def test_unknown_columns_name_what_is_known(rules):
    with pytest.raises(UnknownColumn, match="did you mean 'loss'"):
        plan().key("los")
    with pytest.raises(UnknownColumn, match="known: dense, block/conv"):
        plan().key("map/nosuch/x")


def test_before_the_network_is_open_its_columns_are_not_ready(rules):
    waiting = Plan(DATA)
    with pytest.raises(ColumnNotReady, match="wait a moment"):
        waiting.key("loss")
    assert waiting.key("map/pixels/x") == plan().key("map/pixels/x")


def test_without_a_class_head_what_needs_it_is_never_made(rules):
    roots = {"images": "i", "labels": "l", "activations/dense": "d"}
    found = Plan(roots, ["dense"], "There is no class head.")
    for column in ("logits", "loss", "probabilities"):
        assert not found.makes(column)
        with pytest.raises(NoClassHead, match=r"^There is no class head\.$"):
            found.key(column)
    assert found.makes("map/dense/x") and found.makes("activations/dense")
    assert not found.makes("nonsense")
    assert Plan({}).makes("loss"), "nobody knows yet"
