"""The tests that a heat map has to pass, on networks whose answer is known."""

import numpy as np
import pytest

from model import saliency, slopes, trial
from model.plane import plane
from model.preprocessing import Preprocessing

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras, when it writes weights

SIDE = 12
HOT = np.zeros((SIDE, SIDE), bool)
HOT[2:5, 6:9] = True


class Ink:
    """A network that goes by the ink in HOT: the logit of class 1."""

    class info:
        layers = ()

    def logits(self, inputs):
        ink = inputs[:, HOT].sum(axis=(1, 2))
        return np.stack([np.zeros(len(inputs)), 2 * ink - 9], axis=1).astype(np.float32)


def looked_at(values):
    heat = saliency.Heat(np.asarray(values, np.float32)[None], (SIDE, SIDE))
    whole = np.ones((1, SIDE, SIDE, 1), np.float32)
    return saliency.Picture(whole, np.zeros_like(whole), plane(Preprocessing(), (SIDE, SIDE, 1))), heat


class TestDeletion:
    def test_the_right_map_is_far_better_than_chance(self):
        seen, heat = looked_at(HOT)
        found = trial.deletion(Ink(), seen, heat, 0, 1)
        assert found.better
        assert found.p == pytest.approx(1 / 40)
        assert found.area < 0.1 < found.areas.min()
        assert found.curve[0] > 0.99 and found.curve[-1] < 0.01
        assert (np.diff(found.curve) <= 1e-6).all()

    def test_the_opposite_map_is_worse_than_all(self):
        seen, heat = looked_at(~HOT)
        found = trial.deletion(Ink(), seen, heat, 0, 1)
        assert found.p == 1
        assert not found.better

    def test_a_map_that_is_the_same_everywhere_is_chance(self):
        """Its order is drawn like the others, so it may not profit from where the rows begin."""
        seen, heat = looked_at(np.zeros((SIDE, SIDE)))
        chances = [trial.deletion(Ink(), seen, heat, 0, 1, seed=seed).p for seed in range(40)]
        assert np.mean(np.array(chances) <= trial.CHANCE) < 0.2
        assert 0.3 < np.mean(chances) < 0.7

    def test_the_same_seed_gives_the_same(self):
        seen, heat = looked_at(HOT)
        one, other = (trial.deletion(Ink(), seen, heat, 0, 1, seed=3) for _ in range(2))
        np.testing.assert_array_equal(one.chance, other.chance)


class TestLikeness:
    def test_any_growing_change_is_the_same(self):
        values = np.random.default_rng(0).random((5, 6)).astype(np.float32)
        assert trial.likeness(values, np.exp(3 * values)) == pytest.approx(1)
        assert trial.likeness(values, -values) == pytest.approx(-1)

    def test_equal_values_share_their_rank(self):
        stats = pytest.importorskip("scipy.stats")
        random = np.random.default_rng(0)
        one, other = random.integers(0, 4, (2, 8, 8)).astype(np.float32)
        assert trial.likeness(one, other) == pytest.approx(stats.spearmanr(one.ravel(), other.ravel())[0])

    def test_an_empty_map_is_like_none(self):
        assert np.isnan(trial.likeness(np.zeros((3, 3), np.float32), np.eye(3, dtype=np.float32)))


@pytest.mark.keras
class TestShuffled:
    @pytest.fixture
    def network(self, tmp_path):
        from .nets import build
        from .test_saliency import opened

        return opened(build("sequential"), tmp_path)

    def test_weights_come_back_even_after_an_error(self, network):
        inputs = np.random.default_rng(0).random((3, 8, 10, 1), dtype=np.float32)
        before = network.logits(inputs)
        with pytest.raises(ZeroDivisionError), trial.shuffled(network):
            inside = network.logits(inputs)
            assert np.abs(inside - before).max() > 0.1
            _ = 1 / 0
        np.testing.assert_array_equal(network.logits(inputs), before)

    def test_a_map_of_the_picture_alone_survives_it_and_grad_cam_does_not(self, network):
        random = np.random.default_rng(0)
        where = plane(Preprocessing(), (8, 10, 1))
        whole = random.random((1, 8, 10, 1), dtype=np.float32)
        seen = saliency.Picture(whole, np.zeros_like(whole), where)
        asked = slopes.targets(4, [0, 1, 2, 3])
        layer = saliency.usual_layer(network.info)
        found = saliency.grad_cam(network, seen, asked, layer).maps
        with trial.shuffled(network):
            again = saliency.grad_cam(network, seen, asked, layer).maps
        likeness = [trial.likeness(one, other) for one, other in zip(found, again, strict=True)]
        assert np.nanmean(likeness) < 0.7
        assert trial.likeness(whole, whole) == pytest.approx(1)
