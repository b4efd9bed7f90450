"""The history for spreadsheets, `GET /console/wallboard.csv`: the same figures as the wallboard's tables.

For supervisors only, as a download; it names no customer.
"""

from enum import StrEnum

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from handoff.access import COOKIE
from handoff.history import DAY, HALF_HOUR
from handoff.refusals import Forbidden, NotLoggedIn
from handoff.supervision import HISTORY_DAYS, Supervision


class By(StrEnum):
    """How long an interval is."""

    HALF_HOUR = "half_hour"
    DAY = "day"


def router(supervision: Supervision) -> APIRouter:
    """The route of the download; include it before the console is mounted."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/console/wallboard.csv")
    async def download(request: Request, by: By = By.HALF_HOUR) -> Response:
        """This day by half hour, or the last weeks by day."""
        days, step = (HISTORY_DAYS, DAY) if by is By.DAY else (1, HALF_HOUR)
        try:
            table = await supervision.table(request.cookies.get(COOKIE, ""), days, step)
        except NotLoggedIn:
            raise HTTPException(401, "please log in") from None
        except Forbidden:
            raise HTTPException(403, "for supervisors only") from None
        return Response(
            table,
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="wallboard-{by.value}.csv"',
                "Cache-Control": "private, no-store",
            },
        )

    return routes
