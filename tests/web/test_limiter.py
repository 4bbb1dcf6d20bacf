"""The moving window of wrong codes."""

from trace.web.limiter import GuessLimiter


def test_the_budget_is_spent_and_comes_back_one_by_one() -> None:
    limiter = GuessLimiter(budget=3, window_s=600)
    for at in (0, 10, 20):
        assert limiter.wait_s(b"a", at) == 0
        limiter.note(b"a", at)
    assert limiter.wait_s(b"a", 30) == 570
    assert limiter.wait_s(b"a", 599.5) == 1
    assert limiter.wait_s(b"a", 600) == 0
    limiter.note(b"a", 600)
    assert limiter.wait_s(b"a", 601) == 9


def test_networks_do_not_share_a_budget() -> None:
    limiter = GuessLimiter(budget=1, window_s=600)
    limiter.note(b"a", 0)
    assert (limiter.wait_s(b"a", 1), limiter.wait_s(b"b", 1)) == (599, 0)


def test_memory_is_bounded() -> None:
    limiter = GuessLimiter(budget=5, window_s=600, most_networks=100)
    for n in range(1_000):
        limiter.note(n.to_bytes(4), 0)
    assert len(limiter._guesses) == 100
