"""``/so/viec``: what waits for the office, list by list, and who did what about it."""

from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as AnyResponse

from trace.db import reading
from trace.errors import FieldProblem, Invalid, Refused
from trace.records.work_decision import WorkKind
from trace.services import plan_pages
from trace.services.admission import Act, may
from trace.services.intake import read
from trace.services.work_lists import choosing, deciding, history, listing, reminding
from trace.services.work_lists.catalogue import BY_SLUG, LIST_OF, LISTS, WorkList
from trace.services.work_lists.item import Look
from trace.services.work_lists.listing import View
from trace.web.asked import row_number
from trace.web.door import Door
from trace.web.form_state import FormState, blank, kept, typed
from trace.web.office.work_links import action_link, who_acts
from trace.web.office.work_tables import as_day, deed_table, item_table
from trace.web.once import leads_to, once
from trace.web.registry_forms import bare, say, with_days
from trace.web.row_files import FORMS, Listed, as_file
from trace.web.visitor import actor, face_language, now, settings

door = Door("work", __name__, url_prefix="/so")

Answer = AnyResponse | tuple[Any, int]
FIELDS = ("act", "note", "until", "assignee", "seen", "request_id")
VIEWS = {"cho": View.OPEN, "cua-toi": View.MINE, "hoan": View.SNOOZED, "xong": View.DONE}
"""What a view is called in the address."""


@door.page("/viec", Act.SEE_WORK)
def index() -> str:
    """One list, with how many items wait in each."""
    work_list, view = _asked()
    with reading() as session:
        look = _look(session)
        counts = listing.counts(look)
        found = listing.page(look, work_list, view, request.args.get("sau", ""))
        offered = choosing.choices(look)
        links = {one.key: action_link(one) for one in found.items}
        theirs = {one.key: who_acts(one) for one in found.items if not links[one.key]}
        plans = len(plan_pages.waiting(session, actor())) if may(actor(), Act.KEEP_PLANS) else 0
    return render_template(
        "office/work/index.html",
        lists=LISTS,
        chosen=work_list,
        view=view,
        views=VIEWS,
        counts=counts,
        found=found,
        offered=offered,
        links=links,
        theirs=theirs,
        here=_here,
        as_day=as_day,
        most=listing.MOST_COUNTED,
        plans=plans,
    )


@door.page("/viec.<form>", Act.SEE_WORK)
def index_file(form: str) -> Response:
    """All pages of the list as a file."""
    work_list, view = _asked()
    title = say(f"work.list.{work_list.slug}")
    with reading() as session:
        items = listing.every(_look(session), work_list, view)
        return _file(item_table(items, title, face_language()), form, f"viec-{work_list.slug}")


@door.page("/viec/nhat-ky", Act.SEE_WORK)
def journal() -> str:
    """Who did what, the newest first."""
    with reading() as session:
        look = _look(session)
        deeds = history.journal(look, request.args.get("truoc", type=row_number))
        offered = choosing.choices(look)
    last = deeds[-1].decision.id if len(deeds) == history.SHOWN else None
    return render_template(
        "office/work/journal.html", deeds=deeds, offered=offered, last=last, here=_here, LIST_OF=LIST_OF
    )


@door.page("/viec/nhat-ky.<form>", Act.SEE_WORK)
def journal_file(form: str) -> Response:
    """All of it as a file."""
    with reading() as session:
        deeds = history.every(_look(session))
        return _file(deed_table(deeds, face_language()), form, "viec-nhat-ky")


@door.page("/viec/<kind>/<int:key>", Act.SEE_WORK)
def show(kind: str, key: int) -> str:
    """One item: why it waits, where to act, what was done."""
    return _show(kind, key, blank())


def _show(kind: str, key: int, form: FormState) -> str:
    with reading() as session:
        look = Look(session, actor(), now())
        item = listing.find(look, kind, key)
        deeds = history.of_item(look, item, history.SHOWN)
        takers = deciding.takers(look, item)
        link = action_link(item)
    return render_template(
        "office/work/item.html",
        item=item,
        deeds=deeds,
        takers=takers,
        link=link,
        theirs=None if link else who_acts(item),
        example=look.today + timedelta(days=deciding.USUAL_SNOOZE_DAYS),
        form=form,
        chosen=LIST_OF[item.kind],
        as_day=as_day,
        longest=deciding.LONGEST_SNOOZE.days,
        may_remind=settings().mail is not None and reminding.may_be_reminded(item),
    )


@door.page("/viec/<kind>/<int:key>.<form>", Act.SEE_WORK)
def item_file(kind: str, key: int, form: str) -> Response:
    """What was done about an item, as a file."""
    with reading() as session:
        look = Look(session, actor(), now())
        deeds = history.of_item(look, listing.find(look, kind, key))
        return _file(deed_table(deeds, face_language()), form, f"viec-{kind}-{key}")


@door.page("/viec/<kind>/<int:key>", Act.DECIDE_WORK, methods=["POST"], endpoint="decide")
def decide(kind: str, key: int) -> Answer:
    """Write down what was done about it."""
    values = typed(FIELDS)
    try:
        given = read(deciding.DecisionIn, with_days(bare(values), "until"))
        with once() as session:
            row = deciding.decide(session, actor(), kind, key, given, now())
            answer = leads_to("work.index", loai=LIST_OF[WorkKind(row.kind)].slug)
            flash(say(f"work.said.{given.act}", name=row.name), "ok")
    except (Invalid, Refused) as error:
        return _show(kind, key, kept(error, values)), error.status
    return answer


@door.page("/viec/<kind>/<int:key>/nhac", Act.DECIDE_WORK, methods=["POST"])
def remind(kind: str, key: int) -> Answer:
    """Write to the cooperative about it."""
    try:
        seen = read(deciding.SeenIn, typed(("seen",))).seen
        given = reminding.RemindIn(seen, is_on=settings().mail is not None)
        with once() as session:
            row = reminding.remind(session, actor(), kind, key, given, now())
            answer = leads_to("work.show", kind=kind, key=key)
            flash(say("work.said.reminded", name=row.name), "ok")
    except (Invalid, Refused) as error:
        return _show(kind, key, kept(error, {})), error.status
    return answer


def _asked() -> tuple[WorkList, View]:
    """The list and view in the address; without one, the first.

    Raises:
        Invalid: there is no such list or view.
    """
    slug, view = request.args.get("loai", LISTS[0].slug), request.args.get("xem", "cho")
    problems = [
        FieldProblem(name, "error.value", said[:80], {"expected": ", ".join(known)})
        for name, said, known in (("loai", slug, BY_SLUG), ("xem", view, VIEWS))
        if said not in known
    ]
    if problems:
        raise Invalid(problems)
    return BY_SLUG[slug], VIEWS[view]


def _look(session: Session) -> Look:
    org, commune = request.args.get("htx", "")[:16], request.args.get("xa", "")[:8]
    return Look(session, actor(), now(), org, commune)


def _here(endpoint: str = "work.index", **other: Any) -> str:
    """This page with other questions; pages begin anew."""
    asked = {name: request.args[name] for name in ("loai", "xem", "htx", "xa") if request.args.get(name)}
    said: dict[str, Any] = {name: value for name, value in {**asked, **other}.items() if value}
    return url_for(endpoint, **said)


def _file(listed: Listed, form: str, name: str) -> Response:
    return as_file(form, name, listed) if form in FORMS else abort(404)
