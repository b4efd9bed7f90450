import threading

import pytest

from handoff import accounts, login_limits, passwords, program_tokens
from handoff.authorization import Permission, Principal, authorize
from handoff.refusals import Forbidden, NotLoggedIn, OwnRole, UnknownLogin
from records.models import AgentId, Role
from tests.handoff.conftest import AMY, DORA, Floor


def log_in(floor: Floor, password: str, login: str = "amy") -> str | None:
    return accounts.log_in(floor.store, login, password, floor.clock)


def who(floor: Floor, token: str) -> Principal:
    with floor.store.reading() as session:
        return accounts.principal_of(session, token, floor.clock.now())


def test_every_account_gets_a_password_of_its_own_once(floor: Floor) -> None:
    floor.staff(AMY, DORA)
    assert len(set(floor.passwords.values())) == 2
    with floor.store.writing() as session:
        assert accounts.create_agents(session, [AMY], floor.clock.now()) == {}
    assert floor.passwords["amy"] not in floor.agent("amy").password_hash


def test_the_right_password_opens_a_session(floor: Floor) -> None:
    floor.staff(AMY)
    token = log_in(floor, floor.passwords["amy"], " Amy ")
    assert token is not None
    assert (who(floor, token).login, who(floor, token).role) == ("amy", Role.AGENT)


def test_five_wrong_passwords_lock_the_login_for_fifteen_minutes(floor: Floor) -> None:
    floor.staff(AMY)
    for _ in range(5):
        assert log_in(floor, "wrong") is None
    assert log_in(floor, floor.passwords["amy"]) is None
    floor.clock.advance(minutes=14, seconds=59)
    assert log_in(floor, floor.passwords["amy"]) is None
    floor.clock.advance(seconds=1)
    assert log_in(floor, floor.passwords["amy"]) is not None


def test_wrong_passwords_spread_over_hours_lock_nobody_out(floor: Floor) -> None:
    floor.staff(AMY)
    for _ in range(8):
        assert log_in(floor, "wrong") is None
        floor.clock.advance(minutes=5)
    assert log_in(floor, floor.passwords["amy"]) is not None


def test_a_right_password_forgives_the_wrong_ones_before(floor: Floor) -> None:
    floor.staff(AMY)
    for _ in range(2):
        for _ in range(4):
            assert log_in(floor, "wrong") is None
        assert log_in(floor, floor.passwords["amy"]) is not None


def test_guessing_in_parallel_gains_nothing(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.staff(AMY)
    verified: list[str] = []
    monkeypatch.setattr(passwords, "fits", lambda given, known: verified.append(given))
    threads = [threading.Thread(target=log_in, args=(floor, f"guess {n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    # All did the work of verifying, but only five could have been let in.
    assert len(verified) == 12
    assert log_in(floor, floor.passwords["amy"]) is None


@pytest.mark.parametrize("login", ["amy", "nobody"])
def test_unknown_logins_are_verified_locked_and_refused_like_known_ones(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    floor.staff(AMY)
    verified: list[str] = []
    monkeypatch.setattr(passwords, "fits", lambda given, known: verified.append(known[:10]))
    assert [log_in(floor, "wrong", login) for _ in range(7)] == [None] * 7
    assert verified == ["$argon2id$"] * 7


def test_logging_out_ends_the_session_and_the_availability(floor: Floor) -> None:
    floor.staff(AMY)
    token = log_in(floor, floor.passwords["amy"])
    assert token is not None
    with floor.store.writing() as session:
        accounts.log_out(session, token, floor.clock.now())
    with pytest.raises(NotLoggedIn):
        who(floor, token)
    assert not floor.agent("amy").available


def test_a_new_password_and_a_new_role_end_all_sessions(floor: Floor) -> None:
    floor.staff(AMY)
    tokens = [log_in(floor, floor.passwords["amy"]) for _ in range(2)]
    with floor.store.writing() as session:
        password = accounts.reset_password(session, "amy", floor.clock.now())
    for token in tokens:
        with pytest.raises(NotLoggedIn):
            who(floor, token or "")
    assert log_in(floor, floor.passwords["amy"]) is None
    token = log_in(floor, password)
    assert token is not None
    with floor.store.writing() as session:
        accounts.change_role(session, "amy", Role.SUPERVISOR, floor.clock.now(), "agent:dora")
    with pytest.raises(NotLoggedIn):
        who(floor, token)


def test_a_session_ends_with_the_working_day(floor: Floor) -> None:
    floor.staff(AMY)
    token = log_in(floor, floor.passwords["amy"])
    floor.clock.advance(hours=12)
    with pytest.raises(NotLoggedIn):
        who(floor, token or "")


def test_the_command_line_prints_a_new_password_once(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    floor.staff(AMY)
    monkeypatch.setattr(accounts, "Store", lambda url: floor.store)
    assert accounts.main(["reset", "amy"]) == 0
    login, password = capsys.readouterr().out.strip().split(": ")
    assert login == "amy"
    assert log_in(floor, password) is not None
    assert accounts.main(["reset", "nobody"]) == 1
    with pytest.raises(UnknownLogin), floor.store.writing() as session:
        accounts.reset_password(session, "nobody", floor.clock.now())


def test_wrong_passwords_of_one_network_lock_it_and_no_other(floor: Floor) -> None:
    floor.staff(AMY)

    def guess(login: str, password: str, address: str) -> str | None:
        return accounts.log_in(floor.store, login, password, floor.clock, address=address)

    for number in range(login_limits.WRONG_FROM_ADDRESS):
        # Every telephone of an IPv6 network has addresses of its own.
        assert guess(f"nobody{number}", "wrong", f"2001:db8::{number:x}") is None
    assert guess("amy", floor.passwords["amy"], "2001:db8::ffff") is None
    assert guess("amy", floor.passwords["amy"], "2001:db8:1::1") is not None
    floor.clock.advance(minutes=15)
    assert guess("amy", floor.passwords["amy"], "2001:db8::ffff") is not None


def test_right_log_ins_of_a_whole_office_lock_nobody(floor: Floor) -> None:
    floor.staff(AMY)
    for _ in range(login_limits.WRONG_FROM_ADDRESS + 1):
        assert accounts.log_in(floor.store, "amy", floor.passwords["amy"], floor.clock, address="10.0.0.1")


def test_nobody_changes_their_own_role(floor: Floor) -> None:
    floor.staff(DORA)
    with pytest.raises(OwnRole), floor.store.writing() as session:
        accounts.change_role(session, "dora", Role.AGENT, floor.clock.now(), "agent:dora")


def test_a_renewed_token_replaces_the_old_one_until_the_working_day_is_over(floor: Floor) -> None:
    floor.staff(AMY)
    token = accounts.log_in(floor.store, "amy", floor.passwords["amy"], floor.clock, life=program_tokens.LIFE)
    assert token is not None
    for _ in range(int(accounts.SESSION_LIFE / program_tokens.LIFE) * 2 - 1):
        floor.clock.advance(seconds=program_tokens.LIFE.total_seconds() / 2)
        old = token
        with floor.store.writing() as session:
            token = program_tokens.renew(session, old, floor.clock.now())
        assert who(floor, token).login == "amy"
        with pytest.raises(NotLoggedIn):
            who(floor, old)
    floor.clock.advance(seconds=program_tokens.LIFE.total_seconds() / 2)
    with pytest.raises(NotLoggedIn), floor.store.writing() as session:
        program_tokens.renew(session, token, floor.clock.now())


AGENT = Principal(AgentId(1), "amy", "Amy Gao", Role.AGENT)
SUPERVISOR = Principal(AgentId(2), "dora", "Dora Shi", Role.SUPERVISOR)
REVIEWER = Principal(AgentId(3), "rita", "Rita Mo", Role.REVIEWER)
_SUPERVISORS = {
    Permission.READ_AGENTS,
    Permission.MANAGE_ACCOUNTS,
    Permission.READ_WALLBOARD,
    Permission.BARGE,
    Permission.WHISPER,
    Permission.MONITOR,
    Permission.ORDER_QUEUE,
}
_EVERYBODYS = {Permission.READ_CASES, Permission.DECIDE}
"""Work lists belong to nobody: four eyes must be able to meet."""
_SUPERVISED = (
    _EVERYBODYS
    | _SUPERVISORS
    | {
        Permission.READ_CONVERSATION,
        Permission.READ_CUSTOMER,
        Permission.NOTE,
        Permission.PROMISE_CALL,
        Permission.SEARCH,
    }
)


def passes(who: Principal, permission: Permission, holder: int | None) -> bool:
    try:
        authorize(who, permission, holder)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("permission", sorted(set(Permission) - {Permission.REVIEW, Permission.OWN_ACCOUNT}))
def test_reviewers_review_and_do_nothing_else(permission: Permission) -> None:
    authorize(REVIEWER, Permission.REVIEW, None)
    for holder in (3, 1, None):
        with pytest.raises(Forbidden):
            authorize(REVIEWER, permission, holder)


def test_supervisors_review_and_agents_do_not() -> None:
    authorize(SUPERVISOR, Permission.REVIEW, None)
    for holder in (1, 2, None):
        with pytest.raises(Forbidden):
            authorize(AGENT, Permission.REVIEW, holder)


@pytest.mark.parametrize("permission", sorted(set(Permission) - {Permission.REVIEW}))
def test_agents_reach_their_own_conversations_and_supervisors_look_at_all(permission: Permission) -> None:
    assert passes(AGENT, permission, 1) is (permission not in _SUPERVISORS)
    assert passes(SUPERVISOR, permission, 2)
    for holder in (2, None):
        assert passes(AGENT, permission, holder) is (permission in _EVERYBODYS)
    assert passes(SUPERVISOR, permission, 1) is (permission in _SUPERVISED)
