"""Reviewing faster than a server answers: nothing is lost or doubled, and what is refused comes back."""

import pytest

from layouts import review_sample
from tests.browser.serving import PATIENCE, SIZE, served
from workspace.journal import NotSaved

pytestmark = pytest.mark.browser

QUIET = 1000  # ms until the rest of the page follows (assets/review_deck.js)
IDLE = "() => innerview.outbox.idle"
SHOWN = "() => innerview.deck.shown"
# Keys without a pause: what was in sight when each was pressed.
TYPE = """(keys) => keys.map((key) => {
    const shown = innerview.deck.shown;
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    return shown;
})"""
NO_ANSWER = "() => { window.sends = window.fetch; window.fetch = () => Promise.reject(new TypeError()); }"
LOST_ANSWER = """() => {
    window.sends = window.fetch;
    window.fetch = async (...asked) => { await window.sends(...asked); throw new TypeError(); };
}"""
AGAIN = "() => { window.fetch = window.sends; }"
WORDS = {"k": "keep", "d": "drop", "u": "unsure"}


def begin(page, url, who):
    page.goto(f"{url}/review?review=loss")
    page.locator(".review-sample").wait_for()
    page.locator("#viewer-name").fill(who)
    page.locator("h1").click()


def said(session):
    """(sample, verdict) of all that counts, in the order of writing."""
    lines = session.reviews.decided().lines
    return [(index, lines[index].verdict) for index in sorted(lines, key=lambda index: lines[index].number)]


def test_keys_faster_than_answers_and_answers_that_do_not_come(chromium_page, opened):
    page, session = chromium_page, opened()
    order = session.queues.queue("loss").indices.tolist()

    def sight():
        return page.evaluate(SHOWN)

    def idle():
        page.wait_for_function(IDLE)

    with served(session) as url:
        begin(page, url, "Ann")

        # Ten in a row, each as soon as there is something to judge.
        pressed = []
        for key in "kdukkdukkd":
            page.wait_for_function(
                "(last) => innerview.deck.shown !== last && !document.querySelector('.review-sample.out')",
                arg=pressed[-1][0] if pressed else None,
            )
            pressed.append((sight(), WORDS[key]))
            page.keyboard.press(key)
        page.keyboard.press("z")
        idle()
        assert [index for index, _ in pressed] == order[:10] and said(session) == pressed[:9]
        assert sight() == order[9]

        # In one breath: what was never in sight is not judged.
        seen = page.evaluate(TYPE, list("kdukdukdukdu"))
        idle()
        assert seen[:5] == order[9:14]
        new = dict.fromkeys(seen)
        pressed = [*pressed[:9], *zip(new, (WORDS[key] for key in "kdukdukdukdu"), strict=False)]
        assert said(session) == pressed and sight() == order[len(pressed)]

        # A verdict that the server refuses, and the step back that was meant for it.
        judge, here = session.reviews.judge, sight()
        session.reviews.judge = refuse
        page.evaluate(TYPE, ["k", "z"])
        page.locator(".message").get_by_text("the disk is full").wait_for()
        session.reviews.judge = judge
        idle()
        assert sight() == here and said(session) == pressed
        page.locator(".message .btn-close").click()

        # No connection: all that was said comes back, the first of it in sight.
        page.evaluate(NO_ANSWER)
        assert len(set(page.evaluate(TYPE, ["k", "d", "u"]))) == 3
        page.locator(".message").get_by_text("3 samples are open again").wait_for()
        assert sight() == here and said(session) == pressed
        page.evaluate(AGAIN)

        # The server has it, but nobody knows: who says the same again says it once.
        version = session.tags.version
        page.evaluate(LOST_ANSWER)
        page.evaluate(TYPE, ["k"])
        page.wait_for_function("(here) => innerview.outbox.idle && innerview.deck.shown === here", arg=here)
        page.evaluate(AGAIN)
        page.keyboard.press("k")
        idle()
        assert session.tags.version == version + 1 and said(session) == [*pressed, (here, "keep")]
        assert sight() == order[len(pressed) + 1]

        # The same of a step back.
        page.evaluate(LOST_ANSWER)
        page.evaluate(TYPE, ["z"])
        page.wait_for_function(IDLE)
        page.evaluate(AGAIN)
        page.keyboard.press("z")
        page.wait_for_function("(here) => innerview.outbox.idle && innerview.deck.shown === here", arg=here)
        assert session.tags.version == version + 2 and said(session) == pressed
        page.keyboard.press("k")
        idle()

        # The server has it and nobody knows, it is taken back, and said once more.
        after = sight()
        page.evaluate(LOST_ANSWER)
        page.evaluate(TYPE, ["u"])
        page.wait_for_function("(after) => innerview.outbox.idle && innerview.deck.shown === after", arg=after)
        page.evaluate(AGAIN)
        page.evaluate(TYPE, ["z"])
        idle()
        assert said(session) == [*pressed, (here, "keep")] and sight() == after
        page.evaluate(TYPE, ["u"])
        idle()
        assert said(session) == [*pressed, (here, "keep"), (after, "unsure")]
        page.evaluate(TYPE, ["z"])
        idle()

        # Away by a link at once, and back; then away altogether.
        page.evaluate(TYPE, ["d"])
        page.locator(".navigation").get_by_text("Losses").click()
        page.wait_for_function("() => !document.querySelector('.review')")
        page.go_back()
        page.locator(f'.review-sample[data-index="{order[len(pressed) + 2]}"]').wait_for()
        last = page.evaluate(TYPE, ["k", "u", "d"])
        page.goto("about:blank")
        wanted = [*pressed, (here, "keep"), (order[len(pressed) + 1], "drop")]
        wanted += list(zip(last, ("keep", "unsure", "drop"), strict=True))
        for _ in range(PATIENCE // 100):
            if len(said(session)) == len(wanted):
                break
            page.wait_for_timeout(100)
        assert said(session) == wanted and last == order[len(pressed) + 2 : len(pressed) + 5]


def test_two_viewers_of_one_list_go_on_where_nobody_was(chromium_page, chromium, opened):
    session = opened()
    order = session.queues.queue("loss").indices.tolist()
    other = chromium.new_context(viewport=SIZE)
    ann, bob = chromium_page, other.new_page()
    with served(session) as url:
        begin(ann, url, "Ann")
        begin(bob, url, "Bob")
        ann.evaluate(TYPE, ["k", "k", "k"])
        ann.wait_for_function(IDLE)
        bob.locator(".review-before").wait_for()  # what Bob looks at stays in sight, with Ann's verdict on it
        assert bob.evaluate(SHOWN) == order[0]
        bob.keyboard.press("d")
        bob.locator(f'.review-sample[data-index="{order[3]}"]').wait_for()
        bob.wait_for_function(IDLE)
        ann.keyboard.press("z")  # her own last one
        ann.locator(f'.review-sample[data-index="{order[2]}"]').wait_for()
        ann.wait_for_function(IDLE)
        assert said(session) == [(order[1], "keep"), (order[0], "drop")]
        ann.goto("about:blank")
        other.close()


def test_cards_that_cannot_be_drawn_are_not_asked_for_again_and_again(chromium_page, opened, monkeypatch):
    page, session, asked = chromium_page, opened(), []
    with served(session) as url:
        begin(page, url, "Ann")
        page.wait_for_timeout(2 * QUIET)  # what the page asks for at first
        monkeypatch.setattr(review_sample, "body", refuse)
        page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/reviewed") else None)
        session.tell()
        page.locator(".message").get_by_text("the disk is full").wait_for()
        page.wait_for_timeout(3 * QUIET)
        assert len(asked) == 1 and page.locator(".review-sample").is_visible()
        page.goto("about:blank")


def refuse(*given, **more):
    raise NotSaved("review: the disk is full; make room")
