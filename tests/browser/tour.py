"""Which pages there are and who reaches them: the routes, and links followed as people do."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.browser.house import Stand
from trace.web.consumer import CodeConverter

HOMES = ("/htx", "/so", "/tai-khoan", "/")
VERDICTS = {"consumer.scan"}
"""A stamp that is not found is told so on a page of its own, with status 404."""
EACH = 1
"""So many pages of one route are looked at."""
_LINK = re.compile(r'<(?:a|img)\b[^>]*?\b(?:href|src)="([^"#]+)', re.IGNORECASE)
_FORM = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Tour:
    """What one role reached: pages by endpoint; answers that are no pages; addresses that failed."""

    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def signed_in(stand: Stand, role: str) -> requests.Session:
    """A plain client with this role's session."""
    client = requests.Session()
    client.headers["Accept"] = "text/html"
    form = client.get(f"{stand.web}/dang-nhap", timeout=120).text
    mark = _FORM.search(form)
    assert mark is not None
    login, password = stand.account(role)
    sent = {"login": login, "password": password, "csrf_token": mark.group(1)}
    answer = client.post(f"{stand.web}/dang-nhap", data=sent, timeout=120)
    assert answer.ok
    assert "/dang-nhap" not in answer.url
    return client


def routes(stand: Stand) -> Map:
    """The application's own table of addresses."""
    rules = [Rule(rule, endpoint=endpoint, methods=["GET"]) for rule, endpoint, _ in stand.told["rules"]]
    return Map(rules, converters={"code": CodeConverter}, strict_slashes=False)


def walk(
    stand: Stand,
    role: str | None,
    starts: tuple[str, ...] = HOMES,
    each: int = EACH,
    most: dict[str, int] | None = None,
) -> Tour:
    """Follow every link from the homes; of each route ``each`` pages, or ``most`` of it where said."""
    client = signed_in(stand, role) if role else requests.Session()
    table, tour = routes(stand).bind("127.0.0.1"), Tour()
    waiting, seen = list(starts), set(starts)
    while waiting:
        path = waiting.pop(0)
        endpoint = _endpoint(table, path)
        if (
            endpoint is None
            or endpoint in tour.files
            or len(tour.pages[endpoint]) >= (most or {}).get(endpoint, each)
        ):
            continue
        answer = client.get(stand.web + path, timeout=120)
        if role and answer.status_code == 403 and path in starts:
            continue
        if answer.status_code >= 400 and endpoint not in VERDICTS:
            tour.broken.append(f"{path}: {answer.status_code}")
            continue
        if "text/html" not in answer.headers["Content-Type"]:
            tour.files.add(endpoint)
            continue
        arrived = urlsplit(answer.url).path
        if arrived == urlsplit(path).path:
            tour.pages[endpoint].append(path)
        fresh = [link for link in _links(stand.web, answer) if link not in seen]
        waiting += dict.fromkeys(fresh)
        seen.update(fresh)
    tour.pages = {endpoint: found for endpoint, found in tour.pages.items() if found}
    return tour


def _endpoint(table: object, path: str) -> str | None:
    try:
        found: str = table.match(urlsplit(path).path)[0]  # type: ignore[attr-defined]
    except HTTPException:
        return "absent"
    return found


def _links(web: str, answer: requests.Response) -> list[str]:
    """Links of our own, without those that only change the language."""
    found = []
    for link in _LINK.findall(answer.text):
        url = urlsplit(urljoin(answer.url, unescape(link)))
        if f"{url.scheme}://{url.netloc}" == web and "lang=" not in url.query:
            found.append(url.path + (f"?{url.query}" if url.query else ""))
    return found
