"""The figures of the wallboard, in words: name, value, and whether it is worse than it should be. Pure."""

from handoff.supervision import IN_TIME, Board, Review

Figure = tuple[str, str, bool]
"""Name, value, and whether it is worse than it should be."""


def of_now(board: Board) -> list[Figure]:
    """This moment."""
    floor = board.floor
    return [
        ("Waiting", str(floor.waiting), False),
        ("Longest wait now", minutes(floor.longest_wait_seconds), (floor.longest_wait_seconds or 0) > 60),
        ("Agents present", str(floor.present), floor.waiting > 0 and not floor.present),
        ("Agents busy", str(floor.busy), False),
        ("Occupancy now", percent(floor.occupancy), False),
        ("Places taken", percent(floor.room), False),
    ]


def of_today(board: Board) -> list[Figure]:
    """This day."""
    today = board.today
    return [
        ("Arrivals", str(today.arrivals), False),
        ("Answered", str(today.answered), False),
        ("Service level, of answered", percent(today.level), _is_low(today.level)),
        (
            "Service level, with those who gave up",
            percent(today.level_with_abandoned),
            _is_low(today.level_with_abandoned),
        ),
        ("Average answer", minutes(today.answer_seconds), False),
        ("Longest wait", minutes(today.longest_seconds), False),
        ("Gave up", percent(today.abandonment), False),
        ("Left for a call", str(today.callbacks), False),
        ("Occupancy today", percent(board.occupancy), False),
    ]


def of_week(review: Review) -> list[Figure]:
    """The last days."""
    contained, resolved = review.containment, review.resolution
    return [
        ("Kept by the assistant’s services", percent(contained.first), False),
        ("Of the rest, kept by articles", percent(contained.second), False),
        ("Needed nobody", percent(contained.both), False),
        ("Conversations with people", str(contained.people), False),
        ("Helped at once (48 hours)", percent(resolved.rate), False),
        ("Contacts counted", str(resolved.contacts), False),
    ]


def _is_low(level: float | None) -> bool:
    return level is not None and level < IN_TIME


def percent(value: float | None) -> str:
    """A share of one: "85 %"."""
    return "–" if value is None else f"{100 * value:.0f} %"


def minutes(seconds: float | None) -> str:
    """Seconds as minutes and seconds: "1:05"."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def of_ratings(review: Review) -> list[Figure]:
    """What customers said of their conversations with people."""
    said = review.satisfaction
    return [
        ("Satisfied (4 or 5 stars)", percent(said.satisfied), False),
        ("Mean of the stars", "–" if said.mean is None else f"{said.mean:.1f} of 5", False),
        ("Rated", f"{said.rated} of {said.served}", False),
    ]
