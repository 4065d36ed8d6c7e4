"""Only what is new goes through the network, and the rest is as if everything had."""

import time
from dataclasses import replace

import numpy as np
import pytest

from tests.workspace.incremental import Bench, bench, changed, column, noise  # noqa: F401
from workspace.plan import standard
from workspace.session import Session
from workspace.store import Store

EVERYTHING = ("logits", "activations/dense", "activations/scores")


def damage(worker, name):
    path = worker.store.folder / "columns" / f"{worker.plan.key(name)}.npy"
    body = bytearray(path.read_bytes())
    body[-1] ^= 255
    path.write_bytes(body)


def same_as_a_full_run(worker, tmp_path):
    (tmp_path / "full").mkdir()
    full = Bench(tmp_path / "full").run(dataset=worker.options.dataset)
    for name in EVERYTHING:
        np.testing.assert_allclose(column(worker, name), column(full, name), rtol=0, atol=1e-5, err_msg=name)


def test_of_a_dataset_that_changed_only_what_is_new_goes_through_the_network(bench, tmp_path):  # noqa: F811
    bench.save(noise(60))
    bench.run("logits", "digests")
    bench.save(changed(noise(60)))
    worker = bench.run()
    assert worker.dataset.n == 67
    assert bench.passes == [60, 15]
    same_as_a_full_run(worker, tmp_path)


def test_another_order_other_labels_and_fewer_samples_need_no_pass(bench):  # noqa: F811
    bench.save(noise(60))
    first = column(bench.run("logits", "digests"), "logits")
    order = np.random.default_rng(0).permutation(60)[:50]
    bench.save(noise(60)[order], np.zeros(50, int))
    np.testing.assert_array_equal(column(bench.run(), "logits"), first[order])
    assert bench.passes == [60]


def test_rows_come_from_several_earlier_datasets(bench, tmp_path):  # noqa: F811
    for part in (slice(0, 30), slice(30, 60)):
        bench.save(noise(60)[part])
        bench.run("logits", "digests")
    bench.save(np.concatenate([noise(60), noise(4, seed=5)]))
    worker = bench.run()
    assert bench.passes == [30, 30, 4]
    same_as_a_full_run(worker, tmp_path)


def test_copies_of_an_image_are_counted(bench):  # noqa: F811
    """The second copy is a sample of its own; nobody was asked about it before, and it gets the same answer."""
    bench.save(noise(20))
    bench.run("logits", "digests")
    bench.save(np.concatenate([noise(20), noise(20)[:2]]))
    logits = column(bench.run(), "logits")
    assert bench.passes == [20, 2]
    np.testing.assert_allclose(logits[20:], logits[:2], atol=1e-5)


@pytest.mark.parametrize("name", ["logits", "activations/dense", "digests"])
def test_a_damaged_column_of_an_earlier_dataset_is_not_used(bench, tmp_path, name):  # noqa: F811
    bench.save(noise(60))
    damage(bench.run("logits", "digests"), name)
    bench.save(changed(noise(60)))
    same_as_a_full_run(bench.run(), tmp_path)
    assert bench.passes == [60, 67]


def test_a_run_that_was_killed_before_its_pass_is_no_help_and_no_harm(bench):  # noqa: F811
    bench.save(noise(60))
    bench.run("images")
    bench.save(changed(noise(60)))
    bench.run("images")
    assert bench.passes == []
    bench.run()
    assert bench.passes == [67]


def test_a_run_that_was_killed_after_its_pass_goes_on_from_there(bench):  # noqa: F811
    """Without the earlier dataset's digests nobody knows which rows these are."""
    bench.save(noise(60))
    worker = bench.run("logits")
    worker.store.forget(worker.plan.key("digests"))
    bench.save(changed(noise(60)))
    bench.run("logits")
    assert bench.passes == [60, 67]
    bench.save(noise(60))
    bench.run("logits", "digests")
    assert bench.passes == [60, 67]


def test_a_damaged_record_is_no_harm(bench):  # noqa: F811
    bench.save(noise(60))
    worker = bench.run("logits", "digests")
    for path in (worker.store.folder / "records").iterdir():
        path.write_text("{")
    bench.save(changed(noise(60)))
    assert column(bench.run(), "logits").shape == (67, 3)
    assert bench.passes == [60, 67]


def test_another_network_and_another_way_in_find_nothing(bench):  # noqa: F811
    bench.save(noise(60))
    bench.run("logits", "digests")
    bench.save(changed(noise(60)))
    bench.run(preprocess="-1..1")
    assert bench.passes == [60, 67]
    (bench.folder / "model.h5").write_bytes(b"another network")
    bench.run()
    assert bench.passes == [60, 67, 67]


def test_force_makes_everything_again_and_removes_nothing(bench):  # noqa: F811
    bench.save(noise(60))
    other = bench.run(preprocess="-1..1")
    first = column(bench.run("loss"), "loss")
    moment = time.time()
    forced = bench.run("loss", force=moment)
    assert bench.passes == [60, 60, 60]
    np.testing.assert_array_equal(column(forced, "loss"), first)
    assert all(Store(bench.folder / "cache").has(other.plan.key(name)) for name in EVERYTHING)
    again = bench.run("loss")
    assert bench.passes == [60, 60, 60] and again.missing(["loss"]) == []


def test_force_shows_nothing_of_before(bench):  # noqa: F811
    bench.save(noise(60))
    bench.run("loss")
    store, nobody = Store(bench.folder / "cache"), ("no", "worker", "here")
    assert Session(store, bench.options, command=nobody).is_ready("loss")
    forced = Session(store, replace(bench.options, force=time.time()), command=nobody)
    assert not forced.has_dataset and not forced.is_ready("loss")


def test_force_goes_on_where_it_was_killed(bench):  # noqa: F811
    bench.save(noise(60))
    bench.run("loss")
    moment = time.time()
    bench.run("logits", force=moment)
    bench.run("loss", force=moment)
    assert bench.passes == [60, 60]


def test_force_keeps_selections(tmp_path):
    from workspace.selection import Selections

    name = Selections(Store(tmp_path), "f", 9).save(np.array([1, 2]))
    later = Store(tmp_path).newer(time.time() + 60)
    assert Selections(later, "f", 9).read(name).tolist() == [1, 2]


def clustered(n, seed):
    """Three kinds of images that are far apart, by turns."""
    images = noise(n, seed) // 8
    images[np.arange(n) % 3 == 1] += 110
    images[np.arange(n) % 3 == 2] += 220
    return images


def test_new_points_are_placed_into_the_map_that_is_there(bench):  # noqa: F811
    bench.save(clustered(90, 0))
    before = bench.run("projection/pixels/tsne", "logits", "digests")
    bench.save(np.concatenate([clustered(90, 0), clustered(12, 1)]))
    worker = bench.run("logits", "placed_trustworthiness/pixels/tsne")
    wanted = standard("dense", ("dense",), worker.plan.roots)
    assert "placed/pixels/tsne" in wanted and "projection/pixels/tsne" not in wanted
    assert "placed_trustworthiness/pixels/tsne" in wanted and "trustworthiness/pixels/tsne" not in wanted
    assert "projection/dense/tsne" in wanted  # the earlier dataset has no map of this layer
    old, new = column(before, "projection/pixels/tsne"), column(worker, "placed/pixels/tsne")
    np.testing.assert_array_equal(new[:90], old)
    for row in range(90, 102):
        nearest = np.argsort(np.linalg.norm(new - new[row], axis=1))[1:6]
        assert (nearest % 3 == row % 3).all()
    assert column(worker, "placed_trustworthiness/pixels/tsne")[4] == 12
    real = bench.run("projection/pixels/tsne")
    assert real.plan.key("projection/pixels/tsne") != real.plan.key("placed/pixels/tsne")


def test_once_made_anew_the_map_is_a_standard_column_again(bench):  # noqa: F811
    bench.save(clustered(60, 0))
    bench.run("projection/pixels/tsne", "digests")
    bench.save(clustered(66, 0))
    worker = bench.run("projection/pixels/tsne", "digests")
    bench.save(clustered(66, 0), np.zeros(66, int))
    assert "projection/pixels/tsne" in standard("dense", (), bench.run("labels").plan.roots)
    assert worker.missing(["projection/pixels/tsne"]) == []


@pytest.mark.parametrize("n", [100, 35])
def test_with_many_other_samples_the_map_is_made_as_usual(bench, n):  # noqa: F811
    bench.save(noise(60))
    bench.run("projection/pixels/tsne", "digests")
    bench.save(noise(120)[20 : 20 + n] if n > 60 else noise(60)[:n])
    assert "projection/pixels/tsne" in standard("dense", (), bench.run("labels").plan.roots)


def test_a_map_that_is_gone_is_made_as_usual(bench):  # noqa: F811
    bench.save(noise(60))
    before = bench.run("projection/pixels/tsne", "digests")
    bench.save(changed(noise(60)))
    bench.run("labels")
    before.store.forget(before.plan.key("projection/pixels/tsne"))
    assert "projection/pixels/tsne" in standard("dense", (), bench.run("labels").plan.roots)
