"""Several pairs under one server: paths, the guard, and that two pairs never mix."""

import re
import shutil

import pytest
from werkzeug.test import Client

from app import create_app
from callbacks.pairs import Dispatcher
from callbacks.routes import ROOMS
from tests.tiny import IDLE
from workspace.pair import key_of
from workspace.pairs import Pairs
from workspace.store import Store

OWN = "http://127.0.0.1:8050"
TOKEN = "t" * 40
PAGE = {"Accept": "text/html"}


@pytest.fixture
def served(two_pairs, tmp_path):
    """served(**protection) -> (pairs with both open, key of the second, a browser)."""
    made = []

    def served(**protection):
        pairs = Pairs(Store(shutil.copytree(two_pairs[0], tmp_path / "cache")), folder=tmp_path, command=IDLE)
        made.append(pairs)
        for options in two_pairs[1]:
            pairs.open(options)
        dispatcher = Dispatcher(pairs, lambda session, base: create_app(session, base, **protection))
        return pairs, key_of(two_pairs[1][1]), Browser(dispatcher)

    yield served
    for pairs in made:
        pairs.close()


class Browser(Client):
    """Calls the server by a name of its own, and looks at the headers of every answer."""

    def open(self, *args, **kwargs):
        kwargs.setdefault("base_url", OWN)
        answer = super().open(*args, **kwargs)
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "Content-Security-Policy" in answer.headers
        assert b"Traceback" not in answer.data
        return answer


def test_every_pair_has_its_pages_under_its_own_base(served):
    pairs, key, browser = served()
    for base in ("/", f"/with/{key}/"):
        text = browser.get(base).text
        assert f'<base href="{base}">' in text
        assets = re.findall(r'(?:src|href)="([^"]*(?:assets|suites|bootstrap)/[^"]+)"', text)
        assert len(assets) > 30
        assert all(asset.startswith((base, "bootstrap/")) for asset in assets)
        assert (
            browser.get(next(asset for asset in assets if "assets/navigation.js" in asset), buffered=True).status_code
            == 200
        )
        assert browser.get(f"{base}_dash-layout").status_code == browser.get(f"{base}projection").status_code == 200
        assert browser.get(f"{base}sample/4").status_code == 200
    chips = [browser.get(f"{base}_dash-layout").text for base in ("/", f"/with/{key}/")]
    assert all(
        session.dataset.fingerprint[:8] in text for session, text in zip(pairs.sessions.values(), chips, strict=True)
    )
    assert browser.get(f"/with/{key}", headers=PAGE).headers["Location"] == f"/with/{key}/"


def test_what_is_shown_of_one_pair_is_not_there_under_the_other(served):
    pairs, key, browser = served()
    first, second = pairs.sessions.values()
    assert first.dataset.fingerprint != second.dataset.fingerprint
    for own, other in ((first, second), (second, first)):
        right, wrong = ("", f"/with/{key}") if own is first else (f"/with/{key}", "")
        path = f"/sample/{own.dataset.fingerprint}/0.png"
        assert browser.get(right + path).status_code == 200
        assert browser.get(wrong + path).status_code == 404
        rows = f"/rows/{own.dataset.fingerprint}.json?stop=5"
        assert (browser.get(right + rows).status_code, browser.get(wrong + rows).status_code) == (200, 404)
        assert other.dataset.fingerprint[:8] not in browser.get(f"{right}/_dash-layout").text


@pytest.mark.parametrize(
    "path",
    [
        "/with/", "/with/0123456789ab/", "/with/0123456789ab/health", "/with/..", "/with/../x", "/with/%2e%2e/x",
        "/with/%00/", "/with/a%2fb/", "/with/ffffffffffff/../../etc/passwd", "/with/é/", f"/with/{'f' * 3000}/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("headers", [{}, PAGE])
def test_keys_that_nobody_has_are_refused_in_one_line(served, path, headers):
    pairs, _, browser = served()
    answer = browser.get(path, headers=headers)
    assert answer.status_code == 404 and answer.text.count("\n") == 1 and len(answer.text) < 200
    assert len(pairs.sessions) == 2


def test_the_token_is_asked_for_everywhere(served):
    _, key, browser = served(token=TOKEN)
    for path in ("/", f"/with/{key}/", f"/with/{key}/health", f"/with/{key}", "/with/000000000000/", "/pair"):
        assert browser.get(path, headers=PAGE).status_code == 401
    assert browser.post("/pair?network=x&data=y").status_code == 401
    answer = browser.get(f"/with/{key}/projection?color=loss&token={TOKEN}", headers=PAGE)
    assert answer.headers["Refresh"] == f"0; url=/with/{key}/projection?color=loss"
    assert browser.get("/health").status_code == browser.get(f"/with/{key}/health").status_code == 200, "one cookie"


def test_foreign_names_are_refused_everywhere(served):
    _, key, browser = served(hosts=["box.example"])
    for path in ("/health", f"/with/{key}/health", "/with/000000000000/"):
        assert browser.get(path, headers={"Host": "evil.example"}).status_code == 400
    assert browser.get(f"/with/{key}/health", headers={"Host": "box.example"}).status_code == 200


def test_a_closed_pair_is_opened_by_a_page_and_by_nothing_else(served, two_pairs):
    pairs, key, browser = served()
    pairs.close()
    pairs.open(two_pairs[1][0])
    for headers in ({}, {"Accept": "image/png"}, {"Accept": "*/*"}):
        assert browser.get(f"/with/{key}/health", headers=headers).status_code == 404
    assert pairs.get(key) is None
    answer = browser.get(f"/with/{key}/projection?query=loss+%3E+1", headers=PAGE)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/with/{key}/projection?query=loss+%3E+1")
    assert pairs.get(key) is not None
    assert browser.get(f"/with/{key}/projection").status_code == 200


def test_a_listed_pair_is_opened_and_what_is_not_listed_leads_back_to_the_list(served, two_pairs):
    pairs, key, browser = served()
    keys = [pairs.choices.keys(options) for options in two_pairs[1]]
    pairs.close()
    pairs.open(two_pairs[1][0])
    answer = browser.post("/pair", query_string={"network": keys[1][0], "data": keys[1][1]})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/with/{key}/")
    assert pairs.get(key) is not None
    for odd in ("", "/etc/passwd", "../..", "\r\nX: y", "0" * 5000):
        answer = browser.post("/pair", query_string={"network": odd, "data": keys[0][1]})
        assert answer.status_code == 303 and answer.headers["Location"].startswith("/open?network=")
        assert len(answer.headers["Location"]) < 300
    assert len(pairs.sessions) == 2


def test_what_the_form_says_is_in_the_key_and_survives_a_restart(served, two_pairs):
    pairs, _, browser = served()
    network, data = pairs.choices.keys(two_pairs[1][0])
    form = {"network": network, "data": data, "split": "train", "limit": " 9 ", "batch": "4"}
    address = browser.post("/pair", data=form).headers["Location"]
    key = address.strip("/").removeprefix("with/")
    assert pairs.get(key).options.split == "train"
    pairs.close()
    pairs.open(two_pairs[1][0])
    assert browser.get(address, headers=PAGE).status_code == 302
    options = pairs.get(key).options
    assert (options.split, options.limit, options.batch) == ("train", 9, 4)


def test_what_the_form_cannot_say_leads_back_to_it_as_it_was(served, two_pairs):
    pairs, _, browser = served()
    network, data = pairs.choices.keys(two_pairs[1][0])
    for form in (
        {"limit": "-3"},
        {"batch": "many"},
        {"join-/etc": "on"},
        {f"join-{data}": "on"},
        {"limit": "9" * 5000},
    ):
        answer = browser.post("/pair", data={"network": network, "data": data, **form})
        assert answer.status_code == 303 and answer.headers["Location"].startswith(
            f"/open?network={network}&data={data}"
        )
        assert "opening=" in answer.headers["Location"] and len(answer.headers["Location"]) < 2500
    assert len(pairs.sessions) == 2


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}])
def test_other_sites_open_nothing(served, headers):
    pairs, _, browser = served()
    keys = pairs.choices.keys(pairs.first.options)
    query = {"network": keys[0], "data": keys[1]}
    assert browser.post("/pair", query_string=query, headers=headers).status_code == 403


def test_no_page_has_the_path_of_a_route():
    from layouts import pages
    from layouts.page import PAGES

    pages()
    shared = {page.path.strip("/") for page in PAGES} & {*ROOMS, "with", "pair", "query"}
    assert shared == {"sample"}, "whose page has an index behind it, and whose pictures a folder more"
