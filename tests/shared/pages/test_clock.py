"""What a process has heard of the changes, in whatever order it came, says which pages may still be shown."""

from shared.browser.app.redis_cacher.clock import EVERYTHING, Clock


def heard(*changes: tuple[int, str]) -> Clock:
    clock = Clock()
    for at, tag in changes:
        clock.hear(at, [tag])
    return clock


def test_a_change_of_our_own_is_not_forgotten_for_an_older_one_of_others() -> None:
    clock = heard((100, "shelf"))
    clock.learn(120, ["shelf"])

    clock.hear(110, ["shelf"])

    assert not clock.good(115, ["shelf"])
    assert clock.good(120, ["shelf"])


def test_throwing_everything_away_forgets_no_later_change() -> None:
    clock = heard((100, "menu"), (120, "shelf"))

    clock.learn(110, [EVERYTHING])

    assert not clock.good(109, ["menu"])
    assert clock.good(115, ["menu"])
    assert not clock.good(115, ["shelf"])


def test_a_change_that_could_not_be_told_makes_its_pages_bad_until_it_is() -> None:
    clock = heard((100, "menu"))

    clock.owe(["shelf"])
    clock.hear(130, ["menu"])

    assert not clock.good(200, ["shelf"])
    assert clock.good(130, ["menu"])
    clock.paid(["shelf"], 140)
    assert not clock.good(135, ["shelf"])
    assert clock.good(140, ["shelf"])


def test_what_others_changed_while_we_owed_it_counts_too() -> None:
    """Our own was told before theirs, and the answer came after it."""
    clock = heard((100, "menu"))
    clock.owe(["shelf"])
    clock.hear(130, ["shelf"])

    clock.paid(["shelf"], 120)

    assert not clock.good(125, ["shelf"])


def test_everything_can_be_owed_and_something_of_it_beside() -> None:
    clock = heard((100, "menu"))
    clock.owe(["shelf"])
    clock.owe([EVERYTHING])

    assert not clock.good(200, ["menu"])
    clock.paid([EVERYTHING], 140)

    assert clock.good(140, ["menu"])
    assert not clock.good(200, ["shelf"])


def test_another_stream_begins_the_clock_anew() -> None:
    clock = heard((100, "menu"), (500, "shelf"))

    clock.restart(300)

    assert not clock.good(299, ["menu"])
    assert clock.good(300, ["shelf"])
    assert clock.told < 300 == clock.seen
