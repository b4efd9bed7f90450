"""Prepare the data of an installation: secrets, schema, and in a demonstration its customers and agents.

Safe to repeat: what is there already is left as it is.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import exists, select

from handoff import accounts
from handoff.accounts import AgentSpec
from records import schema, secrets
from records.clock import SystemClock, today
from records.demo import generated, told
from records.models import Agent, Product, Role
from records.settings import Settings, settings
from records.store import Store

PASSWORDS = "first-passwords"
"""File with the agents' first passwords, readable by its owner only; to be deleted once they are changed."""


def prepare(chosen: Settings, customers: int = generated.COUNT) -> None:
    """Bring the installation's data to where the centre can start; `customers` are generated ones."""
    secrets.load(chosen.data)
    store = Store(chosen.records_url)
    schema.upgrade(store)
    if chosen.demo:
        seed(store, chosen.data, customers)
    store.close()


def seed(store: Store, data: Path, customers: int) -> None:
    """Add the demonstration's data where there is none."""
    clock = SystemClock()
    with store.writing() as session:
        day = today(clock)
        if not session.scalar(select(exists(select(Product.code)))):
            told.add(session, day)
            generated.add(session, day, customers)
        if not session.scalar(select(exists(select(Agent.id)))):
            specs = [_spec(told_of) for told_of in told.read()["agents"]]
            _keep(data / PASSWORDS, accounts.create_agents(session, specs, clock.now()))


def _spec(told_of: Mapping[str, Any]) -> AgentSpec:
    return AgentSpec(
        login=told_of["login"],
        name=told_of["name"],
        role=Role(told_of["role"]),
        skills=tuple(told_of["skills"]),
        languages=tuple(told_of["languages"]),
        province=told_of["province"],
        capacity=told_of["capacity"],
        phone=told_of.get("phone"),
    )


def _keep(path: Path, passwords: dict[str, str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{login} {password}\n" for login, password in passwords.items())


if __name__ == "__main__":
    prepare(settings())
