"""The second factor: asked for once confirmed, no code good twice, a way back when the app is lost."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from handoff import accounts, second_factor
from handoff.authorization import Principal
from handoff.refusals import CodeNeeded, WrongCode
from records.models import AgentId, RecoveryCode, Role, SecondFactor
from tests.handoff.conftest import AMY, Floor


@pytest.fixture
def amy(floor: Floor) -> Principal:
    return Principal(AgentId(floor.staff(AMY)["amy"]), "amy", "Amy Gao", Role.AGENT)


def app_of(floor: Floor, who: Principal) -> pyotp.TOTP:
    with floor.store.writing() as session:
        made = second_factor.begin(session, who, floor.clock.now())
    assert made.uri.startswith("otpauth://totp/Contact%20centre:amy?")
    return pyotp.TOTP(made.secret)


def switched_on(floor: Floor, who: Principal) -> tuple[pyotp.TOTP, tuple[str, ...]]:
    app = app_of(floor, who)
    with floor.store.writing() as session:
        codes = second_factor.confirm(session, who, app.at(floor.clock.now()), floor.clock.now())
    floor.clock.advance(seconds=30)
    return app, codes


def shown(app: pyotp.TOTP, floor: Floor, seconds: int = 0) -> str:
    """What the app shows so many seconds from now."""
    return app.at(floor.clock.now() + timedelta(seconds=seconds))


def log_in(floor: Floor, code: str = "", password: str = "") -> str | None:
    password = password or floor.passwords["amy"]
    return accounts.log_in(floor.store, "amy", password, floor.clock, code=code)


def test_it_is_not_asked_for_before_the_app_has_shown_a_right_code(floor: Floor, amy: Principal) -> None:
    app_of(floor, amy)
    with pytest.raises(WrongCode), floor.store.writing() as session:
        second_factor.confirm(session, amy, "000000", floor.clock.now())
    assert log_in(floor) is not None


def test_the_right_password_alone_is_not_enough_and_a_wrong_one_says_nothing(
    floor: Floor, amy: Principal
) -> None:
    app, _ = switched_on(floor, amy)
    with pytest.raises(CodeNeeded):
        log_in(floor)
    assert log_in(floor, password="wrong") is None
    assert log_in(floor, "123456" if app.at(floor.clock.now()) != "123456" else "654321") is None
    code = app.at(floor.clock.now())
    assert log_in(floor, f" {code[:3]} {code[3:]}") is not None


def test_a_code_is_good_once_and_a_clock_may_be_half_a_minute_off(floor: Floor, amy: Principal) -> None:
    app, _ = switched_on(floor, amy)
    code = app.at(floor.clock.now())
    assert log_in(floor, code) is not None
    assert log_in(floor, code) is None
    floor.clock.advance(seconds=90)
    early = shown(app, floor, 30)
    assert log_in(floor, shown(app, floor, -60)) is None
    assert log_in(floor, early) is not None
    # What the app showed before the code that was used is over, too.
    assert log_in(floor, app.at(floor.clock.now())) is None


def test_codes_cannot_be_guessed_through(floor: Floor, amy: Principal) -> None:
    app, _ = switched_on(floor, amy)
    right = {shown(app, floor, seconds) for seconds in (-30, 0, 30)}
    for guess in [f"{n:06}" for n in range(10) if f"{n:06}" not in right][:5]:
        assert log_in(floor, guess) is None
    assert log_in(floor, app.at(floor.clock.now())) is None


def test_each_recovery_code_replaces_the_app_once_and_none_is_kept_in_clear(
    floor: Floor, amy: Principal
) -> None:
    app, codes = switched_on(floor, amy)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert log_in(floor, codes[0].upper()) is not None
    assert log_in(floor, codes[0]) is None
    assert log_in(floor, codes[1]) is not None
    with floor.store.reading() as session:
        kept = [*session.scalars(select(RecoveryCode.code_hash)),
                *session.scalars(select(SecondFactor.sealed_secret))]  # fmt: skip
    assert not {app.secret, *codes} & set(kept)


def test_it_is_switched_off_with_a_code_only(floor: Floor, amy: Principal) -> None:
    app, codes = switched_on(floor, amy)
    with pytest.raises(WrongCode), floor.store.writing() as session:
        second_factor.begin(session, amy, floor.clock.now())
    with pytest.raises(WrongCode), floor.store.writing() as session:
        second_factor.switch_off(session, amy, "000000x", floor.clock.now())
    with floor.store.writing() as session:
        second_factor.switch_off(session, amy, app.at(floor.clock.now()), floor.clock.now())
    assert log_in(floor) is not None
    assert log_in(floor, codes[0]) is not None  # not asked for, and not looked at


def test_a_new_password_also_forgets_a_lost_telephone(floor: Floor, amy: Principal) -> None:
    switched_on(floor, amy)
    with floor.store.writing() as session:
        password = accounts.reset_password(session, "amy", floor.clock.now())
    assert log_in(floor, password=password) is not None
