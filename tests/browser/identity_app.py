"""A centre whose customers can prove who they are, in a process of its own.

Run as `python -m tests.browser.identity_app` with DATA, PORT and DEMO in the environment.
"""

import uvicorn

from records.clock import SystemClock, today
from records.demo import told
from records.models import Base
from records.settings import settings
from records.store import Store
from tests.bot.centre import application, services_over


def main() -> None:
    """Serve over fresh records of the demonstration's customers."""
    chosen = settings()
    store, clock = Store(chosen.records_url), SystemClock()
    Base.metadata.create_all(store.engine)
    with store.writing() as session:
        told.add(session, today(clock))
    app = application(services_over(store, clock, chosen))
    uvicorn.run(app, host="127.0.0.1", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()
