"""The customer-facing pages: demo page, widget files, knowledge articles.

Serves files of this folder and articles by name only; never a path that a visitor composed.
"""

import hashlib
from collections.abc import Iterable
from functools import partial
from html import escape
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from bot.widget.article import Article, read_article

HERE = Path(__file__).parent
ARTICLES = HERE.parent.parent / "nlu_data" / "articles"

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What may be served from the demo folder, and as what."""

WIDGET_FILES = ("widget.js", "widget.css", "attach.js", "attach.css", "transcript.js")
"""The widget: the first two are loaded with the page, the others when they are wanted."""

ASKED_OFTEN = (
    "cooling_off_period",
    "grace_period",
    "policy_loan_rules",
    "documents_for_illness_claim",
    "verify_an_agent",
    "surrender_loss",
)
"""Articles that the demo page links to, as far as they are there."""


def build_pages(*, demo: bool, articles: Path = ARTICLES) -> APIRouter:
    """The routes of the pages; `demo` shows how to try the demonstration customer."""
    routes = APIRouter(include_in_schema=False)
    assets = {path.name: path for path in (HERE / "demo").iterdir() if path.suffix in MEDIA_TYPES}

    @routes.get("/")
    def home(request: Request) -> Response:
        page = (HERE / "demo" / "index.html").read_text("utf-8")
        hints = (HERE / "demo" / "hints.html").read_text("utf-8") if demo else ""
        page = page.replace("<!-- hints -->", hints).replace("<!-- questions -->", _questions(articles))
        return cached(request, page.encode(), "text/html; charset=utf-8")

    for name in WIDGET_FILES:
        routes.add_api_route(f"/{name}", partial(_widget_file, name), methods=["GET"])

    @routes.get("/demo/{name}")
    def demo_asset(request: Request, name: str) -> Response:
        if name not in assets:
            raise HTTPException(404)
        return cached(request, assets[name].read_bytes(), MEDIA_TYPES[assets[name].suffix])

    @routes.get("/articles/{article_id}")
    def article_page(request: Request, article_id: str) -> Response:
        article = read_article(articles, article_id)
        if article is None:
            return Response(_render_missing(), 404, media_type="text/html; charset=utf-8")
        return cached(request, _render(article).encode(), "text/html; charset=utf-8")

    return routes


def cached(request: Request, content: bytes, media_type: str, **headers: str) -> Response:
    """A response that browsers keep but ask about every time, so that a changed file is seen at once."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers |= {"ETag": tag, "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match", "").split(",")
    if tag in (candidate.strip().removeprefix("W/") for candidate in known):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _widget_file(name: str, request: Request) -> Response:
    """A file that other sites' pages load as well; a module only where it is shared with all origins."""
    path = HERE / name
    shared = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
    return cached(request, path.read_bytes(), MEDIA_TYPES[path.suffix], **shared)


def _questions(articles: Path) -> str:
    """List items that link to the articles asked for most often."""
    found: Iterable[Article | None] = (read_article(articles, article_id) for article_id in ASKED_OFTEN)
    return "\n".join(
        f'<li><a href="/articles/{escape(article.id)}">{escape(article.title)}</a></li>'
        for article in found
        if article
    )


def _render(article: Article) -> str:
    """The page of an article; everything that came from its file is escaped."""
    day = escape(article.reviewed)
    review = f'<p class="reviewed">Last reviewed on <time datetime="{day}">{day}</time></p>' if day else ""
    blocks = "\n".join(_render_block(block) for block in article.blocks)
    return _framed(article.title, f"{review}\n{blocks}")


def _render_block(block: str) -> str:
    """One block of an article: a heading, a list or a paragraph."""
    lines = block.splitlines()
    if lines[0].startswith("#"):
        return f"<h2>{escape(block.lstrip('#').strip())}</h2>"
    if all(line.startswith(("- ", "* ")) for line in lines):
        items = "".join(f"<li>{escape(line[2:].strip())}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return f"<p>{escape(' '.join(lines))}</p>"


def _render_missing() -> str:
    """The page for an article that is not there."""
    body = "<p>We could not find this article. Please ask us in the chat, or call 95500.</p>"
    return _framed("Article not found", body)


def _framed(title: str, body: str) -> str:
    """A whole page around `body`, which is markup already; the title is text."""
    frame = (HERE / "demo" / "article.html").read_text("utf-8")
    before, after = frame.replace("<!-- title -->", escape(title)).split("<!-- body -->")
    return f"{before}{body}{after}"
