"""The pages around the widget: headers, caching, articles."""

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.security_headers import SecurityHeaders
from bot.widget.pages import WIDGET_FILES
from tests.browser.fake_center import FakeCenter


@pytest.mark.parametrize(
    "path",
    [
        "/",
        *(f"/{name}" for name in WIDGET_FILES),
        "/demo/style.css",
        "/demo/harbour.svg",
        "/articles/grace_period",
    ],
)
def test_a_page_is_served_strictly_and_asked_about_again(center: FakeCenter, path: str) -> None:
    answer = httpx.get(center.url + path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["cache-control"] == "no-cache"
    again = httpx.get(center.url + path, headers={"If-None-Match": f'W/"other", {answer.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]


def test_only_the_widget_may_be_loaded_by_other_sites(center: FakeCenter) -> None:
    for name in WIDGET_FILES:
        headers = httpx.get(f"{center.url}/{name}").headers
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert headers["access-control-allow-origin"] == "*", "a module is fetched as another site's page"
    page = httpx.get(center.url).headers
    assert page["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in page


def test_an_article_is_shown_as_text(center: FakeCenter) -> None:
    page = httpx.get(f"{center.url}/articles/grace_period").text
    assert "<h1>The grace &lt;b&gt;period&lt;/b&gt;</h1>" in page
    assert "<p>&lt;script&gt;window.hacked = 1&lt;/script&gt;</p>" in page
    assert "<li>one</li><li>two</li>" in page
    assert '<time datetime="2026-10-01">' in page


@pytest.mark.parametrize(
    "name", ["unknown", "..%2F..%2Fpyproject", "%2e%2e", "GRACE_PERIOD", "grace_period.md", "a" * 65, "%00"]
)
def test_what_is_no_article_is_not_found(center: FakeCenter, name: str) -> None:
    answer = httpx.get(f"{center.url}/articles/{name}")
    assert answer.status_code == 404
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("name", ["index.html", "hints.html", "..%2Fpages.py", "nothing.css"])
def test_only_named_files_are_served(center: FakeCenter, name: str) -> None:
    assert httpx.get(f"{center.url}/demo/{name}").status_code == 404


def test_the_front_page_links_the_articles_there_are(center: FakeCenter) -> None:
    page = httpx.get(center.url).text
    assert '<a href="/articles/cooling_off_period">The cooling-off period</a>' in page
    assert "verify_an_agent" not in page


async def test_a_part_with_a_policy_of_its_own_keeps_it() -> None:
    async def own(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("", headers={"Content-Security-Policy": "default-src 'none'"})(scope, receive, send)

    transport = httpx.ASGITransport(SecurityHeaders(own))
    async with httpx.AsyncClient(transport=transport, base_url="http://centre.example") as client:
        answer = await client.get("/console")
    assert answer.headers.get_list("content-security-policy") == ["default-src 'none'"]
    assert answer.headers["x-content-type-options"] == "nosniff"
