"""Eight people who tag at once, over HTTP: nothing acknowledged is lost, and everybody sees everything."""

import json
import threading
import urllib.request

import numpy as np

from app import create_app
from layouts.kit import ids
from tests.browser.serving import running
from tests.callbacks.calling import body

PEOPLE, ROUNDS = 8, 5
PATIENCE = 30  # seconds for an answer


class Viewer:
    """Somebody with a browser of their own: posts as a page does, and keeps what was acknowledged."""

    def __init__(self, app, session, address, name):
        self.app, self.session, self.address, self.name = app, session, address, name
        self.acknowledged = []

    def ask(self, output, values, changed):
        asked = json.dumps(body(self.app, output, values, changed)).encode()
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", "Origin": self.address}
        request = urllib.request.Request(f"{self.address}/_dash-update-component", asked, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["response"]

    def give(self, names, rows, button=ids.TRAY_TAG_ADD):
        values = {
            f"{ids.TRAY_TAG_ADD}.n_clicks": 1,
            f"{ids.TRAY_TAG_REMOVE}.n_clicks": 1,
            f"{ids.TRAY_TAG_BOX}.n_submit": None,
            f"{ids.TRAY_TAG_BOX}.value": names,
            f"{ids.WHO}.value": self.name,
            f"{ids.STATE}.data": {"selection": self.session.selections.save(np.asarray(rows))},
        }
        answer = self.ask(f"{ids.TRAY_TAG_BOX}.value", values, f"{button}.n_clicks")
        if "saved" in answer[ids.TAGS_SAID]["children"]["props"]["children"]:
            self.acknowledged.append((button == ids.TRAY_TAG_ADD, names, rows))

    def work(self):
        """Tags of one's own, one that all share, and one that is taken back again."""
        number = int(self.name.split()[-1])
        for turn in range(ROUNDS):
            row = number * ROUNDS + turn
            self.give(f"of {self.name}, shared", [row])
            self.give("passing", [row])
            self.give("passing", [row], ids.TRAY_TAG_REMOVE)

    def seen(self):
        """The tags that the page shows of a selection of all samples: name -> how many have it."""
        values = {
            f"{ids.STATE}.data": {"selection": self.session.selections.save(np.arange(60))},
            f"{ids.VERSION}.data": 1,
        }
        chips = self.ask(f"{ids.TRAY_TAGS}.children", values, f"{ids.STATE}.data")[ids.TRAY_TAGS]["children"]
        found = {}
        for chip in chips:
            _, name, count, _ = (part["props"].get("children", "") for part in chip["props"]["children"])
            found[name] = int(count)
        return found


def test_eight_people_tag_at_once_and_nothing_that_was_said_to_be_saved_is_lost(opened):
    session = opened()
    app = create_app(session)
    with running(app.server) as address:
        people = [Viewer(app, session, address, f"viewer {number}") for number in range(PEOPLE)]
        threads = [threading.Thread(target=one.work) for one in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert [len(one.acknowledged) for one in people] == [3 * ROUNDS] * PEOPLE
        expected = {f"of {one.name}": ROUNDS for one in people} | {"shared": PEOPLE * ROUNDS}
        assert [one.seen() for one in people] == [expected] * PEOPLE
        marks = {(mark.name, mark.who) for mark in session.tags.of(ROUNDS)}
        assert marks == {("of viewer 1", "viewer 1"), ("shared", "viewer 1")}
    again = opened()
    assert again.tags.members("shared").tolist() == list(range(PEOPLE * ROUNDS))
    for number, one in enumerate(people):
        rows = list(range(number * ROUNDS, (number + 1) * ROUNDS))
        assert again.tags.members(f"of {one.name}").tolist() == rows
    assert not again.tags.members("passing").size
    history, n = again.tags.history(1000)
    assert n == len(history) == PEOPLE * 3 * ROUNDS
