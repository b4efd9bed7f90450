"""Two thousand more customers, generated from a fixed seed, so that lists are long and searches real.

Their numbers cannot collide with those of the told customers.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from faker import Faker
from sqlalchemy.orm import Session

from records.demo.told import last_payment
from records.models import Customer, Policy, PolicyState

SEED = 95500
COUNT = 2000
_PROVINCES = ("Beijing", "Shanghai", "Sichuan", "Guangdong", "Shaanxi", "Liaoning", "Jiangsu", "Hubei")
_PRODUCTS = ("HL-WL", "HL-TL", "HL-CI", "HL-AN", "HL-UL")
_AREAS = (201, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229)
"""Area codes: 555-0100 to 555-0199 is reserved for fiction in each."""
_FREQUENCIES = ("yearly", "yearly", "half_yearly", "quarterly", "monthly")


def add(session: Session, today: date, count: int = COUNT) -> None:
    """Add `count` customers with one or two policies each; products must be there."""
    session.add_all(customers(today, count))


def customers(today: date, count: int) -> Iterator[Policy]:
    """Yield the policies of the generated customers, holders attached; the same for the same day."""
    chance = random.Random(SEED)  # noqa: S311 - demonstration data must repeat
    fake = Faker()
    fake.seed_instance(SEED)
    for index in range(count):
        customer = _customer(index, chance, fake)
        for nth in range(chance.choice((1, 1, 2))):
            yield _policy(customer, f"8810{index:06d}{nth:02d}", chance, today)


def _customer(index: int, chance: random.Random, fake: Faker) -> Customer:
    sex = chance.choice("mf")
    birth = date(1940, 1, 1) + timedelta(days=chance.randrange(365 * 65))
    return Customer(
        number=f"C{20000 + index}",
        name=fake.name_male() if sex == "m" else fake.name_female(),
        sex=sex,
        birth=birth,
        id_no=f"990101{birth:%Y%m%d}{index:04d}",
        id_expires=date(2030, 1, 1) + timedelta(days=chance.randrange(2000)),
        mobile=f"+1{_AREAS[index // 100]}55501{index % 100:02d}",
        email=f"customer{index}@example.com",
        address=fake.street_address(),
        province=chance.choice(_PROVINCES),
    )


def _policy(customer: Customer, number: str, chance: random.Random, today: date) -> Policy:
    start = today - timedelta(days=chance.randrange(400, 5000))
    premium = Decimal(chance.randrange(3, 200) * 100)
    frequency = chance.choice(_FREQUENCIES)
    next_due = today + timedelta(days=chance.randrange(1, 28))
    policy = Policy(
        number=number,
        holder=customer,
        insured=customer,
        product_code=chance.choice(_PRODUCTS),
        state=PolicyState.IN_FORCE,
        start=start,
        sum_insured=Decimal(chance.randrange(1, 100) * 10_000),
        premium=premium,
        frequency=frequency,
        next_due=next_due,
        cash_value=Decimal(chance.randrange(0, 800) * 100),
    )
    policy.payments = [last_payment(premium, frequency, start, next_due)]
    return policy
